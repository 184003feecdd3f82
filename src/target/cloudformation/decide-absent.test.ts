import { expect, test } from 'vitest'
import {
  now,
  operationOf,
  otherStackId,
  stackId,
  stackOf,
  decideGiven,
  wordOf,
  type Case,
} from './decide.fixture.ts'

const recent = { intentAt: String(now - 1_000) }
const protectedStack = stackOf('CREATE_COMPLETE', { terminationProtection: true })

const cases: Case[] = [
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
]

test.each(cases)('$name', ({ given, want, check }) => {
  const decision = decideGiven(given)
  expect(wordOf(decision)).toBe(want)
  check?.(decision)
})
