import { beforeEach, describe, expect, test } from 'vitest'
import { findCondition } from '../src/api/condition.ts'
import type { ObjectRecord } from '../src/api/record.ts'
import {
  call,
  deploymentId,
  layAzureGround,
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
  test.each(['Incremental', 'Stack'])(
    'past its timeout it is cancelled, if the document says so: %s',
    async (mode) => {
      const { driver, sandbox } = ground
      await sandbox.control('delay-resource', { id: vnetId, ms: 10 * minutes })
      await driver.declare({ mode, timeout: '2m', onTimeout: 'cancel' }, files())
      await driver.run()
      expect(driver.actions).toEqual(['put', 'cancel'])
      expect(await driver.ready()).toMatch(
        /ran for longer than its timeout of 2m and was cancelled, as declared/,
      )
    },
  )
})
