import { Command } from 'commander'
import { parseKey } from '../../api/reference.ts'
import type { Problem } from '../../build/index.ts'
import { openBlobStore } from '../../blob/index.ts'
import { openSecrets } from '../../compose/azure-ports.ts'
import type { SettingFlags } from '../../compose/settings.ts'
import { readSettings } from '../../compose/settings.ts'
import { compare, type Comparison } from '../diff/compare.ts'
import { desiredFolder, desiredRevision, type Desired } from '../diff/desired.ts'
import { drawPlanned, summaryLine, unchangedText } from '../diff/draw.ts'
import { planAll, type Planned } from '../diff/plan.ts'
import { openPlanners, type PlanPorts } from '../diff/planners/index.ts'
import { exitCodes, refusal, usageError } from '../exit.ts'
import type { Io } from '../io.ts'
import { addSettingOptions, environmentOf, withStore } from '../open.ts'
import { outputOption, printData } from '../output.ts'
import { paintFor } from '../paint.ts'
import { replaceCloudEnvironment } from '../process-env.ts'
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
      'Shows what a folder or a revision would do in the clouds: for each stack that differs a change set is made, read and deleted again; for each Azure deployment a what-if. Nothing is executed.',
    )
    .option('--path <dir>', 'folder with manifests; with --revision from the root of the repository', '.')
    .option('--revision <commit|branch|tag>', 'of the root repository, instead of the files on disk')
    .option(
      '--offline',
      'compare templates only: no account, no calls; what only the cloud knows is not known',
    )
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

Marks: + added, ~ changed in place, ! replaced, - removed, ? not known yet. Azure deployments have the marks of
Azure’s own what-if: + create, ~ modify, - delete, ! deploy, x unsupported, and v for what a stack detaches.
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
  if (env !== io.env) replaceCloudEnvironment(env)
  const { secrets, azure } = openSecrets(settings, { clock: io.clock, env })
  const blobs = await openBlobStore(settings.blobs, { random: io.random, env, azure })
  const ports: PlanPorts = { io, secrets, settings, blobs, isOffline: options.offline === true }
  const { desired, comparison, planners } = await compareAll(options, ports)
  if (desired.result.objects.length === 0 && desired.result.problems.length === 0) {
    throw refusal(`${options.path}: no objects of headwater.dev found; name their folder with --path`)
  }
  const errors = desired.result.problems.filter(({ severity }) => severity === 'error')
  const planned = await whileWaiting(io, comparison.candidates.length, () =>
    planAll(comparison.candidates, planners),
  )
  if (options.output === undefined) print({ desired, comparison, planned, errors }, io)
  else await printData(io, options.output, dataOf({ desired, comparison, planned, errors }))
  const hasFailed = planned.some((one) => one.type === 'unknown' && !one.isWaiting)
  if (errors.length > 0 || hasFailed) io.exitWith(exitCodes.error)
  else io.exitWith(planned.length > 0 ? exitCodes.no : exitCodes.ok)
}

async function compareAll(options: DiffOptions, ports: PlanPorts) {
  const { io, settings } = ports
  return withStore(io, { store: settings.store }, async (store) => {
    const { path: directory, revision } = options
    const desired =
      revision === undefined
        ? await desiredFolder(directory, io)
        : await desiredRevision({ revision, directory, settings, store }, io)
    const records = await listRecords(store)
    const kinds = new Set([...desired.result.objects, ...records].map(({ kind }) => kind))
    const planners = await openPlanners(kinds, ports)
    return { desired, comparison: await compare(desired, records, planners), planners }
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
      ? `no changes; ${unchangedText(comparison.unchanged)}.\n`
      : `${summaryLine(planned, comparison.unchanged)}\n`,
  )
}

function dataOf({ desired, comparison, planned, errors }: Result): Record<string, unknown> {
  return {
    to: desired.label,
    unchanged: comparison.unchanged.length,
    errors,
    objects: planned.map((one) => ({
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
      writer.live([`${spinner(io.clock.now())} planning ${count} ${count === 1 ? 'object' : 'objects'}`])
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
