import { expect, test } from 'vitest'
import { gitRepositorySpec } from '../api/kinds/git-repository.ts'
import type { ObjectRecord } from '../api/record.ts'
import { freshnessOf } from './freshness.ts'

const day = 86_400_000
const now = 100 * day
const revision = `main@sha1:${'a'.repeat(40)}`

function record(staleAfter: string | undefined, stale?: 'unread' | 'unmoved'): ObjectRecord {
  return {
    schema: 1,
    kind: 'GitRepository',
    namespace: 'eu',
    name: 'fleet',
    spec: gitRepositorySpec.parse({
      url: 'https://host/fleet',
      ...(staleAfter === undefined ? {} : { staleAfter }),
    }),
    generation: 1,
    status: { conditions: [], observedGeneration: 1, ...(stale === undefined ? {} : { stale }) },
  }
}

test.each([
  { name: 'read and moved lately', fetched: 1, committed: 1, want: undefined, tells: false },
  { name: 'not read for long', fetched: 3, committed: 50, want: 'unread', tells: true },
  { name: 'read, but not moved for long', fetched: 0, committed: 3, want: 'unmoved', tells: true },
  {
    name: 'told already',
    fetched: 3,
    committed: 50,
    want: 'unread',
    tells: false,
    before: 'unread' as const,
  },
  {
    name: 'worse than told',
    fetched: 3,
    committed: 50,
    want: 'unread',
    tells: true,
    before: 'unmoved' as const,
  },
])('S28 $name', ({ fetched, committed, want, tells, before }) => {
  const artifact = {
    revision,
    fetchedAt: now - fetched * day,
    committedAt: new Date(now - committed * day).toISOString(),
  }
  const { stale, events } = freshnessOf(record('2d', before), artifact, now)
  expect(stale).toBe(want)
  expect(events.map(({ reason }) => reason)).toEqual(tells ? ['SourceStale'] : [])
})

test('S28 without a limit, or before the first look, nothing is said', () => {
  expect(freshnessOf(record(undefined), { revision, fetchedAt: 0 }, now)).toEqual({
    stale: undefined,
    events: [],
  })
  expect(freshnessOf(record('2d'), undefined, now)).toEqual({ stale: undefined, events: [] })
})
