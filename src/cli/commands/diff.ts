import { Command } from 'commander'
import { parseKey } from '../../api/reference.ts'
import type { Problem } from '../../build/index.ts'
import { openBlobStore } from '../../blob/index.ts'
import { openSecrets } from '../../compose/azure-ports.ts'
import type { SettingFlags, Settings } from '../../compose/settings.ts'
import { readSettings } from '../../compose/settings.ts'
import type { AnyTarget } from '../../target/target.ts'
import { compare, type Comparison } from '../diff/compare.ts'
import { desiredFolder, desiredRevision, type Desired } from '../diff/desired.ts'
import { drawPlanned, summaryLine } from '../diff/draw.ts'
import { planAll, type Planned } from '../diff/plan.ts'
import { exitCodes, refusal, usageError } from '../exit.ts'
import type { Io } from '../io.ts'
import { addSettingOptions, environmentOf, withStore } from '../open.ts'
import { outputOption, printData } from '../output.ts'
import { paintFor } from '../paint.ts'
import { replaceAwsEnvironment } from '../process-env.ts'
import { createProgressWriter, spinner } from '../progress.ts'
import { listRecords } from '../select.ts'
import { problemLine, relocate } from './validate.ts'

type DiffOptions = SettingFlags & {
  path: string
  revision?: string
  offline?: boolean
  output?: 'json' | 'yaml'
}

/** `headwater diff` */
export function createDiffCommand(io: Io): Command {
  const command = new Command('diff')
    .description(
      'Shows what a folder or a revision would do to the stacks: a change set is made for each that differs, read and deleted again. Nothing is executed.',
    )
    .option('--path <dir>', 'folder with manifests; with --revision from the root of the repository', '.')
    .option('--revision <commit|branch|tag>', 'of the root repository, instead of the files on disk')
    .option('--offline', 'compare templates only: no account, no calls; what parameters change is not known')
    .addOption(outputOption(['json', 'yaml']))
    .addHelpText('after', help)
  addSettingOptions(command, ['store', 'blobs', 'controllerId', 'sourceUrl', 'sourceSecret'])
  return command.action((options: DiffOptions) => diff(options, io))
}

const help = `
Examples:
  headwater diff --path ./stacks
  headwater diff --revision feature/bigger --path stacks
  headwater diff --offline

Marks: + added, ~ changed in place, ! replaced, - removed, ? not known yet.
Exit codes: 0 no changes, 1 changes, 2 error.`

async function diff(options: DiffOptions, io: Io): Promise<void> {
  try {
    await diffOrFail(options, io)
  } catch (error) {
    // 1 means changes here, so nothing else may.
    if (error instanceof Error) throw usageError(error.message)
    throw error
  }
}

async function diffOrFail(options: DiffOptions, io: Io): Promise<void> {
  const env = await environmentOf(io, options)
  const settings = readSettings(env, options, io.cwd)
  if (env !== io.env) replaceAwsEnvironment(env)
  const blobs = await openBlobStore(settings.blobs, {
    random: io.random,
    env,
    azure: openSecrets(settings, { clock: io.clock, env }).azure,
  })
  const { desired, comparison } = await compareAll(options, settings, io)
  if (desired.result.objects.length === 0 && desired.result.problems.length === 0) {
    throw refusal(`${options.path}: no objects of headwater.dev found; name their folder with --path`)
  }
  const errors = desired.result.problems.filter(({ severity }) => severity === 'error')
  const planned = await whileWaiting(io, comparison.candidates.length, () =>
    planAll(comparison.candidates, { io, settings, blobs, isOffline: options.offline === true }),
  )
  if (options.output === undefined) print({ desired, comparison, planned, errors }, io)
  else await printData(io, options.output, dataOf({ desired, comparison, planned, errors }))
  const hasFailed = planned.some((one) => one.type === 'unknown' && !one.isWaiting)
  if (errors.length > 0 || hasFailed) io.exitWith(exitCodes.error)
  else io.exitWith(planned.length > 0 ? exitCodes.no : exitCodes.ok)
}

async function compareAll(options: DiffOptions, settings: Settings, io: Io) {
  return withStore(io, { store: settings.store }, async (store) => {
    const { path: directory, revision } = options
    const desired =
      revision === undefined
        ? await desiredFolder(directory, io)
        : await desiredRevision({ revision, directory, settings, store }, io)
    const comparison = compare(desired, await listRecords(store), await stackTarget(settings, io))
    return { desired, comparison }
  })
}

/** Only its pure parts are used: what makes a difference, and what it is called. */
async function stackTarget(settings: Settings, io: Io): Promise<AnyTarget> {
  const { createCloudFormationTarget } = await import('../../target/cloudformation/index.ts')
  return createCloudFormationTarget({
    controllerId: settings.controllerId,
    clock: io.clock,
    templateBody: async () => new Uint8Array(),
    templateUrl: () => undefined,
  })
}

interface Result {
  desired: Desired
  comparison: Comparison
  planned: readonly Planned[]
  errors: readonly Problem[]
}

function print({ desired, comparison, planned, errors }: Result, io: Io): void {
  for (const problem of errors) io.stderr(`${problemLine(relocate(problem, desired.folder, io.cwd), io)}\n`)
  for (const one of planned) {
    const lines = drawPlanned(one, { label: desired.label, paint: paintFor(io) })
    io.stdout(`${lines.join('\n')}\n\n`)
  }
  io.stdout(
    planned.length === 0
      ? `no changes; ${comparison.unchanged} stacks unchanged.\n`
      : `${summaryLine(planned, comparison.unchanged)}\n`,
  )
}

function dataOf({ desired, comparison, planned, errors }: Result): Record<string, unknown> {
  return {
    to: desired.label,
    unchanged: comparison.unchanged,
    errors,
    stacks: planned.map((one) => ({
      ...parseKey(one.candidate.key),
      from: one.candidate.before?.status.lastAppliedRevision ?? null,
      inputs: one.candidate.inputs,
      ...(one.type === 'planned' ? one.plan : {}),
      ...(one.type === 'leaves' ? { leaves: one.isDeleted ? 'deleted' : 'forgotten' } : {}),
      ...(one.type === 'unknown' ? { unknown: one.why, isWaiting: one.isWaiting } : {}),
    })),
  }
}

/** Change sets take seconds: a terminal shows that something lives. */
async function whileWaiting<Answer>(io: Io, count: number, work: () => Promise<Answer>): Promise<Answer> {
  if (io.terminal === undefined || count === 0) return work()
  const writer = createProgressWriter(io)
  const done = new AbortController()
  const turning = (async () => {
    while (!done.signal.aborted) {
      writer.live([`${spinner(io.clock.now())} planning ${count} ${count === 1 ? 'stack' : 'stacks'}`])
      await io.clock.sleep(100, done.signal).catch(() => undefined)
    }
  })()
  try {
    return await work()
  } finally {
    done.abort(new Error('planned'))
    await turning
    writer.end()
  }
}
