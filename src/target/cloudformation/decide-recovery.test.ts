import { expect, test } from 'vitest'
import {
  appliedStatus,
  changeSetOf,
  executing,
  operationOf,
  stackId,
  stackOf,
  decideGiven,
  wordOf,
  type Case,
} from './decide.fixture.ts'

const cases: Case[] = [
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
]

test.each(cases)('$name', ({ given, want, check }) => {
  const decision = decideGiven(given)
  expect(wordOf(decision)).toBe(want)
  check?.(decision)
})
