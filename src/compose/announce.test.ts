import { describe, expect, it } from 'vitest'
import type { ObjectRecord } from '../api/record.ts'
import { transient } from '../api/errors.ts'
import type { DueMessage, Queue } from '../queue/queue.ts'
import { createMemoryStore } from '../store/memory.ts'
import { announceDue } from './announce.ts'

const now = 1_000_000
const clock = { now: () => now, sleep: async () => {} }

function createQueue(options: { failures?: number } = {}) {
  const requests: DueMessage[][] = []
  let failures = options.failures ?? 0
  const queue: Queue = {
    send: async (messages) => {
      if (failures > 0) {
        failures -= 1
        throw transient('Throttled', 'slow down')
      }
      requests.push([...messages])
    },
    receive: async () => [],
    done: async () => {},
  }
  return { queue, requests }
}

function createLog() {
  const warnings: string[] = []
  const log = {
    debug: () => {},
    info: () => {},
    warn: (_fields: Record<string, unknown>, message: string) => void warnings.push(message),
  }
  return { log, warnings }
}

function record(name: string, changes: Partial<ObjectRecord>): ObjectRecord {
  const status = { conditions: [], observedGeneration: 0 }
  const base = { schema: 1, kind: 'CloudFormationStack', namespace: 'eu', name }
  return { ...base, spec: {}, generation: 1, status, ...changes }
}

describe('a write', () => {
  const held = { holder: 'me', expiresAt: now + 1, counter: 1 }
  const free = { holder: '', expiresAt: 0, counter: 1 }
  const table: { name: string; changes: Partial<ObjectRecord>; want: number | undefined }[] = [
    { name: 'due now', changes: { dueAt: now }, want: 0 },
    { name: 'due before', changes: { dueAt: now - 5000 }, want: 0 },
    { name: 'due soon', changes: { dueAt: now + 15_000 }, want: 15_000 },
    { name: 'due soon, its lease given back', changes: { dueAt: now + 15_000, lease: free }, want: 15_000 },
    { name: 'due later than the schedule comes', changes: { dueAt: now + 60_001 }, want: undefined },
    { name: 'not due', changes: {}, want: undefined },
    { name: 'in the middle of a step', changes: { dueAt: now, lease: held }, want: undefined },
  ]
  it.each(table)('is told to the workers or not: $name', async ({ changes, want }) => {
    const { queue, requests } = createQueue()
    const { store, flush } = announceDue(createMemoryStore({ clock }), { queue, clock, log: createLog().log })
    await store.put(record('web', changes), 0)
    await flush()
    const key = 'CloudFormationStack/eu/web'
    expect(requests.flat()).toEqual(want === undefined ? [] : [{ key, delayMs: want }])
  })

  it('that lost is told to nobody', async () => {
    const { queue, requests } = createQueue()
    const { store, flush } = announceDue(createMemoryStore({ clock }), { queue, clock, log: createLog().log })
    await expect(store.put(record('web', { dueAt: now }), 7)).rejects.toThrow('another writer')
    await flush()
    expect(requests).toEqual([])
  })

  it('among a thousand does not wait for its own request', async () => {
    const { queue, requests } = createQueue()
    const { store, flush } = announceDue(createMemoryStore({ clock }), { queue, clock, log: createLog().log })
    const names = Array.from({ length: 1000 }, (_, index) => `stack-${index}`)
    await Promise.all(names.map((name) => store.put(record(name, { dueAt: now }), 0)))
    await flush()
    expect(requests.flat()).toHaveLength(1000)
    expect(requests.length).toBeLessThan(100)
  })

  it('stands although its message could not be sent', async () => {
    const { queue, requests } = createQueue({ failures: 1 })
    const { log, warnings } = createLog()
    const { store, flush } = announceDue(createMemoryStore({ clock }), { queue, clock, log })
    await store.put(record('web', { dueAt: now }), 0)
    await flush()
    await store.put(record('api', { dueAt: now }), 0)
    await flush()
    expect(await store.due(now, 10)).toHaveLength(2)
    expect(requests.flat().map(({ key }) => key)).toEqual(['CloudFormationStack/eu/api'])
    expect(warnings).toEqual(['due objects could not be announced'])
  })
})
