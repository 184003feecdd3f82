import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseTemplate } from '../../src/template/cloudformation/parse.ts'
import { attempt } from '../../src/template/cloudformation/problem.ts'
import { readTemplate } from '../../src/template/cloudformation/structure.ts'
import type { Template } from '../../src/template/cloudformation/template.ts'

/** A file of a collection of templates, as far as it can be read. */
export type CollectionFile = {
  /** Path below the collection's folder. */
  path: string
  body: string
} & (
  | { kind: 'template'; template: Template }
  | { kind: 'not well-formed'; advice: string }
  | { kind: 'no template' | 'Rain source' }
)

/** Every file below a folder that could be a template by its name, in order of the paths. */
export function readCollection(dir: string): CollectionFile[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ya?ml|json|template|cfn)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((file) => look(relative(dir, file), readFileSync(file, 'utf8')))
}

function look(path: string, body: string): CollectionFile {
  // Rain packages these into templates; CloudFormation never sees its directives.
  if (/!Rain::|"Rain::|\bRain::Module\b|"Fn::Rain/.test(body)) return { path, body, kind: 'Rain source' }
  const parsed = attempt(() => parseTemplate(body))
  if (parsed instanceof Error) {
    const isMeant = /^\s*"?Resources"?\s*:/m.test(body)
    return isMeant
      ? { path, body, kind: 'not well-formed', advice: parsed.advice }
      : { path, body, kind: 'no template' }
  }
  if (!('Resources' in parsed.value)) return { path, body, kind: 'no template' }
  return { path, body, kind: 'template', template: readTemplate(parsed.value, () => {}) }
}
