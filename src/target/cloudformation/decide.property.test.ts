import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DriftedProperty } from '../../api/status.ts'
import {
  appliedStatus,
  changeSetId,
  changeSetOf,
  decideGiven,
  now,
  operationOf,
  otherStackId,
  stackId,
  stackOf,
  type Given,
} from './decide.fixture.ts'
import { ownerTag, type StackDecision } from './context.ts'
import { stackStatuses } from './stack-status.ts'

const statuses = [...stackStatuses, 'SOMETHING_NEW', 'SOMETHING_NEW_IN_PROGRESS']
const changeSetStatuses = [
  'CREATE_PENDING',
  'CREATE_IN_PROGRESS',
  'CREATE_COMPLETE',
  'DELETE_PENDING',
  'DELETE_IN_PROGRESS',
  'DELETE_COMPLETE',
  'DELETE_FAILED',
  'FAILED',
  'SOMETHING_NEW',
]
const executionStatuses = [
  'UNAVAILABLE',
  'AVAILABLE',
  'EXECUTE_IN_PROGRESS',
  'EXECUTE_COMPLETE',
  'EXECUTE_FAILED',
  'OBSOLETE',
  'SOMETHING_NEW',
]
const phases = [
  'create-change-set',
  'execute-change-set',
  'delete-change-set',
  'set-stack-policy',
  'set-termination-protection',
  'delete-stack',
  'rollback-stack',
  'continue-rollback',
  'detect-drift',
  'confirm-gone',
  '',
]

const ours = { [ownerTag]: 'hw/eu/web' }
const stacks = fc
  .record({
    status: fc.constantFrom(...statuses),
    tags: fc.constantFrom(ours, {}, { [ownerTag]: 'hw/us/web' }),
    terminationProtection: fc.boolean(),
    changeSetId: fc.constantFrom(changeSetId, 'another', undefined),
    roleArn: fc.constantFrom('arn:aws:iam::123456789012:role/old', undefined),
    updatedAt: fc.constantFrom('2026-11-23T11:00:00.000Z', '2026-11-23T11:30:00.000Z'),
  })
  .map(({ status, changeSetId, roleArn, ...more }) =>
    stackOf(status, {
      ...more,
      ...(changeSetId === undefined ? {} : { changeSetId }),
      ...(roleArn === undefined ? {} : { roleArn }),
    }),
  )

const foundDrift = [{ resource: 'Q', resourceType: 'AWS::SQS::Queue', path: '/DelaySeconds' }]
const drift = {
  status: fc.constantFrom<'running' | 'complete' | 'failed'>('running', 'complete', 'failed'),
  properties: fc.constantFrom<DriftedProperty[]>([], foundDrift),
}

const observations = fc.record(
  {
    stack: stacks,
    goneId: fc.constant(stackId),
    stranger: stacks.map((stack) => ({ ...stack, id: otherStackId })),
    changeSet: fc
      .tuple(
        fc.constantFrom(...changeSetStatuses),
        fc.constantFrom(...executionStatuses),
        fc.constantFrom(stackId, otherStackId),
        fc.constantFrom(
          'no bucket',
          "The submitted information didn't contain changes.",
          'No updates are to be performed.',
        ),
      )
      .map(([status, executionStatus, of, statusReason]) =>
        changeSetOf(status, executionStatus, { stackId: of, statusReason }),
      ),
    reviewOwner: fc.constantFrom('hw/eu/web', 'hw/us/web'),
    policy: fc.constantFrom('', 'x'),
    drift: fc.record(drift),
  },
  { requiredKeys: [] },
)

