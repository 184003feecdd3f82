import { asHeadwaterError, isConflict } from '../api/errors.ts'
import { keyOf } from '../api/record.ts'
import type { ObjectRecord } from '../api/record.ts'
import { parseKey } from '../api/reference.ts'
import type { ObjectStatus } from '../api/status.ts'
import type { Budget, Controller, DueRequest, PassSummary } from './controller.ts'
import { reconcileDeployable } from './kinds/deployable.ts'
import { reconcileGitRepository } from './kinds/git-repository.ts'
import { tell } from './leave.ts'
import type { Outcome } from './outcome.ts'
import { outcomeOfError } from './outcome-of.ts'
import type { ControllerPorts } from './ports.ts'
import type { Step, StepCause } from './step.ts'
import { beginStep, editRecord, wake } from './step.ts'

/** How long an object that somebody else holds is passed over in a pass, in milliseconds. */
const heldPauseMs = 1_000
/** While steps run that take long (a git host that hangs), what falls due is looked for this often, in milliseconds. */
const lookPauseMs = 1_000
/** How many due keys are read at once. */
const pageSize = 100

/** The controller over its ports. It keeps nothing in memory that matters: any number may run on one store. */
export function createController(ports: ControllerPorts): Controller {
  return {
    runDue: (budget = {}) => runDue(ports, budget),
    reconcile: (key) => reconcile(ports, key, 'asked'),
    markDue: (keys, request) => markDue(ports, keys, request),
  }
}

async function markDue(
  ports: ControllerPorts,
  keys: readonly string[],
  request?: DueRequest,
): Promise<string[]> {
  const marked: string[] = []
  for (const key of keys) {
    const dueAt = ports.clock.now()
    const record = await editRecord(ports, key, (found) => ({
      ...found,
      dueAt,
      ...(request === undefined ? {} : { request }),
    }))
    if (record !== undefined) marked.push(key)
  }
  return marked
}

async function runDue(ports: ControllerPorts, budget: Budget): Promise<PassSummary> {
  const { store, clock } = ports
  const concurrency = budget.concurrency ?? 8
  const limit = budget.limit ?? Infinity
  const errors: PassSummary['errors'] = []
  const running = new Map<string, Promise<void>>()
  const passedOver = new Map<string, number>()
  let steps = 0

  const isSpent = () =>
    steps >= limit ||
    budget.signal?.aborted === true ||
    (budget.deadline !== undefined && clock.now() >= budget.deadline)

  const begin = async (key: string): Promise<void> => {
    try {
      const { held } = await reconcile(ports, key, 'due')
      if (held) passedOver.set(key, clock.now() + heldPauseMs)
    } catch (error) {
      const { message } = asHeadwaterError(error)
      errors.push({ key, message })
      ports.log.warn({ object: key }, message)
      passedOver.set(key, clock.now() + heldPauseMs)
    } finally {
      running.delete(key)
    }
  }

  while (!isSpent()) {
    const now = clock.now()
    const due = await store.due(now, pageSize + running.size)
    const ready = due.filter((key) => !running.has(key) && (passedOver.get(key) ?? 0) <= now)
    if (ready.length === 0 && running.size === 0) break
    for (const key of ready) {
      if (running.size >= concurrency) break
      if (isSpent()) break
      steps += 1
      running.set(key, begin(key))
    }
    if (running.size > 0) await nextTurn(ports, running, running.size < concurrency)
  }
  await Promise.all(running.values())
  return { steps, errors, nextDueAt: await store.nextDueAt() }
}

/** Until a step is over; while there is room for more, no longer than others may take to fall due. */
async function nextTurn(
  ports: ControllerPorts,
  running: ReadonlyMap<string, Promise<void>>,
  hasRoom: boolean,
): Promise<void> {
  if (!hasRoom) return Promise.race(running.values())
  const waking = new AbortController()
  const pause = ports.clock.sleep(lookPauseMs, waking.signal).catch(() => undefined)
  await Promise.race([...running.values(), pause])
  waking.abort()
}

/** One step under a lease; `held` when somebody else works on the object, or there is nothing to do. */
async function reconcile(
  ports: ControllerPorts,
  key: string,
  cause: StepCause,
): Promise<{ dueAt: number | undefined; held: boolean }> {
  const step = await beginStep(ports, key, cause)
  if (step === undefined) return { dueAt: undefined, held: true }
  try {
    return { dueAt: await conclude(ports, step), held: false }
  } catch (error) {
    // The lease ran out and somebody else took over: what they write stands.
    if (isConflict(error)) return { dueAt: undefined, held: true }
    throw error
  }
}

/** Does the step, writes its outcome and tells those whom it concerns. Answers when the object is due again. */
async function conclude(ports: ControllerPorts, step: Step): Promise<number | undefined> {
  const before = step.record()
  const outcome = await stepOf(ports, step)
  const isGone =
    outcome === 'gone' ||
    (before.deletion !== undefined && outcome.events.some(({ reason }) => reason === 'Deleted'))
  if (isGone) {
    const removed = await step.remove()
    const dueAt = removed === undefined ? await beginAnew(ports, step) : undefined
    await wake(ports, removed?.woken ?? [])
    await report(ports, step, outcome === 'gone' ? [] : outcome.events)
    return dueAt
  }
  const { status, operation } = outcome
  const changes = { status, wake: outcome.wake, ...(operation === undefined ? {} : { operation }) }
  const { dueAt, woken } = await step.finish(changes, outcome.dueAt)
  // First those who wait: an event that cannot be written must not cost them a look.
  await wake(ports, woken)
  await report(ports, step, outcome.events)
  return dueAt
}

/** Declared again in the moment in which its cloud part was gone: what was known of that is over. */
async function beginAnew(ports: ControllerPorts, step: Step): Promise<number | undefined> {
  const { history, operations, lastHandledReconcileAt } = step.record().status
  const status: ObjectStatus = {
    conditions: [],
    observedGeneration: 0,
    ...(history === undefined ? {} : { history }),
    ...(operations === undefined ? {} : { operations }),
    ...(lastHandledReconcileAt === undefined ? {} : { lastHandledReconcileAt }),
  }
  const { dueAt } = await step.finish({ status, operation: null }, ports.clock.now())
  return dueAt
}

async function stepOf(ports: ControllerPorts, step: Step): Promise<Outcome | 'gone'> {
  const record = step.record()
  try {
    if (record.kind === 'GitRepository') return await reconcileGitRepository(ports, step)
    if (record.kind === 'Kustomization') {
      // Loaded by the first of them: reading YAML is a third of all code, and most steps need none.
      const { reconcileKustomization } = await import('./kinds/kustomization.ts')
      return await reconcileKustomization(ports, step)
    }
    const target = await ports.target(record.kind)
    if (target !== undefined) return await reconcileDeployable(ports, step, target)
    throw new Error(`no driver for kind ${parseKey(keyOf(record)).kind}`)
  } catch (error) {
    if (isConflict(error)) throw error
    return outcomeOfError(step.record(), asHeadwaterError(error), {
      now: ports.clock.now(),
      random: ports.random,
    })
  }
}

async function report(ports: ControllerPorts, step: Step, events: Outcome['events']): Promise<void> {
  const revision = revisionOf(step.record())
  for (const event of [...step.events(), ...events]) await tell(ports, step.key, event, revision)
}

function revisionOf(record: ObjectRecord): string | undefined {
  return record.operation?.revision ?? record.inputs?.revision ?? record.status.lastAttemptedRevision
}
