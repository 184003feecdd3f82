import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  appliedStatus,
  cause,
  changeOf,
  decideGiven,
  deploymentId,
  foreseen,
  handmade,
  mark,
  now,
  operationId,
  operationOf,
  stackId,
  viewOf,
  type Given,
} from './decide.fixture.ts'
import { operationTag, ownerTag, type AzureDecision } from './context.ts'
import { provisioningStates, situationOf } from './state.ts'

const states = [...provisioningStates, 'SomethingNew', 'SUCCEEDED', 'Running', 'Failed']
const phases = ['create-group', 'validate', 'what-if', 'put', 'cancel', 'delete', 'confirm-gone', '']
const noScope = fc.constantFrom(
  'GET deployment we_web: ResourceGroupNotFound: x',
  'GET deployment we_web: SubscriptionNotFound: x',
)

const tags = fc.constantFrom<Record<string, string>>(
  { [ownerTag]: mark, [operationTag]: operationId },
  { [ownerTag]: mark, [operationTag]: 'headwater-x-0' },
  { [ownerTag]: 'other/we/web' },
  {},
)
const views = fc
  .record({
    state: fc.constantFrom(...states),
    tags,
    correlationId: fc.constantFrom('c-1', 'c-2'),
    deploymentId: fc.option(fc.constant(`${deploymentId}-1`), { nil: undefined }),
  })
  .map(({ state, deploymentId: of, ...more }) =>
    viewOf(state, { ...more, ...(of === undefined ? {} : { deploymentId: of }) }),
  )
const looks = fc.constantFrom(
  { status: 'running', location: '/y' } as const,
  { status: 'failed', message: 'no' } as const,
)
const observations = fc.record(
  {
    view: views,
    cause: fc.constantFrom(cause, { ...cause, isPassing: true }),
    whatIf: fc.oneof(
      looks,
      fc.constantFrom(foreseen(), foreseen(handmade), foreseen(changeOf('unsupported'))),
    ),
    validation: fc.oneof(looks, fc.constant({ status: 'done', result: 'valid' } as const)),
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
        put: fc.constant('true'),
        sent: fc.constant('true'),
        location: fc.constant('/x'),
        validated: fc.constant('true'),
        foreseen: fc.constant('true'),
        refused: fc.constant('no'),
        mode: fc.constant('correct'),
        verifying: fc.constant('true'),
        cancelled: fc.constant('true'),
        retries: fc.constantFrom('1', '3'),
        looks: fc.constantFrom('1', '4'),
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
    validate: fc.boolean(),
    whatIf: fc.constantFrom('never', 'report', 'gate'),
    drift: fc.constantFrom('ignore', 'report', 'correct'),
    onTimeout: fc.constantFrom('wait', 'cancel'),
    mode: fc.constantFrom('Incremental', 'Stack'),
    deploymentName: fc.constantFrom('we_web', 'other'),
  },
  { requiredKeys: [] },
)

const drift = {
  checkedAt: now,
  properties: [{ resource: 'vnet', resourceType: 't', path: '/properties/size' }],
}
const pasts = fc.constantFrom(
  {},
  { identity: { id: deploymentId } },
  { identity: { id: deploymentId }, failedDigest: 'wanted' },
  appliedStatus(),
  { ...appliedStatus(), drift },
  { ...appliedStatus({ mode: 'Stack' }), identity: { id: stackId } },
)

const worlds: fc.Arbitrary<Given> = fc
  .record({
    spec: specs,
    observation: fc.oneof(
      observations,
      noScope.map((missingScope) => ({ missingScope })),
    ),
    status: pasts,
    operation: fc.option(operations, { nil: undefined }),
    wish: fc.constantFrom<'present' | 'absent'>('present', 'absent'),
    force: fc.boolean(),
    driftDue: fc.boolean(),
    digest: fc.constantFrom('wanted', 'newer'),
    approval: fc.constantFrom('not-this-one'),
  })
  .map(({ operation, ...rest }) => (operation === undefined ? rest : { ...rest, operation }))

/** What in a decision breaks a rule that holds in every state. */
function violations(given: Given, decision: AzureDecision): string[] {
  const broken: string[] = []
  const must = (isKept: boolean, rule: string): void => void (isKept || broken.push(rule))
  const { observation = {}, spec = {}, status = {}, operation, wish } = given
  if (decision.type === 'wait') must(decision.requeueAfterMs >= 1_000, 'a look is not repeated at once')
  if (decision.type !== 'act') return broken

  const { action } = decision
  const { phase, data } = decision.operation
  const isIntent = phase === action.type && data['intentAt'] === String(now) && data['answered'] === undefined
  must(isIntent, 'the intent names the call')
  const { view } = observation
  const situation = situationOf(view?.state)
  const isMarked = view?.tags[ownerTag] === mark
  const isOfOperation = isMarked && view.tags[operationTag] === operation?.id
  const isRunning = situation === 'busy' || situation === 'deleting'
  must(!isRunning || action.type === 'cancel', 'nothing is begun while a deployment runs')
  must(situation !== 'unknown', 'what is not understood is left alone')
  must(
    action.type !== 'cancel' || (isOfOperation && spec['onTimeout'] === 'cancel'),
    'only ours is cancelled, and only if the document says so',
  )
  must(action.type !== 'delete' || wish === 'absent', 'only what shall be gone is deleted')
  if (wish === 'absent') {
    must(action.type === 'delete' && isMarked, 'only what is ours is deleted')
    return broken
  }
  must(view === undefined || isMarked || spec['adopt'] === true, 'a foreign deployment is not touched')
  const isSpent =
    status.failedDigest !== undefined && status.failedDigest === given.digest && given.force !== true
  must(operation !== undefined || !isSpent, 'what failed is not begun again by itself')
  const isOurCall =
    action.type === 'put' && operation?.data['put'] !== undefined && operation.data['sent'] !== undefined
  const isSame = decision.operation.id === operation?.id
  must(!(isOurCall && isSame), 'a call that was answered is not made again under the same operation')
  const mustHold = spec['whatIf'] === 'gate' && decision.operation.data['mode'] !== 'correct'
  must(
    action.type !== 'put' ||
      !mustHold ||
      decision.operation.data['foreseen'] !== undefined ||
      data['put'] === operation?.data['put'],
    'nothing is deployed past a gate',
  )
  return broken
}

test('I3 any state of the cloud and any wish lead to one decision that keeps the rules', () => {
  fc.assert(
    fc.property(worlds, (given) => {
      expect(violations(given, decideGiven(given))).toEqual([])
    }),
    { numRuns: 4_000 },
  )
})

test('the same state leads to the same decision, names and tokens included', () => {
  fc.assert(
    fc.property(worlds, (given) => {
      expect(decideGiven(structuredClone(given))).toEqual(decideGiven(given))
    }),
    { numRuns: 300 },
  )
})

test('the rules can be broken', () => {
  const foreign = { observation: { view: viewOf('Running', { tags: {} }) } }
  const decision = decideGiven({})
  expect(violations(foreign, decision)).toEqual([
    'nothing is begun while a deployment runs',
    'a foreign deployment is not touched',
  ])
})
