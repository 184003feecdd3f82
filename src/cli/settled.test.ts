import { describe, expect, test } from 'vitest'
import type { ObjectRecord } from '../api/record.ts'
import { parseKey } from '../api/reference.ts'
import type { ObjectStatus } from '../api/status.ts'
import { standings, tally, type Standing } from './settled.ts'

const now = 1_000_000

function object(
  key: string,
  status: Partial<ObjectStatus> = {},
  rest: Partial<ObjectRecord> = {},
): ObjectRecord {
  const spec = key.startsWith('Kustomization') ? { sourceRef: { kind: 'GitRepository', name: 'fleet' } } : {}
  const base = { schema: 1, spec, generation: 1 }
  return { ...base, ...parseKey(key), status: { conditions: [], observedGeneration: 1, ...status }, ...rest }
}

function conditions(ready: 'True' | 'False', isStalled = false): ObjectStatus['conditions'] {
  const common = { reason: 'Any', message: '', observedGeneration: 1, lastTransitionTime: '' }
  const stalled = isStalled ? [{ ...common, type: 'Stalled', status: 'True' } as const] : []
  return [{ ...common, type: 'Ready', status: ready }, ...stalled]
}

const ready = { conditions: conditions('True') }
const stalled = { conditions: conditions('False', true) }
const web = 'CloudFormationStack/eu/web'
const network = 'CloudFormationStack/eu/network'
const inputs = { revision: 'r', files: {}, digest: 'new' }
const operation = {
  type: 'apply',
  id: 'o',
  token: 't',
  digest: 'd',
  revision: 'r',
  attempt: 1,
  startedAt: 0,
  deadline: 1,
  phase: 'p',
  data: {},
} as const

const cases: { name: string; given: ObjectRecord[]; want: Standing[] }[] = [
  { name: 'ready', given: [object(web, ready)], want: ['ready'] },
  { name: 'ready but due', given: [object(web, ready, { dueAt: now })], want: ['open'] },
  { name: 'ready, due later', given: [object(web, ready, { dueAt: now + 1 })], want: ['ready'] },
  { name: 'ready of an older declaration', given: [object(web, ready, { generation: 2 })], want: ['open'] },
  {
    name: 'ready with older inputs',
    given: [object(web, { ...ready, lastAppliedDigest: 'old' }, { inputs })],
    want: ['open'],
  },
  {
    name: 'ready with these inputs',
    given: [object(web, { ...ready, lastAppliedDigest: 'new' }, { inputs })],
    want: ['ready'],
  },
  { name: 'ready, asked for', given: [object(web, ready, { request: { token: 't' } })], want: ['open'] },
  {
    name: 'asked for and handled',
    given: [object(web, { ...ready, lastHandledReconcileAt: 't' }, { request: { token: 't' } })],
    want: ['ready'],
  },
  { name: 'in operation', given: [object(web, ready, { operation })], want: ['open'] },
  { name: 'failed for good', given: [object(web, stalled)], want: ['failed'] },
  {
    name: 'failed for now',
    given: [object(web, { conditions: conditions('False') }, { dueAt: now + 1 })],
    want: ['open'],
  },
  {
    name: 'suspended',
    given: [object(web, stalled, { suspension: { by: 'ana', at: 0 } })],
    want: ['suspended'],
  },
  {
    name: 'leaving',
    given: [object(web, ready, { deletion: { requestedAt: 0, revision: '', after: [] } })],
    want: ['open'],
  },
  {
    name: 'waiting for what is under way',
    given: [
      object(network, {}, { operation }),
      object(web, { conditions: conditions('False'), blockedBy: [network] }),
    ],
    want: ['open', 'open'],
  },
  {
    name: 'waiting for what has failed, through others',
    given: [
      object(network, stalled),
      object(web, { conditions: conditions('False'), blockedBy: ['CloudFormationStack/eu/data'] }),
      object('CloudFormationStack/eu/data', { conditions: conditions('False'), blockedBy: [network] }),
    ],
    want: ['failed', 'failed', 'failed'],
  },
  {
    name: 'waiting for what does not exist',
    given: [object(web, { conditions: conditions('False'), blockedBy: [network] })],
    want: ['failed'],
  },
  {
    name: 'a Kustomization behind its source',
    given: [
      object('GitRepository/eu/fleet', { ...ready, artifact: { revision: 'r2', fetchedAt: 0 } }),
      object('Kustomization/eu/fleet', { ...ready, lastAppliedRevision: 'r1' }),
    ],
    want: ['ready', 'open'],
  },
]

describe('standings', () => {
  test.each(cases)('$name', ({ given, want }) => {
    expect([...standings(given, now).values()]).toEqual(want)
  })
})

test('tally counts a suspended object by what it is', () => {
  const suspension = { by: 'ana', at: 0 }
  const records = [
    object(web, ready, { suspension }),
    object(network, stalled, { suspension }),
    object('CloudFormationStack/eu/a', ready),
    object('CloudFormationStack/eu/b', {}),
  ]
  expect(tally(records, now)).toEqual({ total: 4, ready: 2, failed: 1, open: 1 })
})
