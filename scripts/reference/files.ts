import { readFile } from 'node:fs/promises'
import path from 'node:path'
import * as z from 'zod'
import { metadataSchema } from '../../src/api/kinds/common.ts'
import { kinds, type Kind } from '../../src/api/kinds/index.ts'
import { verbChapters } from './cli.ts'
import { fieldTable } from './fields.ts'
import { anySchema, documentSchema, specSchema, type JsonSchema } from './schemas.ts'

/** A file that the generator writes: its path from the root of the project, and its text. */
export interface GeneratedFile {
  path: string
  text: string
}

const notice =
  '<!-- Made by `npm run generate` from the schemas in src/api/kinds, the commands and docs/reference/parts; do not edit. -->'

/** Every generated file. Pages are the hand-written parts with the tables put in where `<!-- name -->` stands. */
export async function generateFiles(root: string): Promise<GeneratedFile[]> {
  const readPart = (name: string): Promise<string> =>
    readFile(path.join(root, 'docs/reference/parts', `${name}.md`), 'utf8')
  const conditions = await readPart('conditions')
  const pages = await Promise.all(
    kinds.map(async (kind) => ({
      path: `docs/reference/${fileName(kind)}.md`,
      text: fill(await readPart(fileName(kind)), {
        title: `# ${kind.kind}\n\n${kind.summary}`,
        fields: fieldTable(specSchema(kind)),
        conditions: conditions.trim(),
      }),
    })),
  )
  return [
    ...pages,
    { path: 'docs/reference/README.md', text: fill(await readPart('README'), indexTables()) },
    { path: 'docs/cli.md', text: fill(await readPart('cli'), { verbs: await verbChapters() }) },
    ...kinds.map((kind) => ({ path: `schemas/${fileName(kind)}.json`, text: toJson(documentSchema(kind)) })),
    { path: 'schemas/headwater.json', text: toJson(anySchema()) },
  ]
}

/** `CloudFormationStack` → `cloud-formation-stack`. */
function fileName({ kind }: Kind): string {
  return kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()
}

function indexTables(): Record<string, string> {
  const metadata = z.toJSONSchema(metadataSchema, { io: 'input', target: 'draft-7' }) as JsonSchema
  const rows = kinds.map(
    (kind) =>
      `| [${kind.kind}](${fileName(kind)}.md) | ${kind.summary} | ${kind.shortNames.map((name) => `\`${name}\``).join(', ')} | [schema](../../schemas/${fileName(kind)}.json) |`,
  )
  return {
    kinds: ['| Kind | What it says | On the command line | |', '|---|---|---|---|', ...rows].join('\n'),
    metadata: fieldTable(metadata),
  }
}

function fill(part: string, values: Record<string, string>): string {
  const text = part.replaceAll(/<!-- (\w+) -->/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined)
      throw new Error(`"<!-- ${name} -->" means nothing; known: ${Object.keys(values).join(', ')}`)
    return value
  })
  return `${notice}\n\n${text.trim()}\n`
}

function toJson(schema: JsonSchema): string {
  return `${JSON.stringify(schema, undefined, 2)}\n`
}
