/**
 * Compiles every Bicep file below a folder twice, through `src/target/azure/bicep` and by the bare compiler in place,
 * checks the outcome as `headwater validate` does when nothing is known of parameters, and prints where they differ:
 *   node scripts/bicep-collection.ts FOLDER [--only TEXT] [--remember FOLDER]
 * Files that name modules of a registry are counted apart: nothing is fetched. `--remember` is that of
 * `arm-collection.ts`, and shares its folder.
 */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { createTreeReader } from '../src/build/tree.ts'
import { createSystemClock } from '../src/compose/system.ts'
import { createBicepCompiler } from '../src/target/azure/bicep/index.ts'
import { defaultLimits } from '../src/target/azure/bicep/limits.ts'
import { parseArmTemplate, validateArmTemplate } from '../src/template/arm/index.ts'
import type { BicepAnswer } from '../src/template/bicep/compiler.ts'
import { startBicep } from '../test/arm/bicep-child.ts'
import { bothPlans } from '../test/arm/both-plans.ts'
import { findBicep } from '../test/support/find-tool.ts'
import { collectionFiles, optionOf, usesRegistry } from './collection-files.ts'
import { rememberBicep } from './remember-bicep.ts'

const [folder, ...options] = process.argv.slice(2)
const tool = findBicep()
if (folder === undefined || tool.path === undefined)
  throw new Error(
    `usage: node scripts/bicep-collection.ts FOLDER [--only TEXT] [--remember FOLDER]${tool.pending}`,
  )
const program = tool.path
const root = path.resolve(folder)
const [only, memory] = [optionOf(options, '--only'), optionOf(options, '--remember')]
const ours = createBicepCompiler({ clock: createSystemClock(), env: { HEADWATER_BICEP: program } })
const counts = new Map<string, number>()

async function filesBelow(name: string): Promise<{ path: string; bytes: Uint8Array }[]> {
  const absolute = path.join(root, name)
  const found = await readdir(absolute, { recursive: true, withFileTypes: true }).catch(() => undefined)
  const files = found
    ?.filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
  const names = files ?? [absolute]
  const read = await Promise.all(
    names.map(async (file) => ({ file, bytes: await readFile(file).catch(() => undefined) })),
  )
  return read.flatMap(({ file, bytes }) =>
    bytes === undefined ? [] : [{ path: path.relative(root, file).split(path.sep).join('/'), bytes }],
  )
}

async function compileOurs(template: string): Promise<BicepAnswer | string> {
  const tree = createTreeReader([], async (paths) => (await Promise.all(paths.map(filesBelow))).flat())
  try {
    return await ours.compile({ template, environment: {}, registries: [], tree })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

let bare = startBare()
function startBare() {
  const child = startBicep(program)
  return memory === undefined ? child : rememberBicep(child, path.resolve(memory))
}

async function compileBare(template: string) {
  if ((await bare.memory()) > defaultLimits.recycleAboveBytes) {
    bare.close()
    bare = startBare()
  }
  return bare.compile(path.join(root, template))
}

async function look(template: string): Promise<string> {
  if (await usesRegistry(path.join(root, template))) return 'from a registry'
  const answer = await compileOurs(template)
  if (typeof answer === 'string') return `ours gave up: ${answer}`
  const errors = answer.diagnostics.filter(({ severity }) => severity === 'error')
  const given = await compileBare(template)
  if (!given.success) return errors.length > 0 ? 'both refuse' : 'the compiler alone refuses'
  if (errors.length > 0) return `ours alone refuses: ${errors[0]?.message}`
  if (answer.template !== given.contents) return 'they differ'
  const text = given.contents ?? ''
  const [mistake] = mistakesOf(text)
  if (mistake === undefined) return 'the same'
  const { refusal } = await bothPlans(bare, text)
  return refusal === undefined
    ? `validate alone refuses: ${mistake}`
    : `validate and Microsoft's engine refuse: ${mistake}`
}

function mistakesOf(text: string): string[] {
  const { template, problems, locate } = parseArmTemplate(text)
  return [...problems, ...(template === undefined ? [] : validateArmTemplate({ template, locate }))]
    .filter(({ severity }) => severity === 'error')
    .map(({ message, path: place }) => `${message} (${place.join('.')})`)
}

const started = performance.now()
const files = await collectionFiles(root, /\.bicep$/)
const templates = files.map((file) => path.relative(root, file).split(path.sep).join('/'))
for (const template of templates) {
  if (only !== undefined && !template.includes(only)) continue
  const outcome = await look(template)
  const [kind = ''] = outcome.split(': ')
  counts.set(kind, (counts.get(kind) ?? 0) + 1)
  if (!['the same', 'both refuse', 'from a registry'].includes(kind))
    process.stdout.write(`${template}: ${outcome}\n`)
}
process.stdout.write('\n')
for (const [kind, count] of counts) process.stdout.write(`${String(count).padStart(5)}  ${kind}\n`)
const { starts } = ours.counts()
process.stdout.write(`${Math.round((performance.now() - started) / 1000)}s, ${starts} starts\n`)
bare.close()
await ours.close()
