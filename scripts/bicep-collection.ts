/**
 * Compiles every Bicep file below a folder twice, through `src/target/azure/bicep` and by the bare compiler in place, and
 * prints where they differ:
 *   HEADWATER_BICEP=… node scripts/bicep-collection.ts DIR
 * Files with references to registries are counted apart: nothing is fetched.
 */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { createTreeReader } from '../src/build/tree.ts'
import { createSystemClock } from '../src/compose/system.ts'
import { startChild } from '../src/target/azure/bicep/child.ts'
import { createBicepCompiler } from '../src/target/azure/bicep/index.ts'
import { defaultLimits } from '../src/target/azure/bicep/limits.ts'
import type { BicepAnswer } from '../src/template/bicep/compiler.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: node scripts/bicep-collection.ts DIR')
const root = path.resolve(folder)
const clock = createSystemClock()
const env = { PATH: process.env['PATH'] ?? '', HEADWATER_BICEP: process.env['HEADWATER_BICEP'] }
const ours = createBicepCompiler({ clock, env })
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

interface Bare {
  success: boolean
  contents?: string | null
}

let bare = await startBare()
async function startBare() {
  const found = await ours.find()
  if (found.type === 'missing') throw new Error(found.message)
  const home = { HOME: '/tmp', DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' }
  const limits = { ...defaultLimits, callMs: 120_000 }
  return startChild({
    program: found.path,
    args: ['jsonrpc', '--stdio'],
    env: home,
    cwd: root,
    clock,
    limits,
  })
}

async function compileBare(template: string): Promise<Bare> {
  const bytes = await bare.memoryBytes()
  if (bytes !== undefined && bytes > defaultLimits.recycleAboveBytes) {
    bare.kill()
    bare = await startBare()
  }
  return (await bare.call('compile', { path: path.join(root, template) })) as Bare
}

async function look(template: string): Promise<string> {
  const answer = await compileOurs(template)
  if (typeof answer === 'string') return `ours gave up: ${answer}`
  const errors = answer.diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.some(({ message }) => /the registry|template spec/.test(message))) return 'from a registry'
  const given = await compileBare(template)
  if (!given.success) return errors.length > 0 ? 'both refuse' : 'the compiler alone refuses'
  if (errors.length > 0) return `ours alone refuses: ${errors[0]?.message}`
  return answer.template === given.contents ? 'the same' : 'they differ'
}

const started = performance.now()
const templates = (await filesBelow('.'))
  .map(({ path: name }) => name)
  .filter((name) => name.endsWith('.bicep'))
for (const template of templates.toSorted()) {
  const outcome = await look(template)
  const [kind = ''] = outcome.split(': ')
  counts.set(kind, (counts.get(kind) ?? 0) + 1)
  if (!['the same', 'both refuse', 'from a registry'].includes(kind))
    process.stdout.write(`${template}: ${outcome}\n`)
}
process.stdout.write('\n')
for (const [kind, count] of counts) process.stdout.write(`${String(count).padStart(5)}  ${kind}\n`)
const { starts } = ours.counts()
process.stdout.write(
  `${templates.length} files in ${Math.round((performance.now() - started) / 1000)}s, ${starts} starts\n`,
)
bare.kill()
await ours.close()
