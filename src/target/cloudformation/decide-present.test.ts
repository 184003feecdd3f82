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

const role = 'arn:aws:iam::123456789012:role/deployer'
const policy = { Statement: [] }

const cases: Case[] = [
  { name: 'no stack: create', given: {}, want: 'act create-change-set' },
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
