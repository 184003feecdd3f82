import { beforeEach, describe, expect, test } from 'vitest'
import { findCondition } from '../src/api/condition.ts'
import type { ObjectRecord } from '../src/api/record.ts'
import { defaultSubscription } from '../src/sandbox/azure/subscriptions.ts'
import {
  call,
  deploymentId,
  groupId,
  layAzureGround,
  newGroup,
  nsg,
  nsgId,
  stackId,
  subscription,
  template,
  values,
  vnet,
  vnetId,
  type AzureGround,
} from './support/azure-ground.ts'

const lay = layAzureGround()
let ground: AzureGround
beforeEach(async () => {
  ground = await lay.fresh()
})

function reasonOf(record: ObjectRecord | undefined): string | undefined {
  return findCondition(record?.status.conditions ?? [], 'Ready')?.reason
}

const minutes = 60_000
const files = (size = 1) => ({ template: template(), parameters: values({ size }) })
const statusOf = async (path: string) => (await call(ground, 'GET', path)).status

describe('the usual life of a deployment', () => {
  test('made, changed, left alone, its record deleted', async () => {
    const { driver, sandbox } = ground
    await driver.declare({ tags: { team: 'net' } }, files(2))
    const made = await driver.run()
    expect(await driver.ready()).toMatch(
      /^True: deployment complete in \d+s \(headwater-\w{8}-1, correlation id [-\w]{36}\)$/,
    )
    expect(made?.status.outputs).toEqual({ size: '2' })
    expect((await call(ground, 'GET', deploymentId)).body).toMatchObject({
      tags: {
        team: 'net',
        'headwater-owner': 'hw/we/web',
        'headwater-operation': made?.status.identity?.['operation'],
      },
    })

    await driver.declare({}, files(3))
    expect((await driver.run())?.status.outputs).toEqual({ size: '3' })

    const before = sandbox.calls.counts().total
    await driver.declare({ interval: '1h' }, files(3))
    await driver.run(minutes)
    expect(sandbox.calls.counts().total, 'the same inputs cost no call').toBe(before)

    await driver.leave()
    expect(await driver.run()).toBeUndefined()
    expect(driver.actions).toEqual(['put', 'put', 'delete'])
    expect(await statusOf(deploymentId)).toBe(404)
    expect(await statusOf(vnetId), 'what a plain deployment made stays').toBe(200)
    expect((await driver.events()).at(-1)).toMatch(/^Deleted: .*its resources stay/)
  })

  test('its resource group is made when it is missing and the document says so, else it is waited for', async () => {
    await ground.sandbox.control('reset')
    const { driver } = ground
    await driver.declare({}, files())
    await driver.run(5 * minutes)
    expect(await driver.ready()).toMatch(/^False: resource group web is not there; make it, or set/)
    expect(driver.actions).toEqual([])

    await driver.declare({ scope: newGroup }, files())
    await driver.run()
    expect(driver.actions).toEqual(['create-group', 'put'])
    expect((await call(ground, 'GET', groupId)).body).toMatchObject({
      tags: { 'headwater-owner': 'hw/we/web' },
    })
  })

  test('at a subscription, with a location', async () => {
    const { driver } = ground
    const scope = { subscription: { subscriptionId: defaultSubscription } }
    const group = {
      type: 'Microsoft.Resources/resourceGroups',
      apiVersion: '2024-11-01',
      name: 'made',
      location: 'westeurope',
    }
    await driver.declare({ scope, location: 'westeurope' }, { template: template({ resources: [group] }) })
    await driver.run()
    expect(await driver.ready()).toMatch(/^True: deployment complete/)
    expect(await statusOf(`${subscription}/resourceGroups/made`)).toBe(200)
  })

  test('validated first: what is not valid is told by its code and not deployed', async () => {
    const { driver } = ground
    const bad = template({ resources: [{ ...vnet, name: "[parameters('nome')]" }] })
    await driver.declare({ validate: true }, { template: bad })
    const record = await driver.run()
    expect(driver.actions).toEqual(['validate'])
    expect(await driver.ready()).toMatch(/^False: ARM refused: .*InvalidTemplate: .*nome/)
    expect(record?.status.failedDigest).toBe(record?.inputs?.digest)
    await driver.declare({ validate: true, mode: 'Stack' }, { template: bad })
    await driver.run()
    expect(await driver.ready()).toMatch(/^False: .*InvalidTemplate: .*nome/)
  })

  test('secure outputs and values of secrets are nowhere in the record', async () => {
    const { driver } = ground
    const secretive = {
      ...template({
        outputs: {
          shown: { type: 'object', value: { a: [1, true] } },
          hidden: { type: 'securestring', value: "[parameters('pw')]" },
        },
      }),
      parameters: {
        size: { type: 'int', defaultValue: 1 },
        pw: { type: 'securestring', defaultValue: 'canary-1' },
      },
    }
    await driver.declare({ whatIf: 'report' }, { template: secretive })
    const record = await driver.run()
    expect(record?.status.outputs).toEqual({ shown: '{"a":[1,true]}' })
    expect(JSON.stringify(record) + (await driver.events()).join()).not.toContain('canary-1')
  })

  test('F30 a thousand deployments are one name', async () => {
    const { driver, sandbox } = ground
    for (let size = 1; size <= 5; size++) {
      await driver.declare({}, files(size))
      await driver.run()
    }
    const names = sandbox.calls.recent({ action: 'DeploymentsCreateOrUpdate' }).map(({ name }) => name)
    expect(new Set(names)).toEqual(new Set(['we_web']))
    expect(names).toHaveLength(5)
  })
})

