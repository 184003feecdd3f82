import { describe, expect, test } from 'vitest'
import type { ObjectRecord } from '../api/record.ts'
import type { ObjectStatus } from '../api/status.ts'
import { newsOf } from './news.ts'

const at = (second: number) => new Date(second * 1000).toISOString()

function stack(status: Partial<ObjectStatus>, rest: Partial<ObjectRecord> = {}): ObjectRecord {
  return {
    schema: 1,
    kind: 'CloudFormationStack',
    namespace: 'eu',
    name: 'web',
    spec: { dependsOn: [{ name: 'network' }, { name: 'base', namespace: 'shared' }] },
    generation: 1,
    status: { conditions: [], observedGeneration: 1, ...status },
    ...rest,
  }
}

function condition(
  type: 'Ready' | 'Stalled' | 'Drifted',
  status: 'True' | 'False' | 'Unknown',
  message: string,
  reason = 'Any',
) {
  return { type, status, message, reason, observedGeneration: 1, lastTransitionTime: at(0) }
}

const operation = {
  type: 'apply',
  id: 'headwater-1',
  token: 't',
  digest: 'd',
  revision: 'r',
  attempt: 1,
  startedAt: 10_000,
  deadline: 99_000,
  phase: 'execute',
  data: {},
} as const

const made = {
  digest: 'd',
  revision: 'r',
  outcome: 'Succeeded',
  message: 'create complete in 5s (change set headwater-1)',
  startedAt: at(10),
  finishedAt: at(15),
} as const
const undone = { ...made, outcome: 'Failed', message: 'rolled back: Thing: "no"' } as const
const idle = stack({ conditions: [condition('Ready', 'True', 'fine')] })

const cases: { name: string; before?: ObjectRecord; after: ObjectRecord; since?: number; want: string[] }[] =
  [
    { name: 'the same twice is no news', before: idle, after: idle, want: [] },
    {
      name: 'an operation begins',
      before: idle,
      after: stack({}, { operation }),
      want: ['begun creating change set headwater-1'],
    },
    {
      name: 'a look for drift is no news',
      before: idle,
      after: stack({}, { operation: { ...operation, type: 'drift' } }),
      want: [],
    },
    {
      name: 'an operation between two looks is found in the history',
      before: stack({}),
      after: stack({ history: [made], conditions: [condition('Ready', 'True', made.message)] }),
      want: ['done created 4 resources  5s  after network, shared/base'],
    },
    {
      name: 'what ended before we came is old news',
      after: stack({ history: [made] }),
      since: 20_000,
      want: [],
    },
    {
      name: 'a failure is told once, by its history',
      before: stack({}, { operation }),
      after: stack({
        history: [undone],
        conditions: [
          condition('Ready', 'False', undone.message),
          condition('Stalled', 'True', undone.message),
        ],
      }),
      want: ['failed failed rolled back: Thing: "no"'],
    },
    {
      name: 'a failure from before we came is told too',
      after: stack({
        history: [undone],
        conditions: [
          condition('Ready', 'False', undone.message),
          condition('Stalled', 'True', undone.message),
        ],
      }),
      since: 20_000,
      want: ['failed failed rolled back: Thing: "no"'],
    },
    {
      name: 'an operation that found nothing to do',
      before: stack({ conditions: [condition('Ready', 'Unknown', 'creating')] }, { operation }),
      after: stack({ conditions: [condition('Ready', 'True', 'no changes since main')] }),
      want: ['done ready no changes since main'],
    },
    {
      name: 'waiting is told by what is waited for, not by its changing words',
      before: stack({
        blockedBy: ['CloudFormationStack/eu/network'],
        conditions: [condition('Ready', 'False', 'waiting 1m', 'DependencyNotReady')],
      }),
      after: stack({
        blockedBy: ['CloudFormationStack/eu/network'],
        conditions: [condition('Ready', 'False', 'waiting 2m', 'DependencyNotReady')],
      }),
      want: [],
    },
    {
      name: 'a transient failure',
      before: idle,
      after: stack({ conditions: [condition('Ready', 'False', 'connection refused', 'NetworkError')] }),
      want: ['warned retrying connection refused'],
    },
    {
      name: 'drift comes before what is done about it',
      before: idle,
      after: stack(
        { conditions: [condition('Ready', 'True', 'fine'), condition('Drifted', 'True', 'Cidr is open')] },
        { operation },
      ),
      want: ['warned drifted Cidr is open', 'begun creating change set headwater-1'],
    },
  ]

describe('newsOf', () => {
  test.each(cases)('$name', ({ before, after, since = 0, want }) => {
    const news = newsOf(before, after, { since, resources: 4 })
    expect(news.map(({ mark, words, text }) => `${mark} ${words} ${text}`)).toEqual(want)
  })
})
