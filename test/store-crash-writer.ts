import { isConflict } from '../src/api/errors.ts'
import { keyOf, recordSchema } from '../src/api/record.ts'
import type { ObjectRecord } from '../src/api/record.ts'
import { createSqliteStore } from '../src/store/sqlite.ts'

/*
 * One of the processes of store-crash.test.ts: raises counters in a SQLite file for ever, and says each write on its
 * own line once the store has acknowledged it: `<key> <version> <counter>`. It is killed from outside.
 */

const [file = '', count = '1'] = process.argv.slice(2)
const clock = {
  now: () => Date.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
}
const store = await createSqliteStore({ file, clock })
const empty = (name: string): ObjectRecord => ({
  schema: recordSchema,
  kind: 'Counter',
  namespace: 'crash',
  name,
  spec: {},
  generation: 0,
  status: { conditions: [], observedGeneration: 0 },
})

for (let round = 0; ; round++) {
  const name = `n${(round + process.pid) % Number(count)}`
  const key = keyOf(empty(name))
  try {
    const read = await store.get(key)
    const record = read?.record ?? empty(name)
    const next = { ...record, generation: record.generation + 1, dueAt: round }
    const version = await store.put(next, read?.version ?? 0)
    process.stdout.write(`${key} ${version} ${next.generation}\n`)
    await store.append([
      {
        id: `${key}/${version}`,
        at: clock.now(),
        key,
        type: 'Normal',
        reason: 'Counted',
        message: `${version}`,
      },
    ])
  } catch (error) {
    if (!isConflict(error)) throw error
  }
  // Lets the lines go out.
  if (round % 8 === 0) await clock.sleep(0)
}
