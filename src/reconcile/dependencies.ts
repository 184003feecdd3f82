import { findCondition } from '../api/condition.ts'
import { parseDuration } from '../api/duration.ts'
import { displayKey, formatKey } from '../api/reference.ts'
import type { ObjectRecord } from '../api/record.ts'
import { keyOf } from '../api/record.ts'
import type { ControllerPorts } from './ports.ts'
import { editRecord } from './step.ts'

/** An object that is waited for, and why. */
export interface Blocker {
  key: string
  why: string
}

/** How much of a dependency's message is told of those who wait for it, in characters. */
const messageLength = 300

interface Dependency {
  kind?: string | undefined
  name: string
  namespace?: string | undefined
}

/** The keys an object depends on, in the order it names them. */
export function dependencyKeys(object: Pick<ObjectRecord, 'kind' | 'namespace' | 'spec'>): string[] {
  const declared = (object.spec['dependsOn'] ?? []) as Dependency[]
  return declared.map(({ kind, name, namespace }) =>
    formatKey({ kind: kind ?? object.kind, namespace: namespace ?? object.namespace, name }),
  )
}

/**
 * The first dependency that is not ready for `revision`, if any. The dependent is written down with it, so that it is
 * due the moment the dependency is ready: if that happens in between, the write loses and the fresh record says so.
 */
export async function findBlocker(
  ports: ControllerPorts,
  record: ObjectRecord,
  revision: string | undefined,
): Promise<Blocker | undefined> {
  const blockers: Blocker[] = []
  for (const key of dependencyKeys(record)) {
    let why: string | undefined
    const found = await editRecord(ports, key, (dependency) => {
      why = whyNotReady(dependency, record, revision, ports.clock.now())
      if (why === undefined) return undefined
      return withWaiter(dependency, keyOf(record))
    })
    if (found === undefined) why = 'it does not exist'
    if (why !== undefined) blockers.push({ key, why })
  }
  return blockers[0]
}

/** The record with one more object waiting for it; undefined when it waits already. */
export function withWaiter(record: ObjectRecord, key: string): ObjectRecord | undefined {
  const waiters = record.waiters ?? []
  return waiters.includes(key) ? undefined : { ...record, waiters: [...waiters, key] }
}

/** Why an object can't be built upon yet; undefined when it can. Pure. */
export function whyNotReady(
  dependency: ObjectRecord,
  dependent: ObjectRecord,
  revision: string | undefined,
  now: number,
): string | undefined {
  if (dependency.deletion !== undefined) return 'it is being deleted'
  const ready = findCondition(dependency.status.conditions, 'Ready')
  if (ready === undefined) return 'not looked at yet'
  if (ready.status !== 'True') {
    const forText = parseSince(ready.lastTransitionTime, now)
    const isMutual =
      ready.reason === 'DependencyNotReady' &&
      dependency.status.blockedBy?.includes(keyOf(dependent)) === true
    if (isMutual) return `it waits for this one in turn${forText}: take one of the two out of dependsOn`
    return `not Ready: ${clipped(ready.message)}${forText}`
  }
  if (dependency.status.observedGeneration !== dependency.generation)
    return 'its new declaration is not applied yet'
  const isSameSource =
    dependency.origin !== undefined && dependency.origin.source === dependent.origin?.source
  if (isSameSource && revision !== undefined && dependency.status.lastAppliedRevision !== revision) {
    return `it is still at ${dependency.status.lastAppliedRevision ?? 'no revision'}`
  }
  return undefined
}

/** What a chain of dependencies says is told of each, so it must not grow with every look. */
function clipped(message: string): string {
  return message.length > messageLength ? `${message.slice(0, messageLength)}…` : message
}

function parseSince(time: string, now: number): string {
  const spanMs = now - Date.parse(time)
  return spanMs >= parseDuration('1m') ? ` since ${Math.round(spanMs / 60_000)}m` : ''
}

/** `waiting for CloudFormationStack eu/network (not Ready: …)`. */
export function waitingMessage(blocker: Blocker): string {
  return `waiting for ${displayKey(blocker.key)} (${blocker.why})`
}
