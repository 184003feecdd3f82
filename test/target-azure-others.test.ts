import { beforeEach, describe, expect, test } from 'vitest'
import { findCondition } from '../src/api/condition.ts'
import type { ObjectRecord } from '../src/api/record.ts'
import {
  call,
  deploymentId,
  layAzureGround,
  stackId,
  template,
  values,
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
