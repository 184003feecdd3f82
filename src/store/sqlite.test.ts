import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { recordOf } from '../../test/contracts/store-ground.ts'
import { storeContract } from '../../test/contracts/store.ts'
import { openDatabase } from './sqlite-file.ts'
import { createSqliteStore } from './sqlite.ts'

storeContract('sqlite', async (clock) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'headwater-sqlite-'))
  const file = path.join(folder, 'below', 'state.db')
  return {
    open: () => createSqliteStore({ file, clock }),
    plant: async (key, body, dueAt) => {
      const db = new DatabaseSync(file)
      db.prepare('INSERT INTO records (key, version, due_at, body) VALUES (?, 3, ?, ?)').run(
        key,
        dueAt ?? null,
        body,
      )
      db.close()
    },
    remove: () => rm(folder, { recursive: true }),
  }
})

describe('a SQLite file', () => {
  const makeFile = async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'headwater-sqlite-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    return path.join(folder, 'state.db')
  }
  const clock = createVirtualClock(1_000)

  it('keeps everything over a restart', async () => {
    const file = await makeFile()
    const before = await createSqliteStore({ file, clock })
    const version = await before.put(recordOf({ dueAt: 5 }), 0)
    await before.append([{ id: '1', at: 999, key: 'a/b/c', type: 'Normal', reason: 'R', message: 'm' }])
    await before.claim('id', 2_000)
    await before.close()
    const after = await createSqliteStore({ file, clock })
    expect(await after.get('CloudFormationStack/eu/web')).toEqual({ record: recordOf({ dueAt: 5 }), version })
    expect(await after.due(10, 10)).toEqual(['CloudFormationStack/eu/web'])
    expect(await after.events({})).toHaveLength(1)
    expect(await after.claim('id', 2_000)).toBe(false)
    await after.close()
  })

  it('flushes every commit to the disk before it answers (WAL, synchronous=FULL)', async () => {
    const db = await openDatabase({ file: await makeFile(), clock })
    onTestFinished(() => db.close())
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
  })

  it('is a busy store, not a lost one, while another process holds the lock', async () => {
    const file = await makeFile()
    const store = await createSqliteStore({ file, clock, busyTimeoutMs: 20 })
    onTestFinished(() => store.close())
    const version = await store.put(recordOf(), 0)
    const other = new DatabaseSync(file)
    onTestFinished(() => other.close())
    other.exec('BEGIN IMMEDIATE')
    const busy = { class: 'backoff', reason: 'StoreBusy' }
    await expect(store.put(recordOf(), version)).rejects.toMatchObject(busy)
    await expect(store.delete('CloudFormationStack/eu/web', version)).rejects.toMatchObject(busy)
    await expect(
      store.append([{ id: '1', at: 1, key: 'a/b/c', type: 'Normal', reason: 'R', message: 'm' }]),
    ).rejects.toMatchObject(busy)
    expect(await store.get('CloudFormationStack/eu/web')).toEqual({ record: recordOf(), version })
    other.exec('ROLLBACK')
    expect(await store.put(recordOf(), version)).toBe(version + 1)
  })

  it.each([
    { name: 'that is none', content: 'x'.repeat(5_000), want: { class: 'stalled', reason: 'StoreCorrupt' } },
  ])('refuses a file $name and leaves it as it is', async ({ content, want }) => {
    const file = await makeFile()
    await writeFile(file, content)
    await expect(createSqliteStore({ file, clock })).rejects.toMatchObject(want)
  })

  it('refuses tables of a newer version', async () => {
    const file = await makeFile()
    const db = new DatabaseSync(file)
    db.exec('PRAGMA user_version = 99')
    db.close()
    await expect(createSqliteStore({ file, clock })).rejects.toMatchObject({ reason: 'StoreTooNew' })
  })

  it('refuses a place that cannot be written', async () => {
    const file = await makeFile()
    await writeFile(file, '')
    const below = createSqliteStore({ file: path.join(file, 'state.db'), clock })
    await expect(below).rejects.toMatchObject({ class: 'stalled', reason: 'StoreUnavailable' })
  })

  it('is quietly closed twice; a call after that is an error of ours', async () => {
    const store = await createSqliteStore({ file: await makeFile(), clock })
    await store.close()
    await store.close()
    await expect(store.get('a/b/c')).rejects.toMatchObject({ name: 'HeadwaterError', class: 'backoff' })
  })
})