const operations = fc
  .record({
    type: fc.constantFrom<'apply' | 'delete' | 'drift' | 'recover'>('apply', 'delete', 'drift', 'recover'),
    phase: fc.constantFrom(...phases),
    digest: fc.constantFrom('wanted', 'older'),
    ageMs: fc.constantFrom(500, 20_000, 200_000, 7_200_000),
    answered: fc.boolean(),
    data: fc.record(
      {
        stackId: fc.constant(stackId),
        changeSetId: fc.constant(changeSetId),
        changeSetType: fc.constantFrom('CREATE', 'UPDATE'),
        executing: fc.constant('true'),
        executed: fc.constant('true'),
        held: fc.constant('true'),
        outcome: fc.constantFrom('empty', 'failed', 'refused', 'superseded'),
        cause: fc.constant('because'),
        refused: fc.constant('no'),
        mode: fc.constantFrom('revert-drift', 'accept-drift', 'put-back'),
        verifying: fc.constant('true'),
        detectionId: fc.constant('d'),
        tries: fc.constantFrom('1', '2', '3'),
        next: fc.constantFrom('apply', 'failed', 'drift'),
        protection: fc.constantFrom('true', 'false'),
        deletes: fc.constantFrom('1', '3'),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ type, phase, digest, ageMs, answered, data }) =>
    operationOf(
      phase,
      { intentAt: String(now - ageMs), ...data, ...(answered ? { answered: phase } : {}) },
      { type, digest, startedAt: now - ageMs, deadline: now - ageMs + 3_600_000 },
    ),
  )

const specs = fc.record(
  {
    adopt: fc.boolean(),
    onFailure: fc.constantFrom('rollback', 'keep'),
    drift: fc.constantFrom('ignore', 'report', 'correct'),
    terminationProtection: fc.boolean(),
    stackPolicy: fc.constant({ Statement: [] }),
    stackName: fc.constantFrom('web', 'web2'),
  },
  { requiredKeys: [] },
)

const pinned = { identity: { stackId } }
const pasts = fc.constantFrom({}, pinned, { ...pinned, failedDigest: 'wanted' }, appliedStatus(), {
  ...appliedStatus(),
  drift: { checkedAt: now, properties: foundDrift },
})

const states: fc.Arbitrary<Given> = fc
  .record({
    spec: specs,
    observation: observations,
    status: pasts,
    operation: fc.option(operations, { nil: undefined }),
    wish: fc.constantFrom<'present' | 'absent'>('present', 'absent'),
    force: fc.boolean(),
    driftDue: fc.boolean(),
    digest: fc.constantFrom('wanted', 'newer'),
  })
  .map(({ operation, ...rest }) => (operation === undefined ? rest : { ...rest, operation }))

/** What in a decision breaks a rule that holds in every state. */
function violations(given: Given, decision: StackDecision): string[] {
  const broken: string[] = []
  const must = (isKept: boolean, rule: string): void => void (isKept || broken.push(rule))
  const { observation = {}, spec = {}, status = {}, operation, wish } = given
  if (decision.type === 'wait') must(decision.requeueAfterMs >= 1_000, 'a look is not repeated at once')
  if (decision.type !== 'act') return broken

  const { action } = decision
  const { phase, data } = decision.operation
  const isIntent = phase === action.type && data['intentAt'] === String(now) && data['answered'] === undefined
  must(isIntent, 'the intent names the call')
  const stack = observation.stack ?? observation.stranger
  const isMarked = stack?.tags[ownerTag] === 'hw/eu/web'
  const isReview = stack?.status === 'REVIEW_IN_PROGRESS'
  const isBusy = stack?.status.endsWith('_IN_PROGRESS') === true && !isReview
  must(!isBusy || observation.stack === undefined, 'nothing is done while an operation runs')

  const isDelete = action.type === 'delete-stack'
  if (wish === 'absent') {
    must(isDelete || action.type === 'set-termination-protection', 'what shall be gone is only deleted')
    must(isMarked || isReview, 'only what is ours is deleted')
    const isSeen = 'stack' in action && observation.stack?.id === action.stack
    must(isSeen, 'what is deleted was seen under its own id')
    const isProtected = stack?.terminationProtection === true && operation?.data['protection'] !== 'false'
    must(!isDelete || !isProtected, 'a protected stack is not deleted')
    return broken
  }
  const neverStable = ['CREATE_FAILED', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED']
  must(!isDelete || isMarked, 'only what is ours is recreated')
  must(!isDelete || neverStable.includes(stack?.status ?? ''), 'only what never was stable is recreated')
  const isUntouched = stack === undefined || isReview || stack.status === 'DELETE_COMPLETE'
  must(isUntouched || isMarked || spec['adopt'] === true, 'a foreign stack is not touched')
  const { failedDigest } = status
  const isSpent = failedDigest !== undefined && failedDigest === given.digest && given.force !== true
  must(operation !== undefined || !isSpent, 'what failed is not begun again by itself')
  return broken
}

test('I3 any state of the cloud and any wish lead to one decision that keeps the rules', () => {
  fc.assert(
    fc.property(states, (given) => {
      expect(violations(given, decideGiven(given))).toEqual([])
    }),
    { numRuns: 3_000 },
  )
})

test('the same state leads to the same decision, names and tokens included', () => {
  fc.assert(
    fc.property(states, (given) => {
      expect(decideGiven(structuredClone(given))).toEqual(decideGiven(given))
    }),
    { numRuns: 300 },
  )
})

test('the rules can be broken', () => {
  const foreign = { observation: { stack: stackOf('CREATE_COMPLETE', { tags: {} }) } }
  const decision = decideGiven({ observation: { stack: stackOf('ROLLBACK_COMPLETE') } })
  expect(violations(foreign, decision)).toEqual([
    'only what is ours is recreated',
    'only what never was stable is recreated',
    'a foreign stack is not touched',
  ])
})