const failing: [string, Record<string, unknown>, RegExp][] = [
  [
    'a provider that refuses at once',
    { at: 'request', status: 409, code: 'StorageAccountAlreadyTaken', message: 'the name is taken' },
    /vnet \(Microsoft.Network\/virtualNetworks\): StorageAccountAlreadyTaken: "the name is taken"/,
  ],
  [
    'a provider that accepts and fails later',
    { at: 'later', code: 'AllocationFailed', message: 'no room' },
    /vnet \(Microsoft.Network\/virtualNetworks\): AllocationFailed: "no room"/,
  ],
]
const plainly: [string, Record<string, unknown>, RegExp][] = [
  ['policy', { type: vnet.type, name: 'no-networks' }, /vnet: RequestDisallowedByPolicy: .*no-networks/],
  ['quota', { type: vnet.type, name: 'networks', limit: 0 }, /QuotaExceeded: .*networks quota/],
]

describe('a failure names the resource, its type and the code, and says what comes next', () => {
  const next = /; retries when its inputs change, or: headwater reconcile azure web -n we --force$/

  test.each(['Incremental', 'Stack'].flatMap((mode) => failing.map((one) => [mode, ...one] as const)))(
    '%s: %s',
    async (mode, _, fault, want) => {
      const { driver, sandbox } = ground
      await sandbox.control('fail-resource', { id: vnetId, ...fault, times: 1 })
      await driver.declare({ mode }, files())
      const record = await driver.run()
      expect(reasonOf(record)).toBe('DeploymentFailed')
      expect(await driver.ready()).toMatch(want)
      expect(await driver.ready()).toMatch(next)
      expect(driver.actions, 'not tried again by itself').toEqual(['put'])
      await driver.request(true)
      await driver.run()
      expect(await driver.ready()).toMatch(/^True: /)
    },
  )
  test.each(plainly)('%s', async (rule, body, want) => {
    const { driver, sandbox } = ground
    await sandbox.control(rule, body)
    await driver.declare({}, files())
    await driver.run()
    expect(await driver.ready()).toMatch(want)
    expect(await driver.ready()).toMatch(next)
  })
  test('a provider’s own JSON as text in a message', async () => {
    const { driver, sandbox } = ground
    await sandbox.control('text-answers', { id: vnetId })
    await sandbox.control('fail-resource', {
      id: vnetId,
      at: 'request',
      code: 'BadPrefix',
      message: 'a prefix',
    })
    await driver.declare({}, files())
    await driver.run()
    expect(await driver.ready()).toMatch(/vnet \(Microsoft.Network\/virtualNetworks\): BadPrefix: "a prefix"/)
  })
  test('a resource of a nested deployment, at another scope', async () => {
    const { driver, sandbox } = ground
    await call(
      ground,
      'PUT',
      `${subscription}/resourceGroups/other`,
      { location: 'westeurope' },
      '2025-04-01',
    )
    const id = `${subscription}/resourceGroups/other/providers/Microsoft.Network/virtualNetworks/inner`
    await sandbox.control('fail-resource', { id, code: 'InnerFailed', message: 'deep down' })
    const nested = {
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2025-04-01',
      name: 'nested',
      resourceGroup: 'other',
      properties: {
        mode: 'Incremental',
        expressionEvaluationOptions: { scope: 'inner' },
        template: {
          $schema: template()['$schema'],
          contentVersion: '1.0.0.0',
          resources: [{ ...vnet, name: 'inner', tags: {} }],
        },
      },
    }
    await driver.declare({}, { template: template({ resources: [nested] }) })
    await driver.run()
    expect(await driver.ready()).toMatch(
      /inner \(Microsoft.Network\/virtualNetworks\): InnerFailed: "deep down"/,
    )
  })
  test('an output that cannot be worked out', async () => {
    const { driver } = ground
    const outputs = { bad: { type: 'string', value: "[reference('vnet').nosuch.thing]" } }
    await driver.declare({}, { template: template({ outputs }) })
    await driver.run()
    expect(await driver.ready()).toMatch(/outputs \(of the template\): InvalidTemplate: .*nosuch/)
  })
  test('rights that show late: tried again, and in the end it works', async () => {
    const { driver, sandbox } = ground
    const fault = {
      id: vnetId,
      at: 'request',
      status: 400,
      code: 'PrincipalNotFound',
      message: 'no such principal',
    }
    await sandbox.control('fail-resource', { ...fault, times: 2 })
    await driver.declare({}, files())
    await driver.run()
    expect(await driver.ready()).toMatch(/^True: deployment complete/)
    expect(driver.actions).toEqual(['put', 'put', 'put'])
  })
  test('rights that never show: a failure after three tries', async () => {
    const { driver, sandbox } = ground
    const fault = { id: vnetId, at: 'request', status: 403, code: 'AuthorizationFailed', message: 'no right' }
    await sandbox.control('fail-resource', fault)
    await driver.declare({}, files())
    await driver.run()
    expect(await driver.ready()).toMatch(
      /^False: deployment failed: vnet .*AuthorizationFailed: "no right"; retries/,
    )
    expect(driver.actions).toHaveLength(4)
  })
  test('somebody cancels it', async () => {
    const { driver, sandbox } = ground
    await driver.declare({}, files())
    await driver.run(minutes, (record) => record.operation?.data['sent'] !== undefined)
    await sandbox.control('cancel-deployment', { id: deploymentId })
    await driver.run()
    expect(await driver.ready()).toMatch(/was cancelled by somebody; what it had made by then stays/)
  })
  test('past its timeout it is cancelled, if the document says so', async () => {
    const { driver, sandbox } = ground
    await sandbox.control('delay-resource', { id: vnetId, ms: 60 * minutes })
    await driver.declare({ timeout: '2m', onTimeout: 'cancel' }, files())
    await driver.run()
    expect(driver.actions).toEqual(['put', 'cancel'])
    expect(await driver.ready()).toMatch(
      /ran for longer than its timeout of 2m and was cancelled, as declared/,
    )
  })
})

