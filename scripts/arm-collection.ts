/**
 * Plans every template below a folder twice, by the evaluator and by Microsoft's (`bicep`, found as the tests find it), and
 * prints how far they agree, what they disagree on, and what `validate` refuses that Microsoft's engine takes:
 *   node scripts/arm-collection.ts FOLDER [--differences] [--only TEXT] [--remember FOLDER]
 * `--remember` keeps what `bicep` answered, for the next run over the same files.
 * `.bicep` is compiled first. Left out, and counted: files that do not compile, that name modules of a registry, that
 * are no templates, and those that Microsoft's engine itself cannot plan with made-up parameters.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArmTemplate } from '../src/template/arm/index.ts'
import { type BicepChild, startBicep } from '../test/arm/bicep-child.ts'
import { bothPlans } from '../test/arm/both-plans.ts'
import { type Difference, comparePlans } from '../test/arm/compare-plan.ts'
import { findBicep } from '../test/support/find-tool.ts'
import { claimsTemplate, collectionFiles, optionOf, usesRegistry } from './collection-files.ts'
import { rememberBicep } from './remember-bicep.ts'

/** The child is started anew above this: its memory grows with every file. */
const MAX_CHILD_BYTES = 1_200_000_000
/** A file that takes longer is counted as left out. */
const FILE_TIMEOUT_MS = 90_000

const counts = new Map<string, number>()
const causes = new Map<string, number>()

function count(name: string, by = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + by)
}

async function main([folder, ...options]: readonly string[]): Promise<void> {
  const program = findBicep()
  if (folder === undefined || program.path === undefined)
    throw new Error(
      `usage: node scripts/arm-collection.ts FOLDER [--differences] [--only TEXT] [--remember FOLDER]${program.pending}`,
    )
  const only = optionOf(options, '--only')
  const memory = optionOf(options, '--remember')
  const compiler = program.path
  const start = (): BicepChild => {
    const fresh = startBicep(compiler)
    return memory === undefined ? fresh : rememberBicep(fresh, path.resolve(memory))
  }
  let child = start()
  for (const file of await collectionFiles(path.resolve(folder), /\.(bicep|json|jsonc)$/)) {
    if (only !== undefined && !file.includes(only)) continue
    if ((await child.memory()) > MAX_CHILD_BYTES) {
      child.close()
      child = start()
    }
    const isDone = await inTime(lookAt(child, file, options.includes('--differences')))
    if (isDone) continue
    count('left out: takes too long')
    child.close()
    child = start()
  }
  child.close()
  print()
}

async function inTime(work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), FILE_TIMEOUT_MS)
  })
  const done = work.then(() => true)
  const result = await Promise.race([done, late])
  clearTimeout(timer)
  return result
}

async function lookAt(child: BicepChild, file: string, showAll: boolean): Promise<void> {
  const text = await templateText(child, file)
  if (text === undefined) return
  try {
    const { theirs, refusal, ours, validation } = await bothPlans(child, text)
    if (theirs === undefined) {
      count('left out: refused by the engine')
      if (showAll) process.stdout.write(`${file}: refused: ${refusal?.slice(0, 300)}\n`)
      const isFound = validation.some(({ severity }) => severity === 'error')
      count(isFound ? '  of these, refused by validate too' : '  of these, taken by validate')
      return
    }
    count('templates')
    const compared = comparePlans(theirs, ours)
    count('resources', compared.resources)
    count('resources agreeing', compared.agreeing)
    count('outputs', compared.outputs)
    count('outputs agreeing', compared.outputsAgreeing)
    if (compared.differences.length > 0) count('templates with differences')
    for (const difference of compared.differences) note(file, difference, showAll)
    // Made-up parameters are in clear.
    const errors = validation.filter(({ severity, code }) => severity === 'error' && code !== 'SecretInClear')
    if (errors.length === 0) return
    count('templates taken by the engine, refused by validate')
    for (const error of errors)
      process.stdout.write(`${file}: validate: ${error.code}: ${error.message} (${error.path.join('.')})\n`)
  } catch (error) {
    count('templates where something broke')
    process.stdout.write(`${file}: broke: ${error instanceof Error ? error.stack : String(error)}\n`)
  }
}

async function templateText(child: BicepChild, file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8')
  if (!file.endsWith('.bicep')) {
    if (claimsTemplate(text) && parseArmTemplate(text).template !== undefined) return text
    count('left out: no template')
    return undefined
  }
  if (await usesRegistry(file)) {
    count('left out: modules of a registry')
    return undefined
  }
  const { success, contents } = await child.compile(file)
  if (success && contents !== undefined) return contents
  count('left out: does not compile')
  return undefined
}

function note(file: string, difference: Difference, showAll: boolean): void {
  const cause = causeOf(difference)
  causes.set(cause, (causes.get(cause) ?? 0) + 1)
  if (!showAll) return
  process.stdout.write(
    `${file}: ${cause}: ${difference.what}\n  theirs ${difference.theirs.slice(0, 600)}\n  ours   ${difference.ours.slice(0, 600)}\n`,
  )
}

function causeOf({ theirs, ours }: Difference): string {
  if (ours === '(absent)') return 'only theirs'
  if (theirs === '(absent)') return 'only ours'
  if (theirs.startsWith('"[') && ours.startsWith('"[')) return 'unknown in another form'
  if (theirs.startsWith('"[')) return 'unknown to theirs, known to ours'
  if (ours.startsWith('"[')) return 'known to theirs, unknown to ours'
  return 'another value'
}

function print(): void {
  process.stdout.write('\n')
  for (const [name, value] of counts) process.stdout.write(`${String(value).padStart(7)}  ${name}\n`)
  const share = (part: string, whole: string): string =>
    (((counts.get(part) ?? 0) / Math.max(1, counts.get(whole) ?? 0)) * 100).toFixed(2)
  process.stdout.write(
    `${share('resources agreeing', 'resources')} % of resources, ${share('outputs agreeing', 'outputs')} % of outputs agree\n`,
  )
  for (const [cause, value] of causes) process.stdout.write(`${String(value).padStart(7)}  ${cause}\n`)
}

process.once('SIGTERM', () => {
  print()
  process.exit(1)
})
await main(process.argv.slice(2))
