import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { DatabaseSync } from 'node:sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { createSqliteStore } from '../src/store/sqlite.ts'
import { createVirtualClock, createSeededRandom } from './support/virtual-clock.ts'

const writer = fileURLToPath(new URL('store-crash-writer.ts', import.meta.url))
const processes = 4
const kills = 20
const counters = 3

interface Write {
  key: string
  version: number
  counter: number
}

it('I6 four processes killed again and again lose nothing acknowledged, and no older write wins', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'headwater-crash-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = path.join(folder, 'state.db')
  const chance = createSeededRandom(3)
  const acknowledged: Write[] = []
  const complaints: string[] = []

  // Each slot runs a writer, kills it in the middle of whatever it does, and starts the next.
  await Promise.all(
    Array.from({ length: processes }, async () => {
      for (let killed = 0; killed < kills / processes; killed++) {
        const life = startWriter(file)
        await life.firstWrite
        await sleep(50 + chance.next() * 250)
        const ended = await life.kill()
        acknowledged.push(...ended.writes)
        if (ended.complaint !== '') complaints.push(ended.complaint)
      }
    }),
  )

  expect(complaints).toEqual([])
  expect(acknowledged.length).toBeGreaterThanOrEqual(kills)
  expect(doubled(acknowledged)).toEqual([])
  const store = await createSqliteStore({ file, clock: createVirtualClock(Date.now()) })
  onTestFinished(() => store.close())
  const found = await store.list('Counter/crash/')
  expect(found).toHaveLength(counters)
  // Each write raised version and counter by one: they part as soon as one write is lost or written over.
  expect(found.map(({ record }) => [record.name, record.generation])).toEqual(
    found.map(({ record, version }) => [record.name, version]),
  )
  const behind = found.filter(
    ({ record, version }) => version < highest(acknowledged, `Counter/crash/${record.name}`),
  )
  expect(behind).toEqual([])
  const db = new DatabaseSync(file)
  onTestFinished(() => db.close())
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
})

/** Versions of a key that two writers were told were theirs. */
function doubled(writes: readonly Write[]): Write[] {
  const seen = new Set<string>()
  return writes.filter(({ key, version }) => {
    const id = `${key} ${version}`
    if (seen.has(id)) return true
    seen.add(id)
    return false
  })
}

function highest(writes: readonly Write[], key: string): number {
  return Math.max(0, ...writes.filter((write) => write.key === key).map(({ version }) => version))
}

function startWriter(file: string) {
  const child = spawn(process.execPath, [writer, file, String(counters)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let complaint = ''
  const firstWrite = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
      resolve()
    })
    child.once('exit', () => resolve())
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
  })
  return {
    firstWrite,
    kill: async () => {
      child.kill('SIGKILL')
      await closed
      // The last line may be cut off by the kill: then it was never said.
      const lines = out.split('\n').slice(0, -1)
      const writes = lines.map((line): Write => {
        const [key = '', version, counter] = line.split(' ')
        return { key, version: Number(version), counter: Number(counter) }
      })
      return { writes, complaint }
    },
  }
}
