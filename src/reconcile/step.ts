import type { NewEvent } from '../api/event.ts'
import { conflict, isConflict } from '../api/errors.ts'
import type { Lease, ObjectRecord, Operation } from '../api/record.ts'
import type { ObjectStatus } from '../api/status.ts'
import type { ControllerPorts } from './ports.ts'

/** How long a step may hold an object between two of its writes: longer than any one call to a cloud may take. */
const callLeaseMs = 30_000
/** The same for what reads from git, whose calls may take as long as the source's `timeout`. */
const sourceLeaseMs = 120_000
/** Writes that lose to another writer are composed anew this often before the step gives up. */
const maxWriteTries = 8

/**
 * One step of one object, under its lease. The step owns `status`, `operation` and `lease`; `spec`, `inputs` and
 * `deletion` belong to whoever declares the object, `request`, `suspension` and `approval` to people. So a write that
 * loses to another writer is composed anew over what that one wrote, as long as the lease is still ours:
 *
 *     step   ──lease v1────────intent v2 ✗ ─read v3─ intent v4 ──act── outcome v5
 *     person ─────────request v3──────────────────────────────────────────────────
 */
export interface Step {
  readonly key: string
  /** When the object became due (milliseconds since the epoch), if that is why the step was begun. */
  readonly dueSince: number | undefined
  /** The record as last read or written; fresh after every write. */
  record(): ObjectRecord
  /** Writes what the step owns and keeps the lease. Throws when the lease was lost: no call may follow then. */
  write(changes: StepChanges): Promise<void>
  /** Writes for the last time, lets go of the lease and says when the object wants to be looked at again. */
  finish(
    changes: StepChanges,
    dueAt: number | undefined,
  ): Promise<{ dueAt: number | undefined; woken: string[] }>
  /** Removes the record; the object is gone. Undefined: it was declared again meanwhile, and stays. */
  remove(): Promise<{ woken: string[] } | undefined>
  /** Collected and written to the history when the step ends. */
  event(event: NewEvent): void
  events(): readonly NewEvent[]
}

/** What a step changes. `operation: null` ends it; `wake` also hands back and clears those who wait for this object. */
export interface StepChanges {
  status: ObjectStatus
  operation?: Operation | null
  wake?: boolean
}

/** What a step is begun for: because somebody asks, or only if the object is due. What is due is told by an index that may lag. */
export type StepCause = 'asked' | 'due'

