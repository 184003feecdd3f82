import { describe, expect, test } from 'vitest'
import type { StackDecision } from './context.ts'
import {
  appliedStatus,
  changeSetOf,
  decideGiven,
  executing,
  now,
  operationOf,
  otherStackId,
  stackId,
  stackOf,
  wordOf,
} from './decide.fixture.ts'
import { stackStatuses } from './stack-status.ts'

/** Status, then what is decided without an operation of ours: ours, foreign, foreign with `adopt`, ours and to be gone. */
const statusTable: [string, string, string, string, string][] = [
  [
    'CREATE_COMPLETE',
    'act create-change-set',
    'blocked Foreign',
    'act create-change-set',
    'act delete-stack',
  ],
  [
    'UPDATE_COMPLETE',
    'act create-change-set',
    'blocked Foreign',
    'act create-change-set',
    'act delete-stack',
  ],
  [
    'IMPORT_COMPLETE',
    'act create-change-set',
    'blocked Foreign',
    'act create-change-set',
    'act delete-stack',
  ],
  [
    'UPDATE_ROLLBACK_COMPLETE',
    'act create-change-set',
    'blocked Foreign',
    'act create-change-set',
    'act delete-stack',
  ],
  [
    'IMPORT_ROLLBACK_COMPLETE',
    'act create-change-set',
    'blocked Foreign',
    'act create-change-set',
    'act delete-stack',
  ],
  [
    'REVIEW_IN_PROGRESS',
    'act create-change-set',
    'blocked Foreign',
    'act create-change-set',
    'act delete-stack',
  ],
  [
    'CREATE_IN_PROGRESS',
    'wait OperationInProgress',
    'blocked Foreign',
    'wait OperationInProgress',
    'wait OperationInProgress',
  ],
  [
    'ROLLBACK_IN_PROGRESS',
    'wait OperationInProgress',
    'blocked Foreign',
    'wait OperationInProgress',
    'wait OperationInProgress',
  ],
  [
    'DELETE_IN_PROGRESS',
    'wait OperationInProgress',
    'blocked Foreign',
    'wait OperationInProgress',
    'wait OperationInProgress',
  ],
  [
    'UPDATE_IN_PROGRESS',
    'wait OperationInProgress',
    'blocked Foreign',
    'wait OperationInProgress',
    'wait OperationInProgress',
  ],
  [
    'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
    'wait OperationInProgress',
    'blocked Foreign',
    'wait OperationInProgress',
    'wait OperationInProgress',
  ],
  [
    'UPDATE_ROLLBACK_IN_PROGRESS',
    'wait OperationInProgress',
    'blocked Foreign',
    'wait OperationInProgress',
    'wait OperationInProgress',
  ],
  [
    'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
    'wait OperationInProgress',
    'blocked Foreign',
    'wait OperationInProgress',
    'wait OperationInProgress',
  ],
  [
    'IMPORT_IN_PROGRESS',
    'wait OperationInProgress',
    'blocked Foreign',
    'wait OperationInProgress',
    'wait OperationInProgress',
  ],
  [
    'IMPORT_ROLLBACK_IN_PROGRESS',
    'wait OperationInProgress',
    'blocked Foreign',
    'wait OperationInProgress',
    'wait OperationInProgress',
  ],
  ['CREATE_FAILED', 'act delete-stack', 'blocked Foreign', 'blocked Foreign', 'act delete-stack'],
  ['ROLLBACK_COMPLETE', 'act delete-stack', 'blocked Foreign', 'blocked Foreign', 'act delete-stack'],
  ['ROLLBACK_FAILED', 'act delete-stack', 'blocked Foreign', 'blocked Foreign', 'act delete-stack'],
  ['UPDATE_FAILED', 'act rollback-stack', 'blocked Foreign', 'act rollback-stack', 'act delete-stack'],
  [
    'UPDATE_ROLLBACK_FAILED',
    'act continue-rollback',
    'blocked Foreign',
    'act continue-rollback',
    'act delete-stack',
  ],
  ['DELETE_FAILED', 'blocked DeleteFailed', 'blocked Foreign', 'blocked DeleteFailed', 'act delete-stack'],
  ['IMPORT_ROLLBACK_FAILED', 'blocked Stuck', 'blocked Foreign', 'blocked Stuck', 'act delete-stack'],
  ['DELETE_COMPLETE', 'act create-change-set', 'act create-change-set', 'act create-change-set', 'deleted'],
  ['SOMETHING_NEW', 'blocked Stuck', 'blocked Foreign', 'blocked Stuck', 'act delete-stack'],
  [
    'SOMETHING_NEW_IN_PROGRESS',
    'wait OperationInProgress',
    'blocked Foreign',
    'wait OperationInProgress',
    'wait OperationInProgress',
  ],
]

