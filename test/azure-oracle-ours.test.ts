import { DeploymentsClient } from '@azure/arm-resourcesdeployments'
import { DeploymentStacksClient } from '@azure/arm-resourcesdeploymentstacks'
import { ResourceManagementClient } from '@azure/arm-resources'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAzurePlanner } from '../src/target/azure/planner.ts'
import type { ArmGround } from './support/arm-ground.ts'
import { account, createArmGround, nsg, subscription, templateOf } from './support/arm-ground.ts'
import { createAzureDriver } from './support/azure-driver.ts'
import type { DeployableDriver } from './support/deployable-driver.ts'

const subscriptionId = subscription.replace('/subscriptions/', '')
const credential = { getToken: async () => ({ token: 'anybody', expiresOnTimestamp: Date.UTC(2100, 0, 1) }) }
const quick = { updateIntervalInMs: 1 }
const name = 'we_web'
const group = `${subscription}/resourceGroups/web`

/**
 * The same wish, once by the official clients and once by the controller, each in a cloud of its own: afterwards both
 * clouds are in the same state, and both sides have read the same.
 */
describe('the official clients and ours', () => {
  let theirs: ArmGround
  let ours: ArmGround
  let driver: DeployableDriver
  let deployments: DeploymentsClient['deployments']
  let stacks: DeploymentStacksClient['deploymentStacks']
  beforeEach(async () => {
    theirs = await createArmGround({ speed: 0, https: true })
    ours = await createArmGround({ speed: 0 })
    const options = {
      endpoint: theirs.sandbox.httpsUrl ?? '',
      tlsOptions: { ca: theirs.sandbox.caPem ?? '' },
      retryOptions: { maxRetries: 0 },
    }
    deployments = new DeploymentsClient(credential, subscriptionId, options).deployments
    stacks = new DeploymentStacksClient(credential, subscriptionId, options).deploymentStacks
    driver = createAzureDriver({
      endpoint: ours.sandbox.url,
      clock: ours.clock,
      pass: async (ms) => ours.clock.advance(ms),
      subscriptionId,
    })
    const { resourceGroups } = new ResourceManagementClient(credential, subscriptionId, options)
    await resourceGroups.createOrUpdate('web', { location: 'westeurope' })
    await ours.group('web')
  })
  afterEach(async () => {
    await theirs.close()
    await ours.close()
  })

  const template = templateOf([account('acct1'), nsg('net')], {
    parameters: { Size: { type: 'int', defaultValue: 1 } },
    outputs: {
      Blob: { type: 'string', value: "[reference('acct1').primaryEndpoints.blob]" },
      size: { type: 'int', value: "[parameters('Size')]" },
    },
  })
  const deployment = (more: Record<string, unknown> = {}) => ({
    tags: { team: 'shop' },
    properties: { mode: 'Incremental' as const, template, ...more },
  })
  const stack = (resources: unknown[]) => ({
    tags: { team: 'shop' },
    properties: {
      template: templateOf(resources),
      actionOnUnmanage: { resources: 'delete' },
      denySettings: {
        mode: 'denyDelete',
        excludedActions: [],
        excludedPrincipals: [],
        applyToChildScopes: false,
      },
    },
  })
  const asStack = {
    mode: 'Stack',
    actionOnUnmanage: { resources: 'delete' },
    denySettings: { mode: 'denyDelete' },
  }

  /** What a cloud holds, without what differs from run to run and the marks by which we find our own. */
  async function stateOf(ground: ArmGround) {
    const resources = ground.sandbox.world.graph.below('/').map(({ body }) => body)
    const listOf = async (type: string) => {
      const { body } = await ground.call('GET', `${group}/providers/Microsoft.Resources/${type}`)
      const { value = [] } = body as { value?: { name: string }[] }
      return value.filter((one) => one.name === name)
    }
    const all = {
      resources,
      deployments: await listOf('deployments'),
      stacks: await listOf('deploymentStacks'),
    }
    return JSON.parse(
      JSON.stringify(all)
        .replaceAll(/"headwater-[a-z]+":"[^"]*",?/g, '')
        .replaceAll(/,\}/g, '}')
        .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'guid')
        .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
        .replaceAll(/"PT[\dHMS.]+"/g, '"span"')
        .replaceAll(new RegExp(`${name}-\\d{8}[0-9a-z]+`, 'g'), `${name}-run`),
    ) as unknown
  }
  /** Whoever waits between two looks waits for a clock that only we move. */
  async function whileTimePasses<Answer>(work: Promise<Answer>): Promise<Answer> {
    const state = { isDone: false }
    const done = work.finally(() => (state.isDone = true))
    while (!state.isDone) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      ours.clock.advance(500)
    }
    return done
  }
  const expectSameState = async () => expect(await stateOf(ours)).toEqual(await stateOf(theirs))
  const texts = (outputs: Record<string, { value?: unknown }> = {}) =>
    Object.fromEntries(
      Object.entries(outputs).map(([key, { value }]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    )

  it('make a deployment, change it, and delete its record', async () => {
    const made = await deployments.createOrUpdate('web', name, deployment(), quick)
    await driver.declare({ tags: { team: 'shop' }, deletionPolicy: 'Delete' }, { template })
    const record = await driver.run()
    expect(record?.status.outputs).toEqual(texts(made.properties?.outputs))
    expect(Object.keys(record?.status.outputs ?? {})).toEqual(['blob', 'size'])
    await expectSameState()

    const parameters = { Size: { value: 2 } }
    const changed = await deployments.createOrUpdate('web', name, deployment({ parameters }), quick)
    await driver.declare({ tags: { team: 'shop' }, deletionPolicy: 'Delete' }, { template, parameters })
    expect((await driver.run())?.status.outputs).toEqual(texts(changed.properties?.outputs))
    await expectSameState()

    await deployments.delete('web', name, quick)
    await driver.leave()
    await driver.run()
    expect(await driver.ready()).toBe('gone')
    await expectSameState()
  })

  it('are told the same of what fails', async () => {
    const broken = templateOf([account('Bad_Name'), nsg('net')])
    await expect(
      deployments.createOrUpdate('web', name, deployment({ template: broken }), quick),
    ).rejects.toThrow('At least one resource deployment operation failed')
    const { properties } = await deployments.get('web', name)
    await driver.declare({ tags: { team: 'shop' } }, { template: broken })
    await driver.run()
    const code = properties?.error?.details?.[0]?.code ?? 'no code'
    expect(code).toBe('AccountNameInvalid')
    expect(await driver.ready()).toMatch(new RegExp(`^False: .*Bad_Name.*${code}`))
    await expectSameState()
  })

  it('are refused the same by validate, and leave nothing', async () => {
    const broken = templateOf([account("[nothing('x')]")])
    await expect(deployments.validate('web', name, deployment({ template: broken }), quick)).rejects.toThrow(
      'The long-running operation has failed',
    )
    await driver.declare({ validate: true }, { template: broken })
    await driver.run()
    expect(await driver.ready()).toMatch(/^False: .*nothing/)
    await expectSameState()
  })

  it('foresee the same', async () => {
    await deployments.createOrUpdate('web', name, deployment(), quick)
    await driver.declare({ tags: { team: 'shop' } }, { template })
    const record = await driver.run()
    const next = templateOf([nsg('net', { tags: { owner: 'ana' } }), nsg('second')])
    const { changes = [] } = await deployments.whatIf('web', name, deployment({ template: next }), quick)
    if (record === undefined) throw new Error('no record')
    const plan = createAzurePlanner({
      controllerId: 'hw',
      clock: ours.clock,
      endpoint: ours.sandbox.url,
      tokens: { token: async () => 'test' },
      templateBody: async () => new TextEncoder().encode(JSON.stringify(next)),
    })
    const { template: packaged } = record.inputs?.files ?? {}
    if (packaged === undefined) throw new Error('no template')
    const planned = await whileTimePasses(
      plan({ ...record, inputs: { revision: '', digest: '', files: { template: packaged } } }),
    )
    const kindOf = (type: string) => `${type.slice(0, 1).toLowerCase()}${type.slice(1)}`
    expect(planned.changes.map(({ kind, id }) => `${id} ${kind}`).toSorted()).toEqual(
      changes.map(({ changeType, resourceId }) => `${resourceId} ${kindOf(changeType)}`).toSorted(),
    )
    expect(planned.changes.flatMap(({ properties }) => properties.map(({ path }) => path))).toEqual(
      changes.flatMap(({ delta = [] }) => delta.map(({ path }) => path)),
    )
    await expectSameState()
  })

  it('cancel what runs', async () => {
    const slow = { id: `${group}/providers/Microsoft.Network/networkSecurityGroups/net`, ms: 30 * 60_000 }
    await theirs.control('delay-resource', slow)
    await ours.control('delay-resource', slow)
    const poller = deployments.createOrUpdate('web', name, deployment(), quick)
    await poller.submitted()
    theirs.clock.advance(60_000)
    await deployments.cancel('web', name)
    await expect(poller.pollUntilDone()).rejects.toThrow(/cancel/i)
    await driver.declare({ tags: { team: 'shop' }, timeout: '1m', onTimeout: 'cancel' }, { template })
    await driver.run(10 * 60_000)
    expect(await driver.ready()).toMatch(/^False: .*cancelled, as declared/)
    await expectSameState()
  })

  it('make a stack, take something out of it, and delete it', async () => {
    await stacks.beginCreateOrUpdateAtResourceGroupAndWait(
      'web',
      name,
      stack([account('acct1'), nsg('net')]),
      quick,
    )
    const wish = { ...asStack, tags: { team: 'shop' }, deletionPolicy: 'Delete' }
    await driver.declare(wish, { template: templateOf([account('acct1'), nsg('net')]) })
    await driver.run()
    expect(await driver.ready()).toMatch(/^True/)
    await expectSameState()

    await stacks.beginCreateOrUpdateAtResourceGroupAndWait('web', name, stack([nsg('net')]), quick)
    await driver.declare(wish, { template: templateOf([nsg('net')]) })
    await driver.run()
    await expectSameState()

    await stacks.beginDeleteAtResourceGroupAndWait('web', name, {
      ...quick,
      unmanageActionResources: 'delete',
    })
    await driver.leave()
    await driver.run()
    expect(await driver.ready()).toBe('gone')
    await expectSameState()
  })
})