/** Takes the lease of an object; undefined when there is nothing to do: it is gone, not due, or held by somebody else. */
export async function beginStep(
  ports: ControllerPorts,
  key: string,
  cause: StepCause = 'asked',
): Promise<Step | undefined> {
  const { store, clock, random } = ports
  const stored = await store.get(key)
  if (stored === undefined) return undefined
  const now = clock.now()
  if (cause === 'due' && (stored.record.dueAt ?? Infinity) > now) return undefined
  const held = stored.record.lease
  if (held !== undefined && held.expiresAt > now) return undefined

  const leaseMs = ports.leaseMs ?? (stored.record.inputs === undefined ? sourceLeaseMs : callLeaseMs)
  let expiresAt = now + leaseMs
  const lease: Lease = { holder: random.uuid(), expiresAt, counter: (held?.counter ?? 0) + 1 }
  // Due again when the lease runs out: if this process dies, that is how the object is found.
  let record: ObjectRecord = { ...stored.record, lease, dueAt: expiresAt }
  let version: number
  try {
    version = await store.put(record, stored.version)
  } catch (error) {
    if (isConflict(error)) return undefined
    throw error
  }
  const collected: NewEvent[] = []

  // A mark made while we work is kept, whatever its maker's clock says: anything but the time that we wrote is one.
  const isMarked = (fresh: ObjectRecord) => fresh.dueAt !== undefined && fresh.dueAt !== expiresAt

  async function writeOver(compose: (fresh: ObjectRecord) => ObjectRecord): Promise<void> {
    for (let tries = 0; tries < maxWriteTries; tries++) {
      const next = compose(record)
      try {
        version = await store.put(next, version)
        record = next
        return
      } catch (error) {
        if (!isConflict(error)) throw error
        await readAgain()
      }
    }
    throw conflict(key)
  }

  async function readAgain(): Promise<void> {
    const fresh = await store.get(key)
    const stillOurs = fresh?.record.lease?.holder === lease.holder
    if (fresh === undefined || !stillOurs) throw conflict(key)
    record = fresh.record
    version = fresh.version
  }

  return {
    key,
    dueSince: cause === 'due' ? stored.record.dueAt : undefined,
    record: () => record,
    event: (event) => void collected.push(event),
    events: () => collected,
    async write(changes) {
      const renewedUntil = clock.now() + leaseMs
      await writeOver((fresh) => {
        const dueAt = isMarked(fresh) ? fresh.dueAt : renewedUntil
        return {
          ...compose(fresh, changes),
          lease: { ...lease, expiresAt: renewedUntil },
          ...(dueAt === undefined ? {} : { dueAt }),
        }
      })
      expiresAt = renewedUntil
    },
    async finish(changes, dueAt) {
      let woken: string[] = []
      await writeOver((fresh) => {
        const next = { ...compose(fresh, changes) }
        const wanted = isMarked(fresh) ? Math.min(fresh.dueAt ?? Infinity, dueAt ?? Infinity) : dueAt
        delete next.lease
        delete next.dueAt
        if (wanted !== undefined) next.dueAt = wanted
        woken = changes.wake ? (fresh.waiters ?? []) : []
        if (changes.wake) delete next.waiters
        return { ...next, ...leaseCounter(lease) }
      })
      return { dueAt: record.dueAt, woken }
    },
    async remove() {
      for (let tries = 0; tries < maxWriteTries; tries++) {
        if (record.deletion === undefined) return undefined
        try {
          await store.delete(key, version)
          return { woken: record.waiters ?? [] }
        } catch (error) {
          if (!isConflict(error)) throw error
          await readAgain()
        }
      }
      throw conflict(key)
    },
  }
}

/** A free lease still tells its counter, so that it only ever grows. */
function leaseCounter(lease: Lease): Pick<ObjectRecord, 'lease'> {
  return { lease: { holder: '', expiresAt: 0, counter: lease.counter } }
}

function compose(fresh: ObjectRecord, changes: StepChanges): ObjectRecord {
  // A write whose answer was lost may stand although this step does not know of it: what was counted stays counted.
  const operations = Math.max(fresh.status.operations ?? 0, changes.status.operations ?? 0)
  const status = operations === 0 ? changes.status : { ...changes.status, operations }
  const next: ObjectRecord = { ...fresh, status }
  if (changes.operation === null) delete next.operation
  else if (changes.operation !== undefined) next.operation = changes.operation
  return next
}

/** Writes one record of another object over what is there, again and again until no other writer is in between. */
export async function editRecord(
  ports: Pick<ControllerPorts, 'store'>,
  key: string,
  edit: (record: ObjectRecord) => ObjectRecord | undefined,
): Promise<ObjectRecord | undefined> {
  for (let tries = 0; tries < maxWriteTries; tries++) {
    const stored = await ports.store.get(key)
    if (stored === undefined) return undefined
    const next = edit(stored.record)
    if (next === undefined) return stored.record
    try {
      await ports.store.put(next, stored.version)
      return next
    } catch (error) {
      if (!isConflict(error)) throw error
    }
  }
  throw conflict(key)
}

/** Makes an object due now. */
export async function wake(
  ports: Pick<ControllerPorts, 'store' | 'clock'>,
  keys: readonly string[],
): Promise<void> {
  const now = ports.clock.now()
  for (const key of keys) {
    await editRecord(ports, key, (record) =>
      record.dueAt !== undefined && record.dueAt <= now ? undefined : { ...record, dueAt: now },
    )
  }
}
