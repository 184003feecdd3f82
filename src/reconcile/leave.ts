import type { NewEvent, ObjectEvent } from '../api/event.ts'
import { asHeadwaterError, isConflict } from '../api/errors.ts'
import type { ObjectRecord } from '../api/record.ts'
import { keyOf } from '../api/record.ts'
import { displayKey } from '../api/reference.ts'
import type { Stored } from '../store/store.ts'
import { dependencyKeys } from './dependencies.ts'
import type { ControllerPorts } from './ports.ts'
import { editRecord, wake } from './step.ts'
import { isSuspended } from './suspend.ts'

/**
 * Lets objects go that a revision no longer declares. What that means for the cloud is said by each object's own
 * policy: `Retain` forgets it, `Delete` starts its deletion, dependents first. A suspended object, or one that somebody
 * else declares by now, is never deleted, nor is a stack that another document names. Answers those that could not be let
 * go, as their records cannot be read, with the reason: nobody knows what they asked for.
 */
export async function letGo(
  ports: ControllerPorts,
  owner: string,
  leaving: readonly string[],
  revision: string,
): Promise<Map<string, string>> {
  const stuck = new Map<string, string>()
  const found = await Promise.all(leaving.map((key) => readOrNote(ports, key, stuck)))
  const ours = found.flatMap((stored) => (stored?.record.owner === owner ? [stored.record] : []))
  const mayGo = ours.filter((record) => mustBeDeleted(record, ports.clock.now()))
  const others = mayGo.length === 0 ? [] : await listOthers(ports, leaving)
  const parting: ObjectRecord[] = []
  for (const record of ours) {
    const heir = mayGo.includes(record) ? await findHeir(ports, record, others) : undefined
    if (mayGo.includes(record) && heir === undefined) parting.push(record)
    else await forget(ports, record, heir)
  }
  const leavers = [...parting, ...others.filter(({ deletion }) => deletion !== undefined)]
  for (const record of parting) {
    const key = keyOf(record)
    const after = leavers.filter((other) => dependencyKeys(other).includes(key)).map(keyOf)
    const deletion = { requestedAt: ports.clock.now(), revision, after }
    await editRecord(ports, key, (fresh) => ({ ...fresh, deletion, dueAt: ports.clock.now() }))
    await tell(ports, key, {
      type: 'Normal',
      reason: 'Deleting',
      message: `no longer declared at ${revision}; deletionPolicy is Delete`,
    })
  }
  return stuck
}

async function listOthers(ports: ControllerPorts, leaving: readonly string[]): Promise<ObjectRecord[]> {
  const all = await ports.store.list('')
  return all.map(({ record }) => record).filter((record) => !leaving.includes(keyOf(record)))
}

/** Key of another object that stands for the same thing in the cloud: a document that was renamed. */
async function findHeir(
  ports: ControllerPorts,
  record: ObjectRecord,
  others: readonly ObjectRecord[],
): Promise<string | undefined> {
  const target = await ports.target(record.kind)
  const claim = target?.claim(record)
  const heir = others.find(
    (other) =>
      claim !== undefined &&
      other.kind === record.kind &&
      other.deletion === undefined &&
      target?.claim(other) === claim,
  )
  return heir === undefined ? undefined : keyOf(heir)
}

async function readOrNote(
  ports: ControllerPorts,
  key: string,
  stuck: Map<string, string>,
): Promise<Stored | undefined> {
  try {
    return await ports.store.get(key)
  } catch (error) {
    const { class: errorClass, message } = asHeadwaterError(error)
    if (errorClass !== 'stalled') throw error
    stuck.set(key, message)
    return undefined
  }
}

function mustBeDeleted(record: ObjectRecord, now: number): boolean {
  if (isSuspended(record, now)) return false
  return record.kind === 'Kustomization' || record.spec['deletionPolicy'] === 'Delete'
}

async function forget(ports: ControllerPorts, record: ObjectRecord, heir?: string): Promise<void> {
  const key = keyOf(record)
  for (let tries = 0; tries < 8; tries++) {
    const stored = await ports.store.get(key)
    if (stored === undefined) return
    try {
      await ports.store.delete(key, stored.version)
      await wake(ports, stored.record.waiters ?? [])
      break
    } catch (error) {
      if (!isConflict(error)) throw error
    }
  }
  const isHeld = isSuspended(record, ports.clock.now())
  const why = heir
    ? `${displayKey(heir)} declares the same`
    : isHeld
      ? 'it is suspended'
      : 'deletionPolicy is Retain'
  const kept =
    record.kind === 'GitRepository'
      ? ''
      : `; ${why}, so its cloud resources stay${heir ? '' : ' and are no longer looked after'}`
  await tell(ports, key, {
    type: 'Normal',
    reason: 'Orphaned',
    message: `${displayKey(key)} is no longer declared${kept}`,
  })
}

/** Adds one event to the history and the log. */
export async function tell(
  ports: Pick<ControllerPorts, 'store' | 'clock' | 'random' | 'log'>,
  key: string,
  event: NewEvent,
  revision?: string,
): Promise<void> {
  const written: ObjectEvent = {
    ...event,
    id: ports.random.uuid(),
    at: ports.clock.now(),
    key,
    ...(revision === undefined ? {} : { revision }),
  }
  await ports.store.append([written])
  const level = event.type === 'Warning' ? 'warn' : 'info'
  ports.log[level]({ object: key, reason: event.reason, revision }, event.message)
}
