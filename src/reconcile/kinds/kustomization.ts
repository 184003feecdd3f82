import pLimit from 'p-limit'
import { findCondition } from '../../api/condition.ts'
import { asHeadwaterError, isConflict, stalled } from '../../api/errors.ts'
import type { GitRepositorySpec } from '../../api/kinds/git-repository.ts'
import type { KustomizationSpec } from '../../api/kinds/kustomization.ts'
import type { ObjectRecord } from '../../api/record.ts'
import { keyOf } from '../../api/record.ts'
import { displayKey } from '../../api/reference.ts'
import { parseRevision } from '../../api/revision.ts'
import type { ObjectStatus } from '../../api/status.ts'
import type { Verdict } from '../conditions.ts'
import { withVerdict, without } from '../conditions.ts'
import { contend, declare } from '../declare.ts'
import { findBlocker, waitingMessage, withWaiter } from '../dependencies.ts'
import { tellOthers } from '../host-rest.ts'
import { letGo } from '../leave.ts'
import type { Outcome } from '../outcome.ts'
import { handled, news } from '../outcome.ts'
import { outcomeOfError } from '../outcome-of.ts'
import type { Package } from '../package.ts'
import { packageObjects } from '../package.ts'
import type { ControllerPorts } from '../ports.ts'
import { planPrune } from '../prune.ts'
import type { Stored } from '../../store/store.ts'
import { ignoreDigestOf, openRepository, shelfOf, sourceKeyOf } from '../repository.ts'
import { dependencyRetryMs, jitteredMs } from '../retry.ts'
import { skippedEvent } from '../skipped.ts'
import type { Step } from '../step.ts'
import { editRecord } from '../step.ts'
import { isSuspended, suspendedOutcome } from '../suspend.ts'

/** How many problems of a build the status names; the rest is counted. */
const shownProblems = 5

/** Loads the objects of a path into the store, and lets go of those that left. Removed from git itself, it lets go of all. */
export async function reconcileKustomization(ports: ControllerPorts, step: Step): Promise<Outcome | 'gone'> {
  const record = step.record()
  const now = ports.clock.now()
  if (isSuspended(record, now)) return suspendedOutcome(record, now)
  if (record.deletion !== undefined) return leave(ports, record)

  try {
    const ready = await findArtifact(ports, record)
    if ('outcome' in ready) return ready.outcome
    return await apply(ports, step, ready.source, ready.revision)
  } catch (error) {
    if (isConflict(error)) throw error
    const classed = asHeadwaterError(error)
    const outcome = failure(ports, record, classed)
    await tellOthers(ports, record, classed, outcome.dueAt)
    return outcome
  }
}

/** The source's artifact, if there is one and something is to be done with it. */
async function findArtifact(
  ports: ControllerPorts,
  record: ObjectRecord,
): Promise<{ outcome: Outcome } | { source: ObjectRecord; revision: string }> {
  const now = ports.clock.now()
  const spec = record.spec as KustomizationSpec
  const key = sourceKeyOf(record)
  let hasArtifact = false
  const source = await editRecord(ports, key, (found) => {
    hasArtifact = found.status.artifact !== undefined
    return hasArtifact ? undefined : withWaiter(found, keyOf(record))
  })
  const revision = source?.status.artifact?.revision
  if (source === undefined || revision === undefined) {
    const why = source === undefined ? 'it does not exist' : 'it has no artifact yet'
    return { outcome: waiting(ports, record, key, `waiting for ${displayKey(key)} (${why})`) }
  }
  const blocker = await findBlocker(ports, record, revision)
  if (blocker !== undefined) return { outcome: waiting(ports, record, blocker.key, waitingMessage(blocker)) }

  const { status } = record
  const isRequested = record.request !== undefined && record.request.token !== status.lastHandledReconcileAt
  const isApproved = status.held !== undefined && record.approval?.token === status.held.token
  if (!isDone(record, source, revision) || isRequested || isApproved) return { source, revision }
  const dueAt = now + jitteredMs(spec.interval, ports.random)
  const done = withApplied(record, cleared(record), status.inventory?.length ?? 0, now)
  return { outcome: { status: done, dueAt, events: [], wake: true } }
}

/**
 * Whether all that a revision declares is in force: it was applied by the present declaration, and nothing else was
 * tried since. A broken revision in between was applied in part, even if the branch is put back.
 */
function isDone({ status, generation }: ObjectRecord, source: ObjectRecord, revision: string): boolean {
  const isReady = findCondition(status.conditions, 'Ready')?.status === 'True'
  const isLast = status.lastAppliedRevision === revision && status.lastAttemptedRevision === revision
  const isReadAlike = status.ignoreDigest === ignoreDigestOf(source)
  return isReady && isLast && isReadAlike && status.observedGeneration === generation
}

