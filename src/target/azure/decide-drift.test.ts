import { describe, expect, test } from 'vitest'
import {
  appliedStatus,
  cause,
  changeOf,
  decideGiven,
  foreseen,
  handmade,
  now,
  operationOf,
  sent,
  viewOf,
  wordOf,
  type Case,
} from './decide.fixture.ts'
import { driftKey } from './drift.ts'

const looking = operationOf('what-if', { answered: 'what-if', location: '/x', looks: '1' }, { type: 'drift' })
const view = viewOf('Succeeded')
const size = { resource: 'vnet', resourceType: 'Microsoft.Network/virtualNetworks', path: '/properties/size' }
const drifted = { ...size, expected: '1', actual: '9' }
const found = { ...appliedStatus(), drift: { checkedAt: now, properties: [drifted] } }

const looks: Case[] = [
  {
    name: 'it is time to look',
    given: { status: appliedStatus(), observation: { view }, driftDue: true },
    want: 'act what-if',
    check: (decision) => expect(decision).toMatchObject({ operation: { type: 'drift' } }),
  },
  {
    name: 'the answer is worked on, at another address',
    given: {
      status: appliedStatus(),
      operation: looking,
      observation: { view, whatIf: { status: 'running', location: '/y', retryAfterMs: 15_000 } },
    },
    want: 'wait Progressing',
    check: (decision) =>
      expect(decision).toMatchObject({ operation: { data: { location: '/y' } }, requeueAfterMs: 15_000 }),
  },
  {
    name: 'somebody changed a property',
    given: { status: appliedStatus(), operation: looking, observation: { view, whatIf: foreseen(handmade) } },
    want: 'drift',
    check: (decision) =>
      expect(decision).toMatchObject({
        properties: [drifted],
        message: 'vnet: /properties/size is 9, git says 1',
      }),
  },
  {
    name: 'a resource was deleted',
    given: {
      status: appliedStatus(),
      operation: looking,
      observation: { view, whatIf: foreseen(changeOf('create')) },
    },
    want: 'drift',
    check: (decision) => expect(decision.message).toBe('vnet was deleted'),
  },
  {
    name: 'nothing but noise',
    given: {
      status: appliedStatus(),
      operation: looking,
      observation: {
        view,
        whatIf: foreseen(
          changeOf('noChange'),
          changeOf('modify', {
            delta: [
              { path: 'properties.default', kind: 'noEffect', after: 1, children: [] },
              { path: 'location', kind: 'modify', before: 'westeurope', after: 'West Europe', children: [] },
            ],
          }),
        ),
      },
    },
    want: 'drift',
    check: (decision) =>
      expect(decision).toMatchObject({ properties: [], unchecked: [], message: 'no drift' }),
  },
  {
    name: 'what ARM ignores of ours is unknown, what is nobody’s business is not',
    given: {
      status: appliedStatus(),
      operation: looking,
      observation: {
        view,
        whatIf: foreseen(
          changeOf('ignore'),
          changeOf('ignore', { id: '/subscriptions/s/other', name: 'other' }),
        ),
      },
    },
    want: 'drift',
    check: (decision) =>
      expect(decision).toMatchObject({
        properties: [],
        unchecked: ['vnet: ARM did not look at it'],
        message:
          'no drift found where it could be looked for; not everything could be checked: vnet: ARM did not look at it',
      }),
  },
  {
    name: 'unsupported and unevaluated are unknown, never "no drift"',
    given: {
      status: appliedStatus(),
      operation: looking,
      observation: {
        view,
        whatIf: foreseen(
          changeOf('unsupported', { name: 'kv', reason: 'no plan' }),
          changeOf('modify', {
            delta: [
              {
                path: 'properties.id',
                kind: 'modify',
                before: 'x',
                after: "[reference('y').id]",
                children: [],
              },
            ],
          }),
        ),
      },
    },
    want: 'drift',
    check: (decision) =>
      expect(decision).toMatchObject({
        properties: [],
        unchecked: ['kv: no plan', 'vnet: properties.id is only known when it is deployed'],
      }),
  },
  {
    name: 'what was found before and cannot be checked now stays found',
    given: {
      status: found,
      operation: looking,
      observation: { view, whatIf: foreseen(changeOf('unsupported')) },
    },
    want: 'drift',
    check: (decision) => expect(decision).toMatchObject({ properties: [drifted] }),
  },
  {
    name: 'known noise is no drift',
    given: {
      status: appliedStatus({}, { noise: driftKey(drifted) }),
      operation: looking,
      observation: { view, whatIf: foreseen(handmade) },
    },
    want: 'drift',
    check: (decision) => expect(decision).toMatchObject({ properties: [], message: 'no drift' }),
  },
  {
    name: 'ARM could not tell: what was known stays known',
    given: {
      status: found,
      operation: looking,
      observation: { view, whatIf: { status: 'failed', message: 'no rights' } },
    },
    want: 'drift',
    check: (decision) => expect(decision).toMatchObject({ properties: [drifted], isFinal: true }),
  },
  {
    name: 'the answer is lost: asked for again',
    given: { status: appliedStatus(), operation: looking, observation: { view } },
    want: 'act what-if',
    check: (decision) => expect(decision).toMatchObject({ operation: { data: { looks: '2' } } }),
  },
  {
    name: 'lost again and again',
    given: {
      status: appliedStatus(),
      operation: operationOf('what-if', { answered: 'what-if', looks: '4' }, { type: 'drift' }),
      observation: { view },
    },
    want: 'drift',
  },
]