test('the table holds every status of the API', () => {
  const inTable = statusTable.map(([status]) => status)
  expect(stackStatuses).toHaveLength(23)
  expect(inTable).toEqual(expect.arrayContaining([...stackStatuses]))
})

describe.each(statusTable)('%s, nothing of ours in flight', (status, ours, foreign, adopted, gone) => {
  // A stack that is being reviewed shows no tags: what pins it says whose it is. A deleted one is seen as gone.
  const pinned = { identity: { stackId } }
  const isGone = status === 'DELETE_COMPLETE'
  const see = (more = {}) => (isGone ? { goneId: stackId } : { stack: stackOf(status, more) })

  test('ours', () => {
    expect(wordOf(decideGiven({ status: pinned, observation: see() }))).toBe(ours)
  })
  test('foreign', () => {
    expect(wordOf(decideGiven({ observation: see({ tags: {} }) }))).toBe(foreign)
    expect(wordOf(decideGiven({ observation: see({ tags: { 'headwater:owner': 'hw/us/web' } }) }))).toBe(
      foreign,
    )
  })
  test('foreign, to be adopted', () => {
    const given = { spec: { adopt: true }, observation: see({ tags: {} }) }
    expect(wordOf(decideGiven(given))).toBe(adopted)
  })
  test('ours, to be gone', () => {
    expect(wordOf(decideGiven({ wish: 'absent', status: pinned, observation: see() }))).toBe(gone)
  })
  test('foreign, to be gone: left alone', () => {
    const decision = decideGiven({ wish: 'absent', observation: see({ tags: {} }) })
    expect(decision.type).toMatch(/^(deleted|wait)$/)
  })
})

