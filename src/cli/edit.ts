import { isConflict } from '../api/errors.ts'
import type { ObjectRecord } from '../api/record.ts'
import { keyOf } from '../api/record.ts'
import type { Store } from '../store/store.ts'
import type { Io } from './io.ts'

const maxTries = 8

/**
 * Changes one record whatever other writers do in between; answers the record as written, or undefined when it is gone.
 * A record that `edit` hands back unchanged is not written.
 */
export async function editStored(
  store: Store,
  key: string,
  edit: (record: ObjectRecord) => ObjectRecord,
): Promise<ObjectRecord | undefined> {
  for (let tries = 1; ; tries++) {
    const stored = await store.get(key)
    if (stored === undefined) return undefined
    const next = edit(stored.record)
    if (next === stored.record) return next
    try {
      await store.put(next, stored.version)
      return next
    } catch (error) {
      if (!isConflict(error) || tries >= maxTries) throw error
    }
  }
}

/** Adds to the history what a person did by hand. */
export async function recordDeed(
  { store, io }: { store: Store; io: Io },
  record: ObjectRecord,
  deed: { reason: string; message: string },
): Promise<void> {
  const event = {
    id: io.random.uuid(),
    at: io.clock.now(),
    key: keyOf(record),
    type: 'Normal',
    ...deed,
  } as const
  await store.append([event])
}

/** Who sits at the keyboard, for what is written down about a person's deed. */
export function personOf(io: Pick<Io, 'env'>): string {
  return io.env['HEADWATER_USER'] ?? io.env['USER'] ?? io.env['LOGNAME'] ?? io.env['USERNAME'] ?? 'somebody'
}