describe('a look for drift', () => {
  test.each(looks)('$name', ({ given, want, check }) => {
    const decision = decideGiven(given)
    expect(wordOf(decision)).toBe(want)
    check?.(decision)
  })
  test('no value at the place of a secret is written down', () => {
    const secret = changeOf('modify', {
      delta: [
        { path: 'properties.adminPassword', kind: 'modify', before: 'old-pw', after: 'new-pw', children: [] },
        { path: 'properties.settings', kind: 'create', after: { apiKey: 'hush', size: 1 }, children: [] },
      ],
    })
    const decision = decideGiven({
      status: appliedStatus(),
      operation: looking,
      observation: { view, whatIf: foreseen(secret) },
    })
    expect(decision).toMatchObject({ properties: [{ path: '/properties/adminPassword' }, {}] })
    expect(JSON.stringify(decision)).not.toMatch(/-pw|hush/)
  })
})

const correcting = { mode: 'correct', ...sent }
const verifying = { ...correcting, verifying: 'true', answered: 'what-if' }
const correct = { drift: 'correct' }

const corrections: Case[] = [
  {
    name: 'drift is put back',
    given: { spec: correct, status: found, observation: { view } },
    want: 'act put',
  },
  {
    name: 'tried already: left until the next look',
    given: {
      spec: correct,
      status: { ...found, drift: { checkedAt: now, properties: [drifted], isFinal: true } },
      observation: { view },
    },
    want: 'applied',
  },
  {
    name: 'deployed again: not believed, looked at',
    given: { spec: correct, status: found, operation: operationOf('put', correcting), observation: { view } },
    want: 'act what-if',
  },
  {
    name: 'it is gone',
    given: {
      spec: correct,
      status: found,
      operation: operationOf('what-if', verifying),
      observation: { view, whatIf: foreseen(changeOf('noChange')) },
    },
    want: 'applied',
    check: (decision) => expect(decision).toMatchObject({ reason: 'DriftCorrected', changed: true }),
  },
  {
    name: 'it is still told of: noise from now on',
    given: {
      spec: correct,
      status: found,
      operation: operationOf('what-if', verifying),
      observation: { view, whatIf: foreseen(handmade) },
    },
    want: 'drift',
    check: (decision) =>
      expect(decision).toMatchObject({
        isFinal: true,
        identity: { noise: driftKey(drifted), operation: 'headwater-x-1' },
      }),
  },
  {
    name: 'the deployment of a correction failed: the object stays applied, the drift is told',
    given: {
      spec: correct,
      status: found,
      operation: operationOf('put', correcting),
      observation: { view: viewOf('Failed'), cause },
    },
    want: 'drift',
    check: (decision) => expect(decision).toMatchObject({ isFinal: true, properties: [drifted] }),
  },
]

describe('a correction', () => {
  test.each(corrections)('$name', ({ given, want, check }) => {
    const decision = decideGiven(given)
    expect(wordOf(decision)).toBe(want)
    check?.(decision)
  })
})