/** Status, then how our own executed change set ended, by its execution status. */
const endTable: [string, string, string][] = [
  ['CREATE_COMPLETE', 'applied', 'failed DeploymentFailed'],
  ['UPDATE_COMPLETE', 'applied', 'failed DeploymentFailed'],
  ['IMPORT_COMPLETE', 'applied', 'failed DeploymentFailed'],
  ['UPDATE_ROLLBACK_COMPLETE', 'failed RolledBack', 'failed RolledBack'],
  ['IMPORT_ROLLBACK_COMPLETE', 'failed RolledBack', 'failed RolledBack'],
  ['REVIEW_IN_PROGRESS', 'failed DeploymentFailed', 'failed DeploymentFailed'],
  ['CREATE_FAILED', 'failed DeploymentFailed', 'failed DeploymentFailed'],
  ['ROLLBACK_COMPLETE', 'failed RolledBack', 'failed RolledBack'],
  ['ROLLBACK_FAILED', 'failed RolledBack', 'failed RolledBack'],
  ['UPDATE_FAILED', 'failed DeploymentFailed', 'failed DeploymentFailed'],
  ['UPDATE_ROLLBACK_FAILED', 'act continue-rollback', 'act continue-rollback'],
  ['DELETE_FAILED', 'failed DeploymentFailed', 'failed DeploymentFailed'],
  ['IMPORT_ROLLBACK_FAILED', 'failed RolledBack', 'failed RolledBack'],
  ...stackStatuses
    .filter((status) => status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS')
    .map((status): [string, string, string] => [status, 'wait Progressing', 'wait Progressing']),
]

describe.each(endTable)('%s, after our own execution', (status, complete, failed) => {
  test.each([
    ['EXECUTE_COMPLETE', complete],
    ['EXECUTE_FAILED', failed],
  ])('%s', (executionStatus, want) => {
    const operation = operationOf('execute-change-set', executing)
    const changeSet = changeSetOf('CREATE_COMPLETE', executionStatus)
    const decision = decideGiven({ operation, observation: { stack: stackOf(status), changeSet } })
    expect(wordOf(decision)).toBe(want)
  })
})

/** The change set's status and execution status, then what follows before and after the intent to execute. */
const changeSetTable: [string, string, string, string][] = [
  ['CREATE_PENDING', 'UNAVAILABLE', 'wait Progressing', 'wait Progressing'],
  ['CREATE_IN_PROGRESS', 'UNAVAILABLE', 'wait Progressing', 'wait Progressing'],
  ['CREATE_COMPLETE', 'UNAVAILABLE', 'wait Progressing', 'wait Progressing'],
  ['CREATE_COMPLETE', 'AVAILABLE', 'act execute-change-set', 'act execute-change-set'],
  ['CREATE_COMPLETE', 'EXECUTE_IN_PROGRESS', 'wait Progressing', 'wait Progressing'],
  ['CREATE_COMPLETE', 'EXECUTE_COMPLETE', 'applied', 'applied'],
  ['CREATE_COMPLETE', 'EXECUTE_FAILED', 'failed DeploymentFailed', 'failed DeploymentFailed'],
  ['CREATE_COMPLETE', 'OBSOLETE', 'act delete-change-set', 'act delete-change-set'],
  ['CREATE_COMPLETE', 'SOMETHING_NEW', 'wait Progressing', 'wait Progressing'],
  ['FAILED', 'UNAVAILABLE', 'act delete-change-set', 'act delete-change-set'],
  ['DELETE_PENDING', 'UNAVAILABLE', 'wait Progressing', 'wait Progressing'],
  ['DELETE_IN_PROGRESS', 'UNAVAILABLE', 'wait Progressing', 'wait Progressing'],
  ['DELETE_FAILED', 'UNAVAILABLE', 'act delete-change-set', 'act delete-change-set'],
  ['DELETE_COMPLETE', 'UNAVAILABLE', 'act create-change-set', 'act create-change-set'],
  ['SOMETHING_NEW', 'UNAVAILABLE', 'blocked UnknownChangeSetStatus', 'blocked UnknownChangeSetStatus'],
]

describe.each(changeSetTable)('change set %s, %s', (status, executionStatus, before, after) => {
  const observation = { stack: stackOf('UPDATE_COMPLETE'), changeSet: changeSetOf(status, executionStatus) }
  test('made, not told to execute', () => {
    const operation = operationOf('create-change-set', {
      changeSetType: 'UPDATE',
      answered: 'create-change-set',
    })
    expect(wordOf(decideGiven({ operation, observation }))).toBe(before)
  })
  test('told to execute', () => {
    const operation = operationOf('execute-change-set', executing)
    expect(wordOf(decideGiven({ operation, observation }))).toBe(after)
  })
})

const creating = { changeSetType: 'CREATE' }
const recent = { intentAt: String(now - 1_000) }
const empty = {
  statusReason:
    "The submitted information didn't contain changes. Submit different information to create a change set.",
}
const protectedStack = stackOf('CREATE_COMPLETE', { terminationProtection: true })
const role = 'arn:aws:iam::123456789012:role/deployer'
const policy = { Statement: [] }
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

const cases: {
  name: string
  given: Parameters<typeof decideGiven>[0]
  want: string
  check?: (decision: StackDecision) => void
}[] = [
  { name: 'no stack: create', given: {}, want: 'act create-change-set' },
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
    name: 'our create ended in a rollback: failed with the first cause and what next',
    given: {
      operation: operationOf('execute-change-set', { ...executing, changeSetType: 'CREATE' }),
      observation: {
        stack: stackOf('ROLLBACK_COMPLETE'),
        changeSet: changeSetOf('CREATE_COMPLETE', 'EXECUTE_FAILED'),
        cause: { path: ['Net', 'Service'], resourceType: 'AWS::ECS::Service', reason: 'quota' },
      },
    },
    want: 'failed RolledBack',
    check: (decision) =>
      expect(decision).toMatchObject({
        message:
          'create rolled back: Net/Service (AWS::ECS::Service): "quota"; retries when its inputs change, or: headwater reconcile stack web -n eu --force',
        identity: { stackId },
      }),
  },
  {
    name: 'the same inputs after a rollback: not again',
    given: {
      status: { failedDigest: 'wanted', identity: { stackId } },
      observation: { stack: stackOf('UPDATE_ROLLBACK_COMPLETE') },
    },
    want: 'failed NotRetried',
  },
  {
    name: 'the same inputs after a rollback, forced: again, with the next number',
    given: {
      force: true,
      status: { failedDigest: 'wanted', operations: 7, identity: { stackId } },
      observation: { stack: stackOf('UPDATE_ROLLBACK_COMPLETE') },
    },
    want: 'act create-change-set',
    check: (decision) => expect(decision).toMatchObject({ operation: { attempt: 8 } }),
  },
  {
    name: 'a failed create, the same inputs: the stack is not deleted',
    given: {
      status: { failedDigest: 'wanted', identity: { stackId } },
      observation: { stack: stackOf('ROLLBACK_COMPLETE') },
    },
    want: 'failed NotRetried',
  },
  {
    name: 'a failed create that was stable once by our own book: a person has to look',
    given: { status: appliedStatus(), digest: 'newer', observation: { stack: stackOf('ROLLBACK_COMPLETE') } },
    want: 'blocked Stuck',
  },
  {
    name: 'a failed create that is protected: not deleted',
    given: { observation: { stack: stackOf('ROLLBACK_COMPLETE', { terminationProtection: true }) } },
    want: 'blocked TerminationProtected',
  },
  {
    name: 'recreation: the failed stack is gone, the name is free',
    given: {
      operation: operationOf('delete-stack', { next: 'apply' }, { type: 'recover' }),
      observation: { goneId: stackId },
    },
    want: 'act create-change-set',
  },
  {
    name: 'recreation: the failed stack could not be deleted',
    given: {
      operation: operationOf(
        'delete-stack',
        { next: 'apply', answered: 'delete-stack' },
        { type: 'recover' },
      ),
      observation: { stack: stackOf('DELETE_FAILED', { statusReason: 'failed to delete: [Bucket]. ' }) },
    },
    want: 'blocked DeleteFailed',
  },
  {
    name: 'a failed update that was kept, by policy keep: rolled forward',
    given: { spec: { onFailure: 'keep' }, observation: { stack: stackOf('UPDATE_FAILED') } },
    want: 'act create-change-set',
  },
  {
    name: 'a rollback that was helped along: the first failure is what is reported',
    given: {
      operation: operationOf(
        'continue-rollback',
        { next: 'failed', cause: 'update failed: X', tries: '1' },
        { type: 'recover' },
      ),
      observation: { stack: stackOf('UPDATE_ROLLBACK_COMPLETE') },
    },
    want: 'failed RolledBack',
    check: (decision) =>
      expect(decision).toMatchObject({ message: expect.stringContaining('update failed: X') }),
  },
  {
    name: 'a rollback that was helped along for new inputs: they are begun, although forced only once',
    given: {
      status: { failedDigest: 'wanted' },
      operation: operationOf('continue-rollback', { next: 'apply', tries: '1' }, { type: 'recover' }),
      observation: { stack: stackOf('UPDATE_ROLLBACK_COMPLETE') },
    },
    want: 'act create-change-set',
  },
  {
    name: 'a stuck rollback, tried once: a pause, then again',
    given: {
      operation: operationOf(
        'continue-rollback',
        { tries: '1', answered: 'continue-rollback' },
        { type: 'recover' },
      ),
      observation: { stack: stackOf('UPDATE_ROLLBACK_FAILED') },
    },
    want: 'act continue-rollback',
    check: (decision) => expect(decision).toMatchObject({ operation: { data: { tries: '2' } } }),
  },
  {
    name: 'a stuck rollback, the call never answered: the same try again',
    given: {
      operation: operationOf('continue-rollback', { tries: '2' }, { type: 'recover' }),
      observation: { stack: stackOf('UPDATE_ROLLBACK_FAILED') },
    },
    want: 'act continue-rollback',
    check: (decision) => expect(decision).toMatchObject({ action: { token: 'headwater-x-1-continue-2' } }),
  },
  {
    name: 'a stuck rollback, tried three times: a person is asked',
    given: {
      operation: operationOf(
        'continue-rollback',
        { tries: '3', answered: 'continue-rollback' },
        { type: 'recover' },
      ),
      observation: { stack: stackOf('UPDATE_ROLLBACK_FAILED') },
    },
    want: 'failed RolledBack',
  },
  {
    name: 'pinned stack gone, another has its name (F27)',
    given: {
      status: { identity: { stackId } },
      observation: { goneId: stackId, stranger: stackOf('CREATE_COMPLETE', { id: otherStackId }) },
    },
    want: 'blocked Recreated',
  },
  {
    name: 'pinned stack gone, another has its name, to be adopted',
    given: {
      spec: { adopt: true },
      status: { identity: { stackId } },
      observation: { goneId: stackId, stranger: stackOf('CREATE_COMPLETE', { id: otherStackId }) },
    },
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
    name: 'the document names another stack than the one it made',
    given: {
      spec: { stackName: 'web2' },
      status: { identity: { stackId } },
      observation: { stack: stackOf('CREATE_COMPLETE') },
    },
    want: 'blocked StackMoved',
  },
  {
    name: 'the document names another region',
    given: {
      spec: { region: 'us-east-1' },
      status: { identity: { stackId } },
      observation: { stack: stackOf('CREATE_COMPLETE') },
    },
    want: 'blocked StackMoved',
  },
  {
    name: 'sticky role, another one declared: both are said',
    given: {
      spec: { roleArn: role },
      observation: { stack: stackOf('CREATE_COMPLETE', { roleArn: 'arn:aws:iam::123456789012:role/old' }) },
    },
    want: 'blocked RoleMismatch',
    check: (decision) => {
      expect(decision).toMatchObject({ message: expect.stringMatching(/role\/old.*role\/deployer/) })
    },
  },
  {
    name: 'sticky role, none declared',
    given: { observation: { stack: stackOf('CREATE_COMPLETE', { roleArn: role }) } },
    want: 'blocked RoleMismatch',
  },
  {
    name: 'no role yet, one declared: the change set sets it',
    given: { spec: { roleArn: role }, observation: { stack: stackOf('CREATE_COMPLETE') } },
    want: 'act create-change-set',
  },
  {
    name: 'nothing changed and nothing due',
    given: { status: appliedStatus(), observation: { stack: stackOf('CREATE_COMPLETE') } },
    want: 'applied',
    check: (decision) => expect(decision).toMatchObject({ changed: false }),
  },
  {
    name: 'somebody updated the stack since: applied again',
    given: {
      status: appliedStatus(),
      observation: { stack: stackOf('UPDATE_COMPLETE', { updatedAt: '2026-11-23T11:30:00.000Z' }) },
    },
    want: 'act create-change-set',
  },
  {
    name: 'forced although nothing changed',
    given: { force: true, status: appliedStatus(), observation: { stack: stackOf('CREATE_COMPLETE') } },
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
    name: 'termination protection set, and seen or not: over',
    given: {
      spec: { terminationProtection: true },
      digest: 'newer',
      status: appliedStatus(),
      operation: operationOf(
        'set-termination-protection',
        { held: 'true', protection: 'true' },
        { digest: 'newer' },
      ),
      observation: { stack: stackOf('CREATE_COMPLETE') },
    },
    want: 'applied',
    check: (decision) => expect(decision).toMatchObject({ changed: true }),
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
  {
    name: 'a declared policy is set after a create',
    given: {
      spec: { stackPolicy: policy },
      operation: operationOf('execute-change-set', { ...executing, changeSetType: 'CREATE' }),
      observation: {
        stack: stackOf('CREATE_COMPLETE'),
        changeSet: changeSetOf('CREATE_COMPLETE', 'EXECUTE_COMPLETE'),
        policy: '',
      },
    },
    want: 'act set-stack-policy',
  },
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
  { name: 'to be gone, never there', given: { wish: 'absent' }, want: 'deleted' },
  {
    name: 'to be gone, not to be seen although it was pinned: looked at again first',
    given: { wish: 'absent', status: { identity: { stackId } } },
    want: 'wait Deleting',
  },
  {
    name: 'to be gone, not to be seen for a while: believed',
    given: {
      wish: 'absent',
      status: { identity: { stackId } },
      operation: operationOf('confirm-gone', {}, { type: 'delete' }),
    },
    want: 'deleted',
  },
  {
    name: 'to be gone, another stack has its name',
    given: {
      wish: 'absent',
      status: { identity: { stackId } },
      observation: { stranger: stackOf('CREATE_COMPLETE', { id: otherStackId }) },
    },
    want: 'deleted',
  },
  {
    name: 'to be gone, deletion was asked for and does not show yet',
    given: {
      wish: 'absent',
      operation: operationOf('delete-stack', { ...recent, answered: 'delete-stack' }, { type: 'delete' }),
      observation: { stack: stackOf('CREATE_COMPLETE') },
    },
    want: 'wait Deleting',
  },
  {
    name: 'to be gone, deletion failed: what holds it is named',
    given: {
      wish: 'absent',
      operation: operationOf('delete-stack', { answered: 'delete-stack' }, { type: 'delete' }),
      observation: {
        stack: stackOf('DELETE_FAILED', {
          statusReason: 'The following resource(s) failed to delete: [Bucket].',
        }),
      },
    },
    want: 'blocked DeleteFailed',
    check: (decision) => expect(decision).toMatchObject({ message: expect.stringContaining('[Bucket]') }),
  },
  {
    name: 'to be gone, protected',
    given: { wish: 'absent', observation: { stack: protectedStack } },
    want: 'blocked TerminationProtected',
  },
  {
    name: 'to be gone, protected, declared to be unprotected',
    given: { wish: 'absent', spec: { terminationProtection: false }, observation: { stack: protectedStack } },
    want: 'act set-termination-protection',
  },
  {
    name: 'back in git while it is deleted: waited for, then made anew',
    given: {
      operation: operationOf('delete-stack', { answered: 'delete-stack' }, { type: 'delete' }),
      observation: { stack: stackOf('DELETE_IN_PROGRESS') },
    },
    want: 'wait OperationInProgress',
  },
  {
    name: 'back in git after it was deleted',
    given: {
      operation: operationOf('delete-stack', { answered: 'delete-stack' }, { type: 'delete' }),
      observation: { goneId: stackId },
    },
    want: 'act create-change-set',
  },
  {
    name: 'past the deadline: said, not cancelled',
    given: {
      operation: operationOf('execute-change-set', executing, { deadline: now - 1 }),
      observation: { stack: stackOf('UPDATE_IN_PROGRESS') },
    },
    want: 'wait Progressing',
    check: (decision) =>
      expect(decision).toMatchObject({ message: expect.stringContaining('timeout of 1h') }),
  },
]

test.each(cases)('$name', ({ given, want, check }) => {
  const decision = decideGiven(given)
  expect(wordOf(decision)).toBe(want)
  check?.(decision)
})
