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