const states = [
  'Accepted',
  'Running',
  'Ready',
  'Creating',
  'Created',
  'Updating',
  'NotSpecified',
  'DELETING',
  'Brandnew',
]
const stackStates = [
  'creating',
  'initializing',
  'validating',
  'waiting',
  'deploying',
  'canceling',
  'updatingDenyAssignments',
  'deletingResources',
  'deleting',
  'Running',
]

describe('I1 whatever state it is in, a second one is not begun beside it', () => {
  test.each([
    ...states.map((state) => ['Incremental', 'deployment-state', deploymentId, state] as const),
    ...stackStates.map((state) => ['Stack', 'stack-state', stackId, state] as const),
  ])('%s %s %s %s', async (mode, command, id, state) => {
    const { driver, sandbox } = ground
    await driver.declare({ mode }, files(1))
    await driver.run()
    driver.actions.length = 0
    await sandbox.control(command, { id, state })
    await driver.declare({ mode }, files(2))
    await driver.run(3 * minutes)
    expect(driver.actions).toEqual([])
    expect(await driver.ready()).toContain(state)
    await sandbox.control(command, { id })
    await driver.run()
    expect(driver.actions).toEqual(['put'])
    expect(await driver.ready()).toMatch(/^True: /)
  })
})

describe('somebody else', () => {
  test('F4 runs a deployment of our name: a conflict, until the document takes over', async () => {
    const { driver, sandbox } = ground
    await sandbox.control('foreign-deployment', { id: deploymentId, ms: 5_000 })
    await driver.declare({}, files())
    await driver.run(5 * minutes)
    expect(reasonOf(await driver.record())).toBe('Foreign')
    expect(driver.actions).toEqual([])
    await driver.declare({ adopt: true }, files())
    await driver.run()
    expect(driver.actions).toEqual(['put'])
    expect(await driver.ready()).toMatch(/^True: /)
  })
  test('F26 F28 DeploymentActive: waited for, under the same name', async () => {
    const { driver, sandbox } = ground
    await sandbox.control('foreign-deployment', { id: deploymentId, ms: 4 * minutes })
    await driver.declare({ adopt: true }, files())
    await driver.run(3 * minutes)
    expect(await driver.ready()).toMatch(/somebody else's operation runs on deployment we_web/)
    await driver.run()
    expect(await driver.ready()).toMatch(/^True: /)
    expect(driver.actions).toEqual(['put'])
  })
  test('runs one under our name after us: noticed at the next look, and not overwritten', async () => {
    const { driver, sandbox } = ground
    await driver.declare({ driftInterval: '1h' }, files())
    await driver.run(minutes)
    await sandbox.control('foreign-deployment', { id: deploymentId, ms: 1_000 })
    await driver.run(70 * minutes)
    expect(await driver.ready()).toMatch(/was run by somebody else under our name since .*headwater-owner/)
    expect(driver.actions).toEqual(['put'])
  })
  test('F27 another controller’s stack is not touched, and is left when we leave', async () => {
    const { driver } = ground
    const other = lay.driverOf('other')
    await other.declare({ mode: 'Stack' }, files())
    await other.run()
    await driver.declare({ mode: 'Stack' }, files())
    await driver.run(minutes)
    expect(await driver.ready()).toMatch(/belongs to other\/we\/web; ours would be "hw\/we\/web"/)
    await driver.leave()
    await driver.run()
    expect(await statusOf(stackId)).toBe(200)
    expect(driver.actions).toEqual([])
  })
})

describe('a stack', () => {
  test.each([
    ['detach', {}, 200],
    ['delete', { actionOnUnmanage: { resources: 'delete' } }, 404],
  ] as const)('%s: what leaves its template', async (_, spec, status) => {
    const { driver } = ground
    await driver.declare({ mode: 'Stack', ...spec }, files())
    await driver.run()
    expect(await statusOf(nsgId)).toBe(200)
    await driver.declare({ mode: 'Stack', ...spec }, { template: template({ resources: [vnet] }) })
    await driver.run()
    expect(await driver.ready()).toMatch(/^True: stack complete/)
    expect(await statusOf(nsgId)).toBe(status)
    expect(await statusOf(vnetId)).toBe(200)

    await driver.leave()
    expect(await driver.run()).toBeUndefined()
    expect(await statusOf(stackId)).toBe(404)
    expect(await statusOf(vnetId)).toBe(status)
  })
  test('deny settings reach it, and are a change of inputs', async () => {
    const { driver } = ground
    await driver.declare({ mode: 'Stack' }, files())
    await driver.run()
    await driver.declare({ mode: 'Stack', denySettings: { mode: 'denyDelete' } })
    await driver.run()
    expect((await call(ground, 'GET', stackId)).body).toMatchObject({
      properties: { denySettings: { mode: expect.stringMatching(/denyDelete/i) as string } },
    })
    expect(driver.actions).toEqual(['put', 'put'])
  })
  test('a deployment becomes a stack of the same name', async () => {
    const { driver } = ground
    await driver.declare({}, files())
    await driver.run()
    await driver.declare({ mode: 'Stack' })
    await driver.run()
    expect(await driver.ready()).toMatch(/^True: stack complete/)
    await driver.declare({})
    await driver.run(minutes)
    expect(reasonOf(await driver.record())).toBe('DeploymentMoved')
  })
})

describe('changes made by hand', () => {
  const hourly = { driftInterval: '1h' }

  test.each(['Incremental', 'Stack'])('%s: reported, then put back', async (mode) => {
    const { driver, sandbox } = ground
    await driver.declare({ mode, ...hourly }, files())
    await driver.run(minutes)
    await sandbox.control('change-resource', { id: vnetId, path: '/tags/size', value: '9' })
    await driver.run(70 * minutes)
    const found = await driver.record()
    expect(found?.status.drift?.properties).toEqual([
      { resource: 'vnet', resourceType: vnet.type, path: '/tags/size', expected: '1', actual: '9' },
    ])
    expect(findCondition(found?.status.conditions ?? [], 'Drifted')?.message).toBe(
      'vnet: /tags/size is 9, git says 1',
    )
    expect(await driver.ready()).toMatch(/^True: /)

    await driver.declare({ mode, ...hourly, drift: 'correct' })
    await driver.run(5 * minutes)
    expect((await driver.record())?.status.drift?.properties).toEqual([])
    expect((await call(ground, 'GET', vnetId)).body).toMatchObject({ tags: { size: '1' } })
    expect((await driver.events()).join('\n')).toMatch(/DriftCorrected: drift correction complete/)
  })
  test('a resource that was deleted is reported, and made again', async () => {
    const { driver, sandbox } = ground
    await driver.declare({ ...hourly, drift: 'correct' }, files())
    await driver.run(minutes)
    await sandbox.control('delete-resource', { id: nsgId })
    await driver.run(70 * minutes)
    expect((await driver.events()).join('\n')).toMatch(/DriftDetected: nsg was deleted/)
    expect(await statusOf(nsgId)).toBe(200)
  })
  test('nothing changed: no drift, and the look cost no deployment', async () => {
    const { driver } = ground
    await driver.declare({ ...hourly, drift: 'correct' }, files())
    await driver.run(130 * minutes)
    expect(driver.actions).toEqual(['put', 'what-if', 'what-if'])
    expect((await driver.record())?.status.drift?.properties).toEqual([])
  })
  test('what ARM cannot tell of is unknown, and said once', async () => {
    const { driver } = ground
    const state = "[reference('vnet').provisioningState]"
    const resources = [vnet, { ...nsg, tags: { of: state } }]
    await driver.declare(hourly, { template: template({ resources }) })
    await driver.run(190 * minutes)
    const { drift } = (await driver.record())?.status ?? {}
    expect(drift?.properties).toEqual([])
    const told = (await driver.events()).filter((event) => event.startsWith('DriftUnknown'))
    expect(drift?.unchecked).toEqual(['nsg: tags.of is only known when it is deployed'])
    expect(told).toHaveLength(1)
  })
})

describe('a gate', () => {
  test('holds what would change until somebody says yes to just that', async () => {
    const { driver, sandbox } = ground
    await driver.declare({ whatIf: 'gate' }, files(1))
    await driver.run()
    expect(await driver.ready()).toMatch(/^False: held: .*2 to create: .*headwater approve azure web -n we$/)
    expect((await driver.record())?.status.held?.lines).toContain('+ vnet  Microsoft.Network/virtualNetworks')
    const before = sandbox.calls.counts().total
    await driver.run(24 * 60 * minutes)
    expect(sandbox.calls.counts().total, 'waiting costs nothing').toBe(before)

    await call(ground, 'PUT', nsgId, { location: 'westeurope', properties: {} })
    await driver.approve()
    await driver.run()
    expect(await driver.ready(), 'the cloud is another than was shown').toMatch(/^False: held: /)
    await driver.approve()
    await driver.run()
    expect(await driver.ready()).toMatch(/^True: deployment complete/)
    expect((await driver.events()).join('\n')).toMatch(/Approved: approved by ana/)

    await driver.declare({ whatIf: 'gate' }, files(2))
    await driver.run()
    expect(await driver.ready()).toMatch(/^False: held: .*1 to modify: ~ vnet/)
  })
  test('that only reports says what it foresees and goes on', async () => {
    const { driver } = ground
    await driver.declare({ whatIf: 'report' }, files(1))
    await driver.run()
    expect(await driver.ready()).toMatch(/^True: /)
    expect((await driver.events()).join('\n')).toMatch(/WhatIf: what-if: 2 to create: \+ nsg, \+ vnet/)
  })
})

describe('throttling', () => {
  test('F29 Retry-After is written down, never slept', async () => {
    const { driver, sandbox, clock } = ground
    await sandbox.control('throttle', { service: 'arm', retryAfterSeconds: 47, times: 1 })
    await driver.declare({}, files())
    const begun = clock.now()
    const record = await driver.run(0)
    expect(clock.now()).toBe(begun)
    expect((record?.status.nextAttemptAt ?? 0) - begun).toBeGreaterThanOrEqual(47_000)
    await driver.run()
    expect(await driver.ready()).toMatch(/^True: /)
  })
  test('F18 a 429 that says another operation runs is no throttle', async () => {
    const { driver, sandbox } = ground
    const fault = { service: 'arm', method: 'PUT', code: 'RetryableErrorDueToAnotherOperation', times: 2 }
    await sandbox.control('throttle', fault)
    await driver.declare({}, files())
    await driver.run()
    expect(await driver.ready()).toMatch(/^True: /)
    expect((await driver.record())?.status.failures).toBeUndefined()
  })
  test('what ARM says is left is all that is used', async () => {
    const { sandbox } = ground
    await sandbox.control('limits', { reads: { burst: 20, perSecond: 0.5 } })
    await sandbox.control('delay-resource', { id: vnetId, ms: 2 * minutes })
    await ground.driver.declare({}, files())
    await ground.driver.run()
    expect(await ground.driver.ready()).toMatch(/^True: /)
    const throttled = sandbox.calls.recent({ service: 'arm' }).filter(({ status }) => status === 429)
    expect(throttled.length).toBeLessThanOrEqual(2)
  })
})
