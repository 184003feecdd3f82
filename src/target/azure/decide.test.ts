import { describe, expect, test } from 'vitest'
import {
  appliedStatus,
  cause,
  decideGiven,
  deploymentId,
  earlier,
  foreign,
  justSent,
  now,
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

const lost: Case[] = [
  {
    name: 'F1 killed before the call: made under the same name',
    given: { operation: operationOf('put', { put: 'true' }), observation: {} },
    want: 'act put',
    check: (decision) => expect(decision).toMatchObject({ operation: { id: 'headwater-x-1' } }),
  },
  {
    name: 'F2 killed after the call: found by its tag',
    given: { operation: operationOf('put', { put: 'true' }), observation: { view: viewOf('Running') } },
    want: 'wait Progressing',
  },
  {
    name: 'F3 the answer was lost and it is done: adopted',
    given: { operation: operationOf('put', { put: 'true' }), observation: { view: viewOf('Succeeded') } },
    want: 'applied',
  },
  {
    name: 'F3 a call without an answer may yet show',
    given: { operation: operationOf('put', { put: 'true', intentAt: String(now - 1_000) }), observation: {} },
    want: 'wait Progressing',
  },
  {
    name: 'F14 not to be seen just after it was made: a stale look',
    given: { operation: operationOf('put', justSent), observation: {} },
    want: 'wait Progressing',
  },
  {
    name: 'F14 what is to be seen is of before',
    given: { operation: operationOf('put', justSent), observation: { view: viewOf('Succeeded', earlier) } },
    want: 'wait Progressing',
  },
  {
    name: 'overwritten by another call of ours: begun anew',
    given: { operation: operationOf('put', sent), observation: { view: viewOf('Succeeded', earlier) } },
    want: 'act put',
    check: (decision) => expect(decision).toMatchObject({ operation: { attempt: 2 } }),
  },
  {
    name: 'F28 another call holds the name: waited for',
    given: {
      operation: operationOf('put', { put: 'true' }),
      observation: { view: viewOf('Running', earlier) },
    },
    want: 'wait OperationInProgress',
  },
  {
    name: 'F28 the name is free again: ours is made',
    given: {
      operation: operationOf('put', { put: 'true' }),
      observation: { view: viewOf('Succeeded', earlier) },
    },
    want: 'act put',
    check: (decision) => expect(decision).toMatchObject({ operation: { id: 'headwater-x-1' } }),
  },
  {
    name: 'F26 a foreign one under a name that is taken over: waited for',
    given: { spec: { adopt: true }, observation: { view: viewOf('Running', foreign) } },
    want: 'wait OperationInProgress',
  },
  {
    name: 'F19 past its deadline: still watched, and said so',
    given: {
      operation: operationOf('put', sent, { deadline: now - 1 }),
      observation: { view: viewOf('Running') },
    },
    want: 'wait Progressing',
    check: (decision) => expect(decision.message).toMatch(/longer than its timeout of 1h/),
  },
  {
    name: 'past its deadline, and the document says to cancel',
    given: {
      spec: { onTimeout: 'cancel' },
      operation: operationOf('put', sent, { deadline: now - 1 }),
      observation: { view: viewOf('Running') },
    },
    want: 'act cancel',
    check: (decision) => expect(decision).toMatchObject({ action: { deploymentId } }),
  },
  {
    name: 'only ours is ever cancelled',
    given: {
      spec: { onTimeout: 'cancel' },
      operation: operationOf('put', { put: 'true' }, { deadline: now - 1 }),
      observation: { view: viewOf('Running', earlier) },
    },
    want: 'wait OperationInProgress',
  },
  {
    name: 'a stack is cancelled by its deployment',
    given: {
      spec: { mode: 'Stack', onTimeout: 'cancel' },
      operation: operationOf('put', { ...sent, id: stackId }, { deadline: now - 1 }),
      observation: { view: viewOf('deploying', { id: stackId, deploymentId: `${deploymentId}-1` }) },
    },
    want: 'act cancel',
    check: (decision) => expect(decision).toMatchObject({ action: { deploymentId: `${deploymentId}-1` } }),
  },
  {
    name: 'cancelled once, then waited for',
    given: {
      spec: { onTimeout: 'cancel' },
      operation: operationOf(
        'cancel',
        { ...sent, answered: 'cancel', cancelled: 'true' },
        { deadline: now - 1 },
      ),
      observation: { view: viewOf('Running') },
    },
    want: 'wait Cancelling',
  },
  {
    name: 'what we cancelled is told as such',
    given: {
      operation: operationOf('cancel', { ...sent, cancelled: 'true' }),
      observation: { view: viewOf('Canceled') },
    },
    want: 'failed TimedOut',
  },
  {
    name: 'what somebody cancelled too',
    given: { operation: operationOf('put', sent), observation: { view: viewOf('canceled') } },
    want: 'failed Canceled',
    check: (decision) => expect(decision.message).toMatch(/cancelled by somebody/),
  },
  {
    name: 'superseded while it runs: waited for',
    given: { digest: 'newer', operation: operationOf('put', sent), observation: { view: viewOf('Running') } },
    want: 'wait Progressing',
  },
  {
    name: 'superseded before it was sent: begun anew',
    given: { digest: 'newer', operation: operationOf('put', { put: 'true' }), observation: {} },
    want: 'act put',
    check: (decision) => expect(decision).toMatchObject({ operation: { digest: 'newer' } }),
  },
  {
    name: 'superseded and done: applied, the newest is next',
    given: {
      digest: 'newer',
      operation: operationOf('put', sent),
      observation: { view: viewOf('Succeeded') },
    },
    want: 'applied',
  },
  {
    name: 'a failure names resource, type and code, and what comes next',
    given: { operation: operationOf('put', sent), observation: { view: viewOf('Failed'), cause } },
    want: 'failed DeploymentFailed',
    check: (decision) =>
      expect(decision.message).toBe(
        'deployment failed: vnet (Microsoft.Network/virtualNetworks): InvalidAddressPrefix: "no such prefix"; retries when its inputs change, or: headwater reconcile azure web -n we --force',
      ),
  },
  {
    name: 'a failure that names no resource yet is looked at again',
    given: {
      operation: operationOf('put', sent),
      observation: { view: viewOf('Failed'), cause: { ...cause, isVague: true } },
    },
    want: 'wait Progressing',
  },
  {
    name: 'a failure that never names one is told all the same',
    given: {
      operation: operationOf('put', { ...sent, vague: '3' }),
      observation: { view: viewOf('Failed') },
    },
    want: 'failed DeploymentFailed',
  },
  {
    name: 'a failure that may pass is tried again after a pause',
    given: {
      operation: operationOf('put', sent),
      observation: {
        view: viewOf('Failed'),
        cause: { ...cause, code: 'PrincipalNotFound', isPassing: true },
      },
    },
    want: 'wait ProgressingWithRetry',
    check: (decision) => expect(decision).toMatchObject({ requeueAfterMs: 30_000 }),
  },
  {
    name: 'the pause is over',
    given: {
      operation: operationOf('put', { ...sent, failedAt: String(now - 31_000) }),
      observation: { view: viewOf('Failed'), cause: { ...cause, isPassing: true } },
    },
    want: 'act put',
    check: (decision) =>
      expect(decision).toMatchObject({ operation: { attempt: 2, data: { retries: '1' } } }),
  },
  {
    name: 'three times, then it is a failure',
    given: {
      operation: operationOf('put', { ...sent, retries: '3' }),
      observation: { view: viewOf('Failed'), cause: { ...cause, isPassing: true } },
    },
    want: 'failed DeploymentFailed',
  },
  {
    name: 'ARM refused the call',
    given: {
      operation: operationOf('put', { put: 'true', refused: 'no such SKU', refusal: 'QuotaExceeded' }),
    },
    want: 'failed QuotaExceeded',
    check: (decision) => expect(decision.message).toMatch(/^ARM refused: no such SKU; retries/),
  },
]

describe('with a deployment under way', () => {
  test.each(lost)('$name', ({ given, want, check }) => {
    const decision = decideGiven(given)
    expect(wordOf(decision)).toBe(want)
    check?.(decision)
  })
})

const createIfMissing = {
  scope: {
    resourceGroup: {
      subscriptionId: '00000000-0000-0000-0000-000000000001',
      name: 'web',
      location: 'westeurope',
      createIfMissing: true,
    },
  },
}
const noGroup = { missingScope: 'GET deployment we_web: ResourceGroupNotFound: not found' }

const groups: Case[] = [
  { name: 'not there', given: { observation: noGroup }, want: 'blocked ResourceGroupNotFound' },
  {
    name: 'not there, to be made',
    given: { spec: createIfMissing, observation: noGroup },
    want: 'act create-group',
  },
  {
    name: 'F14 made just now, and not to be seen',
    given: {
      spec: createIfMissing,
      observation: noGroup,
      operation: operationOf('create-group', { answered: 'create-group', intentAt: String(now - 1_000) }),
    },
    want: 'wait Progressing',
  },
  {
    name: 'made: on to the deployment, in the same operation',
    given: { spec: createIfMissing, operation: operationOf('create-group', { answered: 'create-group' }) },
    want: 'act put',
    check: (decision) => expect(decision).toMatchObject({ operation: { id: 'headwater-x-1' } }),
  },
  {
    name: 'its subscription is not there either',
    given: {
      spec: createIfMissing,
      observation: { missingScope: 'GET deployment we_web: SubscriptionNotFound: not found' },
    },
    want: 'blocked ScopeNotFound',
  },
  {
    name: 'gone, and so shall we be',
    given: { wish: 'absent', status: appliedStatus(), observation: noGroup },
    want: 'deleted',
  },
]

describe('the resource group', () => {
  test.each(groups)('$name', ({ given, want, check }) => {
    const decision = decideGiven(given)
    expect(wordOf(decision)).toBe(want)
    check?.(decision)
  })
})

const leaving: Case[] = [
  {
    name: 'what does not carry our mark stays',
    given: { observation: { view: viewOf('Succeeded', foreign) } },
    want: 'deleted',
    check: (decision) => expect(decision.message).toMatch(/left as it is and forgotten/),
  },
  {
    name: 'a plain deployment: only the record goes, and that is said',
    given: { observation: { view: viewOf('Succeeded') } },
    want: 'act delete',
    check: (decision) => expect(decision.message).toMatch(/its resources stay/),
  },
  {
    name: 'a stack says what goes with it',
    given: {
      spec: { mode: 'Stack', actionOnUnmanage: { resources: 'delete' } },
      observation: { view: viewOf('succeeded', { id: stackId }) },
    },
    want: 'act delete',
    check: (decision) => expect(decision.message).toMatch(/with its resources; resource groups stay/),
  },
  {
    name: 'F14 known, and not to be seen once: looked for again',
    given: { status: appliedStatus(), observation: {} },
    want: 'wait Deleting',
  },
  {
    name: 'known, and not to be seen again: gone',
    given: {
      status: appliedStatus(),
      operation: operationOf('confirm-gone', {}, { type: 'delete' }),
      observation: {},
    },
    want: 'deleted',
  },
  { name: 'never made', given: { observation: {} }, want: 'deleted' },
  {
    name: 'deleted by us: gone',
    given: { operation: operationOf('delete', { answered: 'delete' }, { type: 'delete' }), observation: {} },
    want: 'deleted',
  },
  {
    name: 'being deleted by us',
    given: {
      operation: operationOf('delete', { answered: 'delete' }, { type: 'delete' }),
      observation: { view: viewOf('deletingResources') },
    },
    want: 'wait Deleting',
  },
  {
    name: 'F1 killed before the call: again',
    given: {
      operation: operationOf('delete', {}, { type: 'delete' }),
      observation: { view: viewOf('Succeeded') },
    },
    want: 'act delete',
  },
  {
    name: 'the deletion failed',
    given: {
      spec: { mode: 'Stack' },
      operation: operationOf('delete', { answered: 'delete', id: stackId }, { type: 'delete' }),
      observation: { view: viewOf('failed', { id: stackId }), cause },
    },
    want: 'blocked DeleteFailed',
    check: (decision) => expect(decision.message).toMatch(/vnet .*InvalidAddressPrefix/),
  },
  {
    name: 'a deletion that ARM refused',
    given: {
      operation: operationOf('delete', { answered: 'delete', refused: 'locked' }, { type: 'delete' }),
      observation: { view: viewOf('Succeeded') },
    },
    want: 'blocked DeleteFailed',
  },
]

describe('to be gone', () => {
  test.each(leaving)('$name', ({ given, want, check }) => {
    const decision = decideGiven({ ...given, wish: 'absent' })
    expect(wordOf(decision)).toBe(want)
    check?.(decision)
  })
})