function withApplied(record: ObjectRecord, status: ObjectStatus, count: number, now: number): ObjectStatus {
  const message = `applied ${count} ${count === 1 ? 'object' : 'objects'}`
  return withVerdict(record, status, { ready: 'True', reason: 'ReconciliationSucceeded', message }, now)
}

async function apply(
  ports: ControllerPorts,
  step: Step,
  source: ObjectRecord,
  revision: string,
): Promise<Outcome> {
  const record = step.record()
  const commit = parseRevision(revision)?.commit
  if (commit === undefined)
    throw stalled('ArtifactFailed', `${displayKey(keyOf(source))} has the unreadable revision "${revision}"`)
  const spec = record.spec as KustomizationSpec
  const { bicep, ignore } = source.spec as GitRepositorySpec
  const repository = await openRepository(ports, source)
  const shelf = shelfOf(ports, record)
  const known = new Map((await ports.store.list('')).map((stored) => [keyOf(stored.record), stored]))
  const repack = record.request !== undefined && record.request.token !== record.status.lastHandledReconcileAt
  const sourceKey = keyOf(source)
  const built = await packageObjects(ports, {
    kustomization: record,
    source: repository,
    shelf,
    sourceKey,
    revision,
    commit,
    known,
    repack,
    registries: bicep?.registries ?? [],
    ignore,
  })
  const ignoreDigest = ignoreDigestOf(source)
  const skipped = skippedEvent(built.skipped, revision)
  if (skipped !== undefined && record.status.lastAttemptedRevision !== revision) step.event(skipped)
  const attempted: ObjectStatus = {
    ...without(cleared(record), 'ignoreDigest'),
    lastAttemptedRevision: revision,
    ...(ignoreDigest === undefined ? {} : { ignoreDigest }),
    ...(shelf.pointer === undefined ? {} : { shelf: shelf.pointer }),
  }

  if (!built.hasPath) {
    const isIgnored = built.skipped.some(({ what }) => what === 'ignored')
    const why = isIgnored ? 'is left out by the rules of its source' : 'does not exist'
    const message = `path "${spec.path}" ${why} at ${revision}; nothing was applied or removed`
    return notReady(ports, record, attempted, { reason: 'InvalidPath', message })
  }
  const problems = [...built.errors, ...(await applyAll(ports, record, built, { known, revision }))]
  if (built.declarations.length === 0 && problems.length === 0 && !spec.allowEmpty) {
    const message = `no objects below "${spec.path}" at ${revision}; set allowEmpty: true if that is meant`
    return notReady(ports, record, attempted, { reason: 'BuildFailed', message })
  }

  const before = record.status.inventory ?? []
  const applied = built.declarations.map((declaration) => keyOf(declaration))
  if (problems.length > 0) {
    // A partial revision never lets anything go.
    const inventory = [...new Set([...before, ...applied])].toSorted()
    const more = problems.length > shownProblems ? `\n(and ${problems.length - shownProblems} more)` : ''
    const message = `${problems.slice(0, shownProblems).join('\n')}${more}`
    return notReady(ports, record, { ...attempted, inventory }, { reason: 'BuildFailed', message })
  }

  const plan = planPrune(before, applied, record.status.lastAppliedRevision)
  const isApproved = record.approval?.token === plan.token
  if (spec.prune && plan.limit !== undefined && !isApproved) {
    const inventory = [...new Set([...before, ...applied])].toSorted()
    const held = { keys: plan.leaving, token: plan.token }
    const message = `held: ${plan.leaving.length} of ${before.length} objects would be removed (limit ${plan.limit}); headwater approve kustomization ${record.name} -n ${record.namespace}`
    return notReady(ports, record, { ...attempted, inventory, held }, { reason: 'PruneHeld', message })
  }
  const stuck = spec.prune
    ? await letGo(ports, keyOf(record), plan.leaving, revision)
    : new Map<string, string>()
  if (stuck.size > 0) {
    const inventory = [...new Set([...applied, ...stuck.keys()])].toSorted()
    const message = `no longer declared, but not let go: ${[...stuck.values()].join('\n')}`
    return notReady(ports, record, { ...attempted, inventory }, { reason: 'PruneFailed', message })
  }

  const now = ports.clock.now()
  const status: ObjectStatus = { ...attempted, lastAppliedRevision: revision, inventory: applied.toSorted() }
  const event = {
    type: 'Normal',
    reason: 'ReconciliationSucceeded',
    message: `applied ${applied.length} ${applied.length === 1 ? 'object' : 'objects'} of ${revision}`,
  } as const
  return {
    status: withApplied(record, status, applied.length, now),
    dueAt: now + jitteredMs(spec.interval, ports.random),
    events: record.status.lastAppliedRevision === revision ? [] : [event],
    wake: true,
  }
}

