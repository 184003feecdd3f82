import { Command } from 'commander'
import { parseDuration } from '../../api/duration.ts'
import type { ObjectRecord } from '../../api/record.ts'
import { keyOf } from '../../api/record.ts'
import { displayKey, formatKey } from '../../api/reference.ts'
import type { SettingFlags } from '../../compose/settings.ts'
import { sourceKeyOf } from '../../reconcile/repository.ts'
import { isSuspended, suspendedMessage } from '../../reconcile/suspend.ts'
import type { Store } from '../../store/store.ts'
import { drive } from '../drive.ts'
import { exitCodes, refusal } from '../exit.ts'
import { printable, type Io } from '../io.ts'
import { inputChanges } from '../input-changes.ts'
import { createNarrator, type Narrator } from '../narrator.ts'
import { addSettingOptions, withController, withStore } from '../open.ts'
import { addNamespaceOption, type ScopeOptions } from '../scope.ts'
import { referenceOf, requireRecord } from '../select.ts'
import { standings } from '../settled.ts'
import type { OpenedController } from '../../compose/controller.ts'
import { visibleParametersOf } from '../visible-parameters.ts'

type ReconcileOptions = ScopeOptions &
  SettingFlags & {
    withSource?: boolean
    force?: boolean
    wait?: boolean
    timeout: string
  }

/** `headwater reconcile KIND NAME` */
export function createReconcileCommand(io: Io): Command {
  const command = new Command('reconcile')
    .description(
      'Looks at an object now, whatever its interval says. Without --wait it only marks it: the running controller does the work. With --wait it takes part itself, so it needs no controller, and shows what happens.',
    )
    .argument('<object...>', 'KIND NAME or KIND/NAME')
    .option('--with-source', 'look at its git repository first')
    .option('--force', 'also try inputs again that failed before')
    .option('--wait', 'show what happens and end with the outcome')
    .option('--timeout <duration>', 'with --wait: give up watching after this long', '1h')
    .addHelpText('after', help)
  addNamespaceOption(command)
  addSettingOptions(command, ['store', 'blobs', 'controllerId'])
  return command.action((words: string[], options: ReconcileOptions) => reconcile(words, options, io))
}

const help = `
Examples:
  headwater reconcile source fleet -n headwater-system --wait
  headwater reconcile stack web -n eu --with-source --wait
  headwater reconcile stack/web -n eu --force --wait

Exit codes: 0 marked, or Ready; 1 not Ready, suspended or not found; 2 could not look; 130 stopped watching on
ctrl-c (the work goes on).`

async function reconcile(words: string[], options: ReconcileOptions, io: Io): Promise<void> {
  const reference = referenceOf(words, options)
  const key = formatKey(reference)
  // A first look with nothing but the store: a wrong name should not have to load a controller.
  await withStore(io, options, async (store) => {
    const { record } = await requireRecord(store, reference)
    if (isSuspended(record, io.clock.now())) {
      const command = `headwater resume ${record.kind.toLowerCase()} ${record.name} -n ${record.namespace}`
      throw refusal(`${displayKey(key)} is ${suspendedMessage(record)}; ${command}`)
    }
  })
  await withController(io, options, async (opened, writer) => {
    const task: Task = { io, opened, options, key, narrator: createNarrator(io, writer) }
    const { record: before } = await requireRecord(opened.store, reference)
    if (options.wait !== true) return mark(task, before)
    const isSourceGood = options.withSource !== true || (await reconcileSource(task, before))
    const outcome = await reconcileObject(task, before)
    io.exitWith(outcome === exitCodes.ok && !isSourceGood ? exitCodes.no : outcome)
  })
}

/** One reconciliation on its way. */
interface Task {
  io: Io
  opened: OpenedController
  options: ReconcileOptions
  key: string
  narrator: Narrator
}

async function mark({ io, opened, options, key }: Task, record: ObjectRecord): Promise<void> {
  const request = { token: io.random.uuid(), ...(options.force ? { force: true } : {}) }
  const keys = options.withSource ? [...chainOf(record), key] : [key]
  const marked = await opened.controller.markDue(keys, request)
  for (const one of marked) io.stdout(`► ${displayKey(one)} is due now\n`)
  io.stdout('  a running controller takes it from here; --wait does the work at once and shows it\n')
}

/** What stands between git and an object: its source, then the Kustomization that declares it. */
function chainOf(record: ObjectRecord): string[] {
  if (record.kind === 'Kustomization') return [sourceKeyOf(record)]
  return [record.origin?.source, record.owner].filter((key) => key !== undefined)
}

/** Fetches and loads; answers whether both went well. */
async function reconcileSource(task: Task, record: ObjectRecord): Promise<boolean> {
  const { store } = task.opened
  // As they are before anything moves: what the first brings the second may take up at once.
  const chain = (await Promise.all(chainOf(record).map((key) => store.get(key)))).flatMap((stored) =>
    stored === undefined ? [] : [stored.record],
  )
  let isGood = true
  for (const before of chain) {
    const outcome = await watchOne(task, keyOf(before), false)
    const after = await store.get(keyOf(before))
    if (after !== undefined) task.narrator.passed(before, after.record, outcome)
    if (outcome !== 'ready') isGood = false
  }
  return isGood
}

async function reconcileObject(task: Task, before: ObjectRecord): Promise<number> {
  const { io, opened, key, narrator, options } = task
  const now = await opened.store.get(key)
  if (now === undefined) {
    narrator.gone(key)
    return exitCodes.ok
  }
  const { kind, inputs } = now.record
  const visible = await visibleParametersOf(kind, inputs, (sha256) => opened.blobs.get(sha256))
  const changes = inputChanges(before, now.record, visible)
  narrator.begin(key, changes, options.force === true)
  const outcome = await watchOne(task, key, true)
  if (io.signal?.aborted === true) {
    narrator.stopped(key)
    return exitCodes.interrupted
  }
  const after = await opened.store.get(key)
  if (after === undefined) narrator.gone(key)
  else narrator.finished(after.record, outcome)
  return after === undefined || outcome === 'ready' ? exitCodes.ok : exitCodes.no
}

/** Asks for one object and does what is due until it stands still. */
async function watchOne(task: Task, key: string, isTold: boolean): Promise<string> {
  const { io, opened, options, narrator } = task
  const { controller, store } = opened
  const token = io.random.uuid()
  await controller.markDue([key], { token, ...(options.force ? { force: true } : {}) })
  const ended = await drive({
    controller,
    store,
    io,
    deadline: io.clock.now() + parseDuration(options.timeout),
    onLook: (records) => {
      const record = records.find((one) => keyOf(one) === key)
      if (record !== undefined && isTold) narrator.look(record)
    },
    isOver: (records) => isDone(records, key, token, io.clock.now()),
  })
  if (ended === 'late')
    throw refusal(
      `${displayKey(key)} is still under way after ${printable(options.timeout)}; the work goes on`,
    )
  return standingOf(store, key, io.clock.now())
}

function isDone(records: readonly ObjectRecord[], key: string, token: string, now: number): boolean {
  const record = records.find((one) => keyOf(one) === key)
  if (record === undefined) return true
  const isHandled = record.status.lastHandledReconcileAt === token || record.request?.token !== token
  const standing = standings(records, now).get(key)
  // Waiting for something that has failed handles no request, and yet nothing more will come.
  return standing === 'failed' || (isHandled && standing !== 'open')
}

async function standingOf(store: Store, key: string, now: number): Promise<string> {
  const records = (await store.list('')).map(({ record }) => record)
  return standings(records, now).get(key) ?? 'ready'
}
