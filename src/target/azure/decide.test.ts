import { describe, expect, test } from 'vitest'
import {
  appliedStatus,
  cause,
  decideGiven,
  earlier,
  foreign,
  operationOf,
  sent,
  stackId,
  viewOf,
  wordOf,
  type Case,
} from './decide.fixture.ts'
import { provisioningStates, situationOf } from './state.ts'

/** State, then what is decided: without an operation; ours in flight; a foreign one; ours and to be gone. */
const stateTable: [string, string, string, string, string][] = [
  ['', 'act put', 'applied', 'blocked Foreign', 'act delete'],
  [
    'NotSpecified',
    'wait OperationInProgress',
    'wait Progressing',
    'blocked Foreign',
    'wait OperationInProgress',
  ],
  ['Accepted', 'wait OperationInProgress', 'wait Progressing', 'blocked Foreign', 'wait OperationInProgress'],
  ['Running', 'wait OperationInProgress', 'wait Progressing', 'blocked Foreign', 'wait OperationInProgress'],
  ['Ready', 'wait OperationInProgress', 'wait Progressing', 'blocked Foreign', 'wait OperationInProgress'],
  ['Creating', 'wait OperationInProgress', 'wait Progressing', 'blocked Foreign', 'wait OperationInProgress'],
  ['Created', 'wait OperationInProgress', 'wait Progressing', 'blocked Foreign', 'wait OperationInProgress'],
  ['Updating', 'wait OperationInProgress', 'wait Progressing', 'blocked Foreign', 'wait OperationInProgress'],
  [
    'initializing',
    'wait OperationInProgress',
    'wait Progressing',
    'blocked Foreign',
    'wait OperationInProgress',
  ],
  [
    'validating',
    'wait OperationInProgress',
    'wait Progressing',
    'blocked Foreign',
    'wait OperationInProgress',
  ],
  ['waiting', 'wait OperationInProgress', 'wait Progressing', 'blocked Foreign', 'wait OperationInProgress'],
  [
    'deploying',
    'wait OperationInProgress',
    'wait Progressing',
    'blocked Foreign',
    'wait OperationInProgress',
  ],
  [
    'canceling',
    'wait OperationInProgress',
    'wait Progressing',
    'blocked Foreign',
    'wait OperationInProgress',
  ],
  [
    'updatingDenyAssignments',
    'wait OperationInProgress',
    'wait Progressing',
    'blocked Foreign',
    'wait OperationInProgress',
  ],
  [
    'deletingResources',
    'wait OperationInProgress',
    'wait Progressing',
    'blocked Foreign',
    'wait OperationInProgress',
  ],
  ['deleting', 'wait OperationInProgress', 'wait Progressing', 'blocked Foreign', 'wait OperationInProgress'],
  ['Deleted', 'act put', 'wait Progressing', 'blocked Foreign', 'deleted'],
  ['Succeeded', 'act put', 'applied', 'blocked Foreign', 'act delete'],
  ['Failed', 'act put', 'failed DeploymentFailed', 'blocked Foreign', 'act delete'],
  ['Canceled', 'act put', 'failed Canceled', 'blocked Foreign', 'act delete'],
  ['SomethingNew', 'blocked UnknownState', 'wait UnknownState', 'blocked Foreign', 'blocked UnknownState'],
]

describe('every provisioning state, in any letter case', () => {
  const variants = stateTable.flatMap(([state, ...want]) =>
    [state, state.toLowerCase(), state.toUpperCase()].map((written) => [written, ...want] as const),
  )
  test.each(variants)('%s', (state, alone, running, isForeign, leaving) => {
    const observation = { view: viewOf(state) }
    const operation = operationOf('put', sent)
    expect(wordOf(decideGiven({ observation: { view: viewOf(state, earlier) } }))).toBe(alone)
    expect(wordOf(decideGiven({ observation: { ...observation, cause }, operation }))).toBe(running)
    expect(wordOf(decideGiven({ observation: { view: viewOf(state, foreign) } }))).toBe(isForeign)
    expect(wordOf(decideGiven({ observation, wish: 'absent' }))).toBe(leaving)
  })
  test('the table knows all that the code knows', () => {
    const known = new Set(stateTable.map(([state]) => state.toLowerCase()))
    expect(provisioningStates.filter((state) => !known.has(state))).toEqual([])
    expect(situationOf(undefined)).toBe('absent')
  })
})

const whatever: Case[] = [
  { name: 'nothing there', given: {}, want: 'act put' },
  {
    name: 'the same inputs failed before',
    given: { status: { failedDigest: 'wanted' }, observation: { view: viewOf('Failed') } },
    want: 'failed NotRetried',
  },
  {
    name: 'the same inputs failed before, and somebody asks',
    given: { status: { failedDigest: 'wanted' }, observation: { view: viewOf('Failed') }, force: true },
    want: 'act put',
  },
  {
    name: 'I2 what was applied and still is there',
    given: { status: appliedStatus(), observation: { view: viewOf('Succeeded') } },
    want: 'applied',
    check: (decision) => expect(decision).toMatchObject({ changed: false }),
  },
  {
    name: 'F9 another call of ours came later under the name: applied again',
    given: { status: appliedStatus(), observation: { view: viewOf('Succeeded', earlier) } },
    want: 'act put',
  },
  {
    name: 'I2 another correlation id under the name: applied again',
    given: { status: appliedStatus(), observation: { view: viewOf('Succeeded', { correlationId: 'c-2' }) } },
    want: 'act put',
  },
  {
    name: 'somebody ran a deployment under our name',
    given: {
      status: appliedStatus(),
      observation: { view: viewOf('Succeeded', { ...foreign, correlationId: 'c-9' }) },
    },
    want: 'blocked Foreign',
    check: (decision) => expect(decision.message).toMatch(/under our name since .*correlation id c-9/),
  },
  {
    name: 'F4 somebody ran a deployment under our name, and the document takes over',
    given: { spec: { adopt: true }, observation: { view: viewOf('Succeeded', foreign) } },
    want: 'act put',
  },
  {
    name: 'ARM has forgotten the deployment, what it made stays',
    given: { status: appliedStatus(), observation: {} },
    want: 'applied',
  },
  {
    name: 'a stack that is gone is made anew',
    given: { spec: { mode: 'Stack' }, status: appliedStatus({ mode: 'Stack' }), observation: {} },
    want: 'act put',
  },
  {
    name: 'F27 a stack that was deleted and made again by somebody',
    given: {
      spec: { mode: 'Stack' },
      status: appliedStatus({ mode: 'Stack' }),
      observation: { view: viewOf('succeeded', { id: stackId, ...foreign }) },
    },
    want: 'blocked Foreign',
  },
  {
    name: 'the document names another deployment',
    given: { spec: { deploymentName: 'other' }, status: appliedStatus(), observation: {} },
    want: 'blocked DeploymentMoved',
  },
  {
    name: 'a deployment becomes a stack',
    given: { spec: { mode: 'Stack' }, status: appliedStatus(), observation: {} },
    want: 'act put',
  },
  {
    name: 'a stack becomes a deployment',
    given: { status: appliedStatus({ mode: 'Stack' }), observation: {} },
    want: 'blocked DeploymentMoved',
  },
]

describe('without an operation', () => {
  test.each(whatever)('$name', ({ given, want, check }) => {
    const decision = decideGiven(given)
    expect(wordOf(decision)).toBe(want)
    check?.(decision)
  })
})
