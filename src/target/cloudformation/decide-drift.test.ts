import { expect, test } from 'vitest'
import {
  appliedStatus,
  changeSetOf,
  executing,
  now,
  operationOf,
  stackOf,
  decideGiven,
  wordOf,
  type Case,
} from './decide.fixture.ts'

const properties = [
  { resource: 'Queue', resourceType: 'AWS::SQS::Queue', path: '/DelaySeconds', expected: '0', actual: '5' },
]
const gone = { resource: 'Queue', resourceType: 'AWS::SQS::Queue', path: '' }
const drifted = { ...appliedStatus(), drift: { checkedAt: now - 1_000, properties } }
const correcting = {
  ...executing,
  mode: 'revert-drift',
  executed: 'true',
  verifying: 'true',
  detectionId: 'd',
}

const cases: Case[] = [
  {
    name: 'time to look for drift',
    given: { driftDue: true, status: appliedStatus(), observation: { stack: stackOf('CREATE_COMPLETE') } },
    want: 'act detect-drift',
  },
  {
    name: 'time to look for drift, which is to be ignored',
    given: {
      driftDue: true,
      spec: { drift: 'ignore' },
      status: appliedStatus(),
      observation: { stack: stackOf('CREATE_COMPLETE') },
    },
    want: 'applied',
  },
  {
    name: 'new inputs go before the look for drift',
    given: {
      driftDue: true,
      digest: 'newer',
      status: appliedStatus({ tags: { a: 'b' } }),
      observation: { stack: stackOf('CREATE_COMPLETE') },
    },
    want: 'act create-change-set',
  },
  {
    name: 'drift is being looked for',
    given: {
      operation: operationOf('detect-drift', { detectionId: 'd' }, { type: 'drift' }),
      observation: { stack: stackOf('CREATE_COMPLETE'), drift: { status: 'running', properties: [] } },
    },
    want: 'wait DetectingDrift',
  },
  {
    name: 'drift was found',
    given: {
      operation: operationOf('detect-drift', { detectionId: 'd' }, { type: 'drift' }),
      observation: { stack: stackOf('CREATE_COMPLETE'), drift: { status: 'complete', properties } },
    },
    want: 'drift',
    check: (decision) => {
      expect(decision).toMatchObject({ properties, message: 'Queue: /DelaySeconds is 5, git says 0' })
      expect(decision).not.toHaveProperty('isFinal')
    },
  },
  {
    name: 'drift to be corrected',
    given: {
      spec: { drift: 'correct' },
      status: drifted,
      observation: { stack: stackOf('CREATE_COMPLETE') },
    },
    want: 'act create-change-set',
    check: (decision) =>
      expect(decision).toMatchObject({ action: { mode: 'revert-drift', changeSetType: 'UPDATE' } }),
  },
  {
    name: 'drift only to be reported',
    given: { spec: { drift: 'report' }, status: drifted, observation: { stack: stackOf('CREATE_COMPLETE') } },
    want: 'applied',
  },
  {
    name: 'drift that could not be corrected: not again',
    given: {
      spec: { drift: 'correct' },
      status: { ...drifted, drift: { ...drifted.drift, isFinal: true } },
      observation: { stack: stackOf('CREATE_COMPLETE') },
    },
    want: 'applied',
  },
  {
    name: 'a correction was executed: it is looked at',
    given: {
      operation: operationOf('execute-change-set', { ...executing, mode: 'revert-drift' }),
      observation: {
        stack: stackOf('UPDATE_COMPLETE'),
        changeSet: changeSetOf('CREATE_COMPLETE', 'EXECUTE_COMPLETE'),
      },
    },
    want: 'act detect-drift',
  },
  {
    name: 'a correction worked',
    given: {
      operation: operationOf('detect-drift', correcting),
      observation: {
        stack: stackOf('UPDATE_COMPLETE'),
        changeSet: changeSetOf('CREATE_COMPLETE', 'EXECUTE_COMPLETE'),
        drift: { status: 'complete', properties: [] },
      },
    },
    want: 'applied',
    check: (decision) => expect(decision).toMatchObject({ reason: 'DriftCorrected', changed: true }),
  },
  {
    name: 'a correction left something: the live values are accepted first',
    given: {
      operation: operationOf('detect-drift', correcting),
      observation: {
        stack: stackOf('UPDATE_COMPLETE'),
        changeSet: changeSetOf('CREATE_COMPLETE', 'EXECUTE_COMPLETE'),
        drift: { status: 'complete', properties },
      },
    },
    want: 'act create-change-set',
    check: (decision) => {
      expect(decision).toMatchObject({ action: { mode: 'accept-drift' }, operation: { attempt: 2 } })
    },
  },
  {
    name: 'a correction is refused: the live values are accepted first',
    given: {
      status: drifted,
      operation: operationOf('create-change-set', { mode: 'revert-drift', refused: 'unknown parameter' }),
      observation: { stack: stackOf('UPDATE_COMPLETE') },
    },
    want: 'act create-change-set',
    check: (decision) => expect(decision).toMatchObject({ action: { mode: 'accept-drift' } }),
  },
  {
    name: 'a correction is refused, and what drifted is gone: nothing more to try',
    given: {
      status: { ...drifted, drift: { checkedAt: now, properties: [gone] } },
      operation: operationOf('create-change-set', { mode: 'revert-drift', refused: 'unknown parameter' }),
      observation: { stack: stackOf('UPDATE_COMPLETE') },
    },
    want: 'drift',
    check: (decision) => expect(decision).toMatchObject({ isFinal: true }),
  },
  {
    name: 'accepting the live values would replace something: it is not done',
    given: {
      operation: operationOf('create-change-set', { changeSetType: 'UPDATE', mode: 'accept-drift' }),
      observation: {
        stack: stackOf('UPDATE_COMPLETE'),
        changeSet: changeSetOf('CREATE_COMPLETE', 'AVAILABLE', {
          changes: [{ action: 'Modify', resource: 'Db', replacement: false, mayReplace: true }],
        }),
      },
    },
    want: 'act delete-change-set',
  },
  {
    name: 'the live values are accepted: back to what is declared',
    given: {
      operation: operationOf('execute-change-set', { ...executing, mode: 'accept-drift' }),
      observation: {
        stack: stackOf('UPDATE_COMPLETE'),
        changeSet: changeSetOf('CREATE_COMPLETE', 'EXECUTE_COMPLETE'),
      },
    },
    want: 'act create-change-set',
    check: (decision) => {
      expect(decision).toMatchObject({ operation: { data: { mode: 'put-back' }, attempt: 2 } })
      expect(decision).not.toHaveProperty('action.mode')
    },
  },
  {
    name: 'put back, but still there: said, and not tried forever',
    given: {
      operation: operationOf('detect-drift', { ...correcting, mode: 'put-back' }),
      observation: {
        stack: stackOf('UPDATE_COMPLETE'),
        changeSet: changeSetOf('CREATE_COMPLETE', 'EXECUTE_COMPLETE'),
        drift: { status: 'complete', properties },
      },
    },
    want: 'drift',
    check: (decision) => expect(decision).toMatchObject({ properties, isFinal: true }),
  },
  {
    name: 'a correction was rolled back: the inputs are not to blame',
    given: {
      status: drifted,
      operation: operationOf('execute-change-set', { ...executing, mode: 'revert-drift' }),
      observation: {
        stack: stackOf('UPDATE_ROLLBACK_COMPLETE'),
        changeSet: changeSetOf('CREATE_COMPLETE', 'EXECUTE_FAILED'),
      },
    },
    want: 'drift',
    check: (decision) => expect(decision).toMatchObject({ properties, isFinal: true }),
  },
]

test.each(cases)('$name', ({ given, want, check }) => {
  const decision = decideGiven(given)
  expect(wordOf(decision)).toBe(want)
  check?.(decision)
})
