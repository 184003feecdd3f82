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
} from './support/azure-deployment-ground.ts'

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

  test('how far it is, while it runs', async () => {
    const { driver, sandbox } = ground
    await sandbox.control('delay-resource', { id: nsgId, ms: 5 * minutes })
    await driver.declare({}, files())
    const record = await driver.run(2 * minutes)
    expect(record?.status.progress).toEqual({ done: 1, total: 2, current: `${nsg.type} nsg` })
    await driver.run()
    expect((await driver.record())?.status.progress).toBeUndefined()
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

  test.each([
    [
      'a management group',
      { managementGroup: { id: 'mg1' } },
      '/providers/Microsoft.Management/managementGroups/mg1',
    ],
    ['the tenant', { tenant: {} }, ''],
  ])('at %s', async (_, scope, scopeId) => {
    const { driver } = ground
    const spec = { scope, location: 'westeurope' }
    await driver.declare(spec, { template: template({ resources: [] }) })
    await driver.run()
    expect(await driver.ready()).toMatch(/^True: deployment complete/)
    expect(await statusOf(`${scopeId}/providers/Microsoft.Resources/deployments/we_web`)).toBe(200)
    await driver.leave()
    expect(await driver.run()).toBeUndefined()
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

describe('a stack that cannot delete what it shall', () => {
  const deleting = { mode: 'Stack', actionOnUnmanage: { resources: 'delete' } }
  const stuck = { id: nsgId, on: 'delete', code: 'InUse', message: 'held by a network' }

  test('when a resource leaves its template', async () => {
    const { driver, sandbox } = ground
    await driver.declare(deleting, files())
    await driver.run()
    await sandbox.control('fail-resource', stuck)
    await driver.declare(deleting, { template: template({ resources: [vnet] }) })
    await driver.run()
    expect(await driver.ready()).toMatch(
      /^False: stack failed: nsg \(Microsoft.Network\/networkSecurityGroups\): .*; retries when/,
    )
  })
  test('when it shall be gone itself', async () => {
    const { driver, sandbox } = ground
    await driver.declare(deleting, files())
    await driver.run()
    await sandbox.control('fail-resource', { ...stuck, times: 1 })
    await driver.leave()
    await driver.run(5 * minutes)
    expect(await driver.ready()).toMatch(/^False: deployment stack we_web .* could not be deleted: nsg /)
    await driver.run()
    expect(await driver.ready()).toBe('gone')
    expect(await statusOf(nsgId)).toBe(404)
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