/** How many records are written at once. */
const writesAtOnce = 16

/** Writes every declaration that nobody else owns; the answer names those that could not be. */
async function applyAll(
  ports: ControllerPorts,
  record: ObjectRecord,
  built: Package,
  { known, revision }: { known: ReadonlyMap<string, Stored>; revision: string },
): Promise<string[]> {
  const self = keyOf(record)
  const limit = pLimit(writesAtOnce)
  const refused = built.declarations.map((declaration) =>
    limit(async () => {
      const key = keyOf(declaration)
      const stored = known.get(key)
      const owner = key === self ? self : stored?.record.owner
      // What its owner let go of, and nobody has begun to delete, is free to be declared elsewhere: a moved document.
      const isFree = stored?.record.deletion !== undefined && stored.record.operation === undefined
      const isOwned = owner !== undefined && owner !== self && known.has(owner) && !isFree
      const isForeign = key === self || isOwned
      const { file = '', line = 0, column = 0 } = declaration.origin ?? {}
      const where = `${file}:${line}:${column}: ${displayKey(key)}`
      if (isForeign) {
        if (key !== self) await contend(ports, key, { key: self, revision })
        return [
          `${where}: is already declared by ${key === self ? 'itself' : displayKey(owner ?? '')}; declare it once`,
        ]
      }
      try {
        await declare(ports, declaration, { stored })
        return []
      } catch (error) {
        // A record of this one that cannot be read stops this one only.
        const classed = asHeadwaterError(error)
        if (classed.class !== 'stalled') throw error
        return [`${where}: ${classed.message}`]
      }
    }),
  )
  return (await Promise.all(refused)).flat()
}

/** Removed from git: what it declared leaves by the same rules, then it does. */
async function leave(ports: ControllerPorts, record: ObjectRecord): Promise<Outcome | 'gone'> {
  const spec = record.spec as KustomizationSpec
  const inventory = record.status.inventory ?? []
  if (!spec.prune) return 'gone'
  const plan = planPrune(inventory, [], record.status.lastAppliedRevision)
  if (plan.limit !== undefined && record.approval?.token !== plan.token) {
    const held = { keys: plan.leaving, token: plan.token }
    const message = `held: all ${inventory.length} objects would be removed (limit ${plan.limit}); headwater approve kustomization ${record.name} -n ${record.namespace}`
    return notReady(ports, record, { ...record.status, held }, { reason: 'PruneHeld', message })
  }
  const stuck = await letGo(ports, keyOf(record), plan.leaving, record.deletion?.revision ?? '')
  if (stuck.size === 0) return 'gone'
  const message = `what it declared cannot all be let go: ${[...stuck.values()].join('\n')}`
  const status = { ...record.status, inventory: [...stuck.keys()] }
  return notReady(ports, record, status, { reason: 'PruneFailed', message })
}

function waiting(ports: ControllerPorts, record: ObjectRecord, key: string, message: string): Outcome {
  const verdict: Verdict = { ready: 'False', reason: 'DependencyNotReady', message, reconciling: true }
  const now = ports.clock.now()
  const status = withVerdict(record, { ...record.status, blockedBy: [key] }, verdict, now)
  return { status, dueAt: now + jitteredMs(dependencyRetryMs, ports.random), events: [], wake: false }
}

function notReady(
  ports: ControllerPorts,
  record: ObjectRecord,
  status: ObjectStatus,
  { reason, message }: { reason: string; message: string },
): Outcome {
  const now = ports.clock.now()
  const spec = record.spec as KustomizationSpec
  return {
    status: withVerdict(
      record,
      handled(record, status),
      { ready: 'False', reason, message, stalled: true },
      now,
    ),
    dueAt: now + jitteredMs(spec.retryInterval ?? spec.interval, ports.random),
    events: news(record, { type: 'Warning', reason, message }),
    wake: false,
  }
}

function failure(
  ports: ControllerPorts,
  record: ObjectRecord,
  error: ReturnType<typeof asHeadwaterError>,
): Outcome {
  if (error.class !== 'stalled')
    return outcomeOfError(record, error, { now: ports.clock.now(), random: ports.random })
  return notReady(ports, record, record.status, { reason: error.reason, message: error.message })
}

function cleared(record: ObjectRecord): ObjectStatus {
  return without(handled(record, record.status), 'failures', 'nextAttemptAt', 'blockedBy', 'held')
}
