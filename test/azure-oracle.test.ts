import { ResourceManagementClient } from '@azure/arm-resources'
import { DeploymentsClient } from '@azure/arm-resourcesdeployments'
import { DeploymentStacksClient } from '@azure/arm-resourcesdeploymentstacks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ArmGround } from './support/arm-ground.ts'
import { account, createArmGround, nsg, subscription, templateOf } from './support/arm-ground.ts'

const subscriptionId = subscription.replace('/subscriptions/', '')
const credential = { getToken: async () => ({ token: 'anybody', expiresOnTimestamp: Date.UTC(2100, 0, 1) }) }
const quick = { updateIntervalInMs: 1 }

/** The official clients, unmodified, over https: what they make of the pretend ARM is what they make of Azure. */
describe('the official JavaScript clients', () => {
  let ground: ArmGround
  let deployments: DeploymentsClient
  let stacks: DeploymentStacksClient
  let resources: ResourceManagementClient
  beforeEach(async () => {
    ground = await createArmGround({ speed: 0, https: true })
    const options = {
      endpoint: ground.sandbox.httpsUrl ?? '',
      tlsOptions: { ca: ground.sandbox.caPem ?? '' },
      retryOptions: { maxRetries: 0 },
    }
    deployments = new DeploymentsClient(credential, subscriptionId, options)
    stacks = new DeploymentStacksClient(credential, subscriptionId, options)
    resources = new ResourceManagementClient(credential, subscriptionId, options)
    await resources.resourceGroups.createOrUpdate('rg', { location: 'westeurope' })
  })
  afterEach(() => ground.close())

  const template = templateOf([account('acct1'), nsg('net')], {
    parameters: { Size: { type: 'int', defaultValue: 1 } },
    outputs: { Blob: { type: 'string', value: "[reference('acct1').primaryEndpoints.blob]" } },
  })
  const deployment = { properties: { mode: 'Incremental' as const, template } }
  const stack = {
    properties: {
      template,
      actionOnUnmanage: { resources: 'delete' },
      denySettings: { mode: 'none' },
    },
  }
  const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
    const list: Item[] = []
    for await (const item of items) list.push(item)
    return list
  }

  describe('resource groups', () => {
    it('create, get, list, update, check, delete', async () => {
      const { resourceGroups } = resources
      expect(
        await resourceGroups.createOrUpdate('two', { location: 'West US', tags: { a: 'b' } }),
      ).toMatchObject({
        name: 'two',
        location: 'westus',
        tags: { a: 'b' },
        properties: { provisioningState: 'Succeeded' },
      })
      expect(await resourceGroups.get('two')).toMatchObject({ location: 'westus' })
      expect((await all(resourceGroups.list())).map(({ name }) => name)).toEqual(['rg', 'two'])
      expect(await resourceGroups.update('two', { tags: { c: 'd' } })).toMatchObject({ tags: { c: 'd' } })
      expect(await resourceGroups.checkExistence('two')).toEqual({ body: true })
      await resourceGroups.beginDeleteAndWait('two', quick)
      expect(await resourceGroups.checkExistence('two')).toEqual({ body: false })
    })
  })

  describe('deployments', () => {
    it('createOrUpdate, get, checkExistence, list', async () => {
      const made = await deployments.deployments.createOrUpdate('rg', 'web', deployment, quick)
      expect(made).toMatchObject({
        name: 'web',
        properties: {
          provisioningState: 'Succeeded',
          parameters: { size: { type: 'Int', value: 1 } },
          outputs: { blob: { type: 'String', value: 'https://acct1.blob.core.windows.net/' } },
          outputResources: [{ id: expect.stringMatching(/net$/) }, { id: expect.stringMatching(/acct1$/) }],
        },
      })
      expect(made.properties?.timestamp).toBeInstanceOf(Date)
      expect(await deployments.deployments.get('rg', 'web')).toEqual(made)
      expect(await deployments.deployments.checkExistence('rg', 'web')).toEqual({ body: true })
      expect(await deployments.deployments.checkExistence('rg', 'none')).toEqual({ body: false })
      expect(await all(deployments.deployments.listByResourceGroup('rg'))).toEqual([made])
      await expect(deployments.deployments.get('rg', 'none')).rejects.toMatchObject({
        statusCode: 404,
        code: 'DeploymentNotFound',
      })
    })

    it('createOrUpdate of what fails: the poller throws the error', async () => {
      const broken = {
        properties: { mode: 'Incremental' as const, template: templateOf([account('Bad_Name')]) },
      }
      await expect(deployments.deployments.createOrUpdate('rg', 'web', broken, quick)).rejects.toMatchObject({
        message: expect.stringContaining('At least one resource deployment operation failed'),
      })
      expect((await deployments.deployments.get('rg', 'web')).properties).toMatchObject({
        provisioningState: 'Failed',
        error: { code: 'DeploymentFailed', details: [{ code: 'AccountNameInvalid' }] },
      })
      const entries = await all(deployments.deploymentOperations.list('rg', 'web'))
      expect(entries).toMatchObject([
        {
          properties: {
            provisioningState: 'Failed',
            statusMessage: { error: { code: 'AccountNameInvalid' } },
          },
        },
      ])
    })

    it('in a subscription, a management group, the tenant, and by scope', async () => {
      const scoped = {
        location: 'westus',
        properties: { mode: 'Incremental' as const, template: templateOf([]) },
      }
      const { deployments: client } = deployments
      expect(await client.createOrUpdateAtSubscriptionScope('web', scoped, quick)).toMatchObject({
        location: 'westus',
      })
      expect(await client.createOrUpdateAtManagementGroupScope('mg', 'web', scoped, quick)).toMatchObject({
        id: '/providers/Microsoft.Management/managementGroups/mg/providers/Microsoft.Resources/deployments/web',
      })
      expect(await client.createOrUpdateAtTenantScope('web', scoped, quick)).toMatchObject({
        id: '/providers/Microsoft.Resources/deployments/web',
      })
      expect(await client.getAtScope(subscription.slice(1), 'web')).toMatchObject({ name: 'web' })
      expect(await all(client.listAtSubscriptionScope())).toHaveLength(1)
      expect(await all(client.listAtTenantScope())).toHaveLength(1)
    })

    it('validate: the result, or a rejection', async () => {
      expect(await deployments.deployments.validate('rg', 'web', deployment, quick)).toMatchObject({
        name: 'web',
        properties: { provisioningState: 'Succeeded', validatedResources: [{ id: expect.any(String) }, {}] },
      })
      const broken = {
        properties: { mode: 'Incremental' as const, template: templateOf([account("[nothing('x')]")]) },
      }
      await expect(deployments.deployments.validate('rg', 'web', broken, quick)).rejects.toThrow(
        // Their poller makes of the 400 with a code what it makes of every failure.
        'The long-running operation has failed',
      )
    })

    it('whatIf', async () => {
      const whatIf = () => deployments.deployments.whatIf('rg', 'web', deployment, quick)
      expect(await whatIf()).toMatchObject({
        status: 'Succeeded',
        changes: [{ changeType: 'Create' }, { changeType: 'Create' }],
      })
      await deployments.deployments.createOrUpdate('rg', 'web', deployment, quick)
      expect(await whatIf()).toMatchObject({
        changes: [{ changeType: 'NoChange' }, { changeType: 'NoChange' }],
      })
    })

    it('cancel', async () => {
      const id = `${subscription}/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/net`
      await ground.control('delay-resource', { id, ms: 60_000 })
      const poller = deployments.deployments.createOrUpdate('rg', 'web', deployment, quick)
      await poller.submitted()
      await deployments.deployments.cancel('rg', 'web')
      await expect(poller.pollUntilDone()).rejects.toThrow(/cancel/i)
      expect((await deployments.deployments.get('rg', 'web')).properties?.provisioningState).toBe('Canceled')
      await expect(deployments.deployments.cancel('rg', 'web')).rejects.toMatchObject({
        statusCode: 409,
        code: 'DeploymentCannotBeCancelled',
      })
    })

    it('delete and exportTemplate', async () => {
      await deployments.deployments.createOrUpdate('rg', 'web', deployment, quick)
      const { template: exported } = await deployments.deployments.exportTemplate('rg', 'web')
      expect(exported).toMatchObject({
        parameters: { Size: { type: 'Int' } },
        resources: [{ name: 'acct1' }, { name: 'net' }],
      })
      await deployments.deployments.delete('rg', 'web', quick)
      expect(await deployments.deployments.checkExistence('rg', 'web')).toEqual({ body: false })
    })

    it('operations and the hash of a template', async () => {
      const { properties } = await deployments.deployments.createOrUpdate('rg', 'web', deployment, quick)
      const entries = await all(deployments.deploymentOperations.list('rg', 'web'))
      expect(entries.map((entry) => entry.properties?.provisioningOperation)).toHaveLength(4)
      const [first] = entries
      expect(await deployments.deploymentOperations.get('rg', 'web', first?.operationId ?? '')).toEqual(first)
      const { templateHash } = await deployments.deployments.calculateTemplateHash(template)
      expect(templateHash).toBe(properties?.templateHash)
    })
  })

  describe('deployment stacks', () => {
    it('create, get, list, update, export', async () => {
      const client = stacks.deploymentStacks
      const made = await client.beginCreateOrUpdateAtResourceGroupAndWait('rg', 'app', stack, quick)
      expect(made).toMatchObject({
        name: 'app',
        properties: {
          provisioningState: 'succeeded',
          resources: [{ status: 'managed', denyStatus: 'none' }, { status: 'managed' }],
          outputs: { blob: { type: 'String' } },
          deletedResources: [],
        },
      })
      expect(await client.getAtResourceGroup('rg', 'app')).toEqual(made)
      expect(await all(client.listAtResourceGroup('rg'))).toHaveLength(1)
      const smaller = { properties: { ...stack.properties, template: templateOf([nsg('net')]) } }
      expect(
        await client.beginCreateOrUpdateAtResourceGroupAndWait('rg', 'app', smaller, quick),
      ).toMatchObject({
        properties: { deletedResources: [{ id: expect.stringMatching(/acct1$/) }] },
      })
      expect(await client.exportTemplateAtResourceGroup('rg', 'app')).toMatchObject({
        template: { resources: [{ name: 'net' }] },
      })
    })

    it('validate', async () => {
      const client = stacks.deploymentStacks
      expect(await client.beginValidateStackAtResourceGroupAndWait('rg', 'app', stack, quick)).toMatchObject({
        properties: { validatedResources: [{ id: expect.any(String) }, {}] },
      })
      const broken = {
        properties: { ...stack.properties, template: templateOf([account("[nothing('x')]")]) },
      }
      await expect(
        client.beginValidateStackAtResourceGroupAndWait('rg', 'app', broken, quick),
      ).rejects.toThrow('Deployment template validation failed')
    })

    it('delete, detaching and deleting', async () => {
      const client = stacks.deploymentStacks
      const exists = () => resources.resources.checkExistenceById(idOf('net'), '2023-11-01')
      await client.beginCreateOrUpdateAtResourceGroupAndWait('rg', 'app', stack, quick)
      await client.beginDeleteAtResourceGroupAndWait('rg', 'app', quick)
      await expect(client.getAtResourceGroup('rg', 'app')).rejects.toMatchObject({
        code: 'DeploymentStackResourceNotFound',
      })
      expect(await exists()).toEqual({ body: true })
      await client.beginCreateOrUpdateAtResourceGroupAndWait('rg', 'app', stack, quick)
      await client.beginDeleteAtResourceGroupAndWait('rg', 'app', {
        ...quick,
        unmanageActionResources: 'delete',
      })
      expect(await exists()).toEqual({ body: false })
    })

    it('in a subscription and a management group', async () => {
      const client = stacks.deploymentStacks
      const scoped = { location: 'westus', properties: { ...stack.properties, template: templateOf([]) } }
      expect(await client.beginCreateOrUpdateAtSubscriptionAndWait('app', scoped, quick)).toMatchObject({
        location: 'westus',
      })
      expect(
        await client.beginCreateOrUpdateAtManagementGroupAndWait('mg', 'app', scoped, quick),
      ).toMatchObject({
        properties: { provisioningState: 'succeeded' },
      })
    })
  })
})

function idOf(name: string): string {
  return `${subscription}/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/${name}`
}
