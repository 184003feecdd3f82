import { describe, expect, test } from 'vitest'
import {
  changeSetOf,
  decideGiven,
  executing,
  operationOf,
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
