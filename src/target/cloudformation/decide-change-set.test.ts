import { expect, test } from 'vitest'
import {
  appliedStatus,
  changeSetOf,
  executing,
  now,
  operationOf,
  otherStackId,
  stackId,
  stackOf,
  decideGiven,
  wordOf,
  type Case,
} from './decide.fixture.ts'

const creating = { changeSetType: 'CREATE' }
const recent = { intentAt: String(now - 1_000) }
const empty = {
  statusReason:
    "The submitted information didn't contain changes. Submit different information to create a change set.",
}
const role = 'arn:aws:iam::123456789012:role/deployer'
const policy = { Statement: [] }

const cases: Case[] = [
  {
    name: 'the intent to create a change set, nothing to see: the same call again, under the same name',
    given: { operation: operationOf('create-change-set', creating) },
    want: 'act create-change-set',
    check: (decision) => {
      expect(decision).toMatchObject({
        operation: { id: 'headwater-x-1', token: 'headwater-x-1', attempt: 1 },
      })
    },
  },
  {
    name: 'a change set that was answered and does not show: not believed at once (F14)',
    given: {
      operation: operationOf('create-change-set', {
        ...creating,
        ...recent,
        changeSetId: 'x',
        answered: 'create-change-set',
      }),
    },
    want: 'wait Progressing',
  },
  {
    name: 'other inputs since, the intent is fresh and nothing shows: its call may still arrive',
    given: { digest: 'newer', operation: operationOf('create-change-set', { ...creating, ...recent }) },
    want: 'wait Progressing',
  },
  {
    name: 'other inputs since, nothing came of the intent: a new operation with the next number',
    given: { digest: 'newer', operation: operationOf('create-change-set', creating) },
    want: 'act create-change-set',
    check: (decision) => {
      expect(decision).toMatchObject({ operation: { digest: 'newer', attempt: 2 } })
    },
  },
  {
    name: 'other inputs since, change set ready: it is deleted, not executed',
    given: {
      digest: 'newer',
      operation: operationOf('create-change-set', { changeSetType: 'UPDATE' }),
      observation: {
        stack: stackOf('UPDATE_COMPLETE'),
        changeSet: changeSetOf('CREATE_COMPLETE', 'AVAILABLE'),
      },
    },
    want: 'act delete-change-set',
  },
  {
    name: 'the superseded change set is gone: the new inputs are begun',
    given: {
      digest: 'newer',
      operation: operationOf('delete-change-set', { outcome: 'superseded', answered: 'delete-change-set' }),
      observation: { stack: stackOf('UPDATE_COMPLETE') },
    },
    want: 'act create-change-set',
  },
  {
    name: 'executed meanwhile although superseded: its end is reported for its own inputs',
    given: {
      digest: 'newer',
      operation: operationOf('execute-change-set', executing),
      observation: {
        stack: stackOf('UPDATE_COMPLETE'),
        changeSet: changeSetOf('CREATE_COMPLETE', 'EXECUTE_COMPLETE'),
      },
    },
    want: 'applied',
  },
  {
    name: 'told to execute, the effect does not show yet: wait',
    given: {
      operation: operationOf('execute-change-set', { ...executing, ...recent }),
      observation: {
        stack: stackOf('UPDATE_COMPLETE'),
        changeSet: changeSetOf('CREATE_COMPLETE', 'AVAILABLE'),
      },
    },
    want: 'wait Progressing',
  },
  {
    name: 'told to execute, never answered: again at once, with the same token',
    given: {
      operation: operationOf('execute-change-set', { ...executing, ...recent, answered: '' }),
      observation: {
        stack: stackOf('UPDATE_COMPLETE'),
        changeSet: changeSetOf('CREATE_COMPLETE', 'AVAILABLE'),
      },
    },
    want: 'act execute-change-set',
  },
  {
    name: 'executed, but the stack is read stale: the change set executed before is still shown',
    given: {
      operation: operationOf('execute-change-set', { ...executing, ...recent }),
      observation: {
        stack: stackOf('UPDATE_COMPLETE', { changeSetId: 'another' }),
        changeSet: changeSetOf('CREATE_COMPLETE', 'EXECUTE_COMPLETE'),
      },
    },
    want: 'wait Progressing',
  },
  {
    name: 'executed, and another change set since: what the stack holds is not known, so it is applied again',
    given: {
      operation: operationOf('execute-change-set', executing),
      observation: {
        stack: stackOf('UPDATE_COMPLETE', { changeSetId: 'another' }),
        changeSet: changeSetOf('CREATE_COMPLETE', 'EXECUTE_COMPLETE'),
      },
    },
    want: 'act create-change-set',
  },
  {
    name: 'empty change set: deleted first',
    given: {
      operation: operationOf('create-change-set', { changeSetType: 'UPDATE' }),
      observation: {
        stack: stackOf('UPDATE_COMPLETE'),
        changeSet: changeSetOf('FAILED', 'UNAVAILABLE', empty),
      },
    },
    want: 'act delete-change-set',
    check: (decision) => expect(decision).toMatchObject({ operation: { data: { outcome: 'empty' } } }),
  },
  {
    name: 'empty change set, gone: applied without a change',
    given: {
      operation: operationOf('delete-change-set', { outcome: 'empty', answered: 'delete-change-set' }),
      observation: { stack: stackOf('UPDATE_COMPLETE') },
    },
    want: 'applied',
    check: (decision) => expect(decision).toMatchObject({ changed: false, outputs: { Url: 'https://web' } }),
  },
  {
    name: 'failed change set, gone: failed with its reason',
    given: {
      operation: operationOf('delete-change-set', {
        outcome: 'failed',
        cause: 'no bucket',
        answered: 'delete-change-set',
      }),
      observation: { stack: stackOf('UPDATE_COMPLETE') },
    },
    want: 'failed ChangeSetFailed',
    check: (decision) => expect(decision).toMatchObject({ message: expect.stringContaining('no bucket') }),
  },
  {
    name: 'execution refused: the change set goes first',
    given: {
      operation: operationOf('execute-change-set', { ...executing, refused: 'no capability' }),
      observation: {
        stack: stackOf('UPDATE_COMPLETE'),
        changeSet: changeSetOf('CREATE_COMPLETE', 'AVAILABLE'),
      },
    },
    want: 'act delete-change-set',
  },
  {
    name: 'execution refused, change set gone: the refusal is reported',
    given: {
      operation: operationOf('delete-change-set', {
        ...executing,
        refused: 'no capability',
        outcome: 'refused',
        cause: 'no capability',
      }),
      observation: { stack: stackOf('UPDATE_COMPLETE') },
    },
    want: 'failed CallRefused',
  },
  {
    name: 'in review, made by our change set whose answer was lost: carried on with',
    given: {
      operation: { ...operationOf('create-change-set', creating), data: { ...creating } },
      observation: {
        stack: stackOf('REVIEW_IN_PROGRESS', { tags: {} }),
        changeSet: changeSetOf('CREATE_COMPLETE', 'AVAILABLE'),
      },
    },
    want: 'act execute-change-set',
    check: (decision) => expect(decision).toMatchObject({ operation: { data: { stackId } } }),
  },
  {
    name: 'in review by a change set with our mark, state lost: ours',
    given: { observation: { stack: stackOf('REVIEW_IN_PROGRESS', { tags: {} }), reviewOwner: 'hw/eu/web' } },
    want: 'act create-change-set',
  },
  {
    name: 'pinned stack gone, the one in review was made by our change set',
    given: {
      status: { identity: { stackId } },
      operation: operationOf('create-change-set', creating),
      observation: {
        goneId: stackId,
        stranger: stackOf('REVIEW_IN_PROGRESS', { id: otherStackId, tags: {} }),
        changeSet: changeSetOf('CREATE_COMPLETE', 'AVAILABLE', { stackId: otherStackId }),
      },
    },
    want: 'act execute-change-set',
  },
  {
    name: 'no role yet, one declared: the change set sets it',
    given: { spec: { roleArn: role }, observation: { stack: stackOf('CREATE_COMPLETE') } },
    want: 'act create-change-set',
  },
  {
    name: 'only the stack policy changed: no change set',
    given: {
      spec: { stackPolicy: policy },
      digest: 'newer',
      status: appliedStatus({ stackPolicy: policy }),
      observation: { stack: stackOf('CREATE_COMPLETE'), policy: '' },
    },
    want: 'act set-stack-policy',
  },
  {
    name: 'only termination protection changed: no change set',
    given: {
      spec: { terminationProtection: true },
      digest: 'newer',
      status: appliedStatus(),
      observation: { stack: stackOf('CREATE_COMPLETE') },
    },
    want: 'act set-termination-protection',
  },
  {
    name: 'a declared policy is set before an update is executed',
    given: {
      spec: { stackPolicy: policy },
      operation: operationOf('create-change-set', { changeSetType: 'UPDATE' }),
      observation: {
        stack: stackOf('UPDATE_COMPLETE'),
        changeSet: changeSetOf('CREATE_COMPLETE', 'AVAILABLE'),
        policy: '',
      },
    },
    want: 'act set-stack-policy',
  },
]

test.each(cases)('$name', ({ given, want, check }) => {
  const decision = decideGiven(given)
  expect(wordOf(decision)).toBe(want)
  check?.(decision)
})
