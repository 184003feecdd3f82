import { beforeEach, describe, expect, test } from 'vitest'
import { findCondition } from '../src/api/condition.ts'
import {
  call,
  layAzureGround,
  nsg,
  nsgId,
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

const minutes = 60_000
const files = (size = 1) => ({ template: template(), parameters: values({ size }) })
const statusOf = async (path: string) => (await call(ground, 'GET', path)).status

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
