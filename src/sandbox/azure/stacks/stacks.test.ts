import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ArmGround } from '../../../../test/support/arm-ground.ts'
import {
  account,
  createArmGround,
  nsg,
  objectOf,
  subscription,
  templateOf,
} from '../../../../test/support/arm-ground.ts'
import type { StackCalls } from '../../../../test/support/arm-stacks.ts'
import { codeOf, idOf, netId, stackCalls, stackId, stackPath } from '../../../../test/support/arm-stacks.ts'

const minute = 60_000
const remove = { resources: 'delete', resourceGroups: 'delete', managementGroups: 'delete' }
const detach = { resources: 'detach' }

describe('stacks', () => {
  let ground: ArmGround
  beforeEach(async () => {
    ground = await createArmGround()
    await ground.group('rg', 'West Europe')
  })
  afterEach(() => ground.close())

  const put: StackCalls['put'] = (...args) => stackCalls(ground).put(...args)
  const deploy: StackCalls['deploy'] = (...args) => stackCalls(ground).deploy(...args)
  const state = () => stackCalls(ground).state()
  const there = async (resource: string) => (await ground.call('GET', resource)).status === 200

  it('are initializing at first: 201, then 200, the lists empty, the url of the operation signed', async () => {
    const template = templateOf([nsg('one')], {
      parameters: {
        Foo: { type: 'string', defaultValue: '' },
        hush: { type: 'securestring', defaultValue: '' },
      },
    })
    const first = await put(template, {
      parameters: { Foo: { value: 'abc' }, hush: { value: 'canary' } },
      description: 'all of it',
    })
    expect(first.status).toBe(201)
    expect(first.headers.get('location')).toBeNull()
    const status = first.headers.get('azure-asyncoperation') ?? ''
    expect(status).toMatch(
      /\/providers\/Microsoft\.Resources\/locations\/westeurope\/deploymentStackOperationStatus\/[\da-f-]{36}\?api-version=2024-03-01&t=\d+&c=/,
    )
    expect(Object.keys(first.body)).toEqual(['tags', 'properties', 'systemData', 'id', 'type', 'name'])
    expect(first.body).toMatchObject({
      id: stackId,
      name: 'app',
      type: 'Microsoft.Resources/deploymentStacks',
      tags: {},
    })
    expect(first.body['properties']).toEqual({
      actionOnUnmanage: { resources: 'detach', resourceGroups: 'detach', managementGroups: 'detach' },
      description: 'all of it',
      denySettings: { mode: 'none', applyToChildScopes: false },
      parameters: { Foo: { value: 'abc', type: 'string' }, hush: { type: 'securestring' } },
      resources: [],
      provisioningState: 'initializing',
      detachedResources: [],
      deletedResources: [],
      failedResources: [],
      correlationId: first.headers.get('x-ms-correlation-request-id'),
    })
    expect((await ground.call('GET', status)).body).toEqual({
      id: expect.stringMatching(/\/deploymentStackOperationStatus\/[\da-f-]{36}$/),
      name: expect.stringMatching(/^[\da-f-]{36}$/),
      status: 'initializing',
    })
    ground.clock.advance(10 * minute)
    expect((await ground.call('GET', status)).body).toMatchObject({ status: 'succeeded' })
    expect((await put(template)).status).toBe(200)
  })

  it('succeed with what they manage, a deployment with a name of its own, and outputs', async () => {
    const template = templateOf([account('acct1'), nsg('one')], {
      outputs: { Blob: { type: 'string', value: "[reference('acct1').primaryEndpoints.blob]" } },
    })
    const properties = await deploy(template)
    expect(properties).toMatchObject({
      provisioningState: 'succeeded',
      deploymentId: expect.stringMatching(
        /\/resourceGroups\/rg\/providers\/Microsoft\.Resources\/deployments\/app-26010100[a-z2-7]{5}$/,
      ),
      duration: expect.stringMatching(/^PT\d+(\.\d+)?S$/),
      outputs: { blob: { type: 'String', value: 'https://acct1.blob.core.windows.net/' } },
      resources: [
        { status: 'managed', denyStatus: 'none', id: netId('one') },
        { status: 'managed', denyStatus: 'none', id: idOf('Microsoft.Storage/storageAccounts', 'acct1') },
      ],
    })
    const deployment = properties['deploymentId']
    expect((await ground.call('GET', typeof deployment === 'string' ? deployment : '')).status).toBe(200)
    const again = await deploy(template)
    expect(again['deploymentId']).not.toBe(deployment)
    expect(await deploy(templateOf([]))).not.toHaveProperty('outputs')
  })

  it('detach what is dropped by default, and delete it if they are told to', async () => {
    await deploy(templateOf([nsg('one'), nsg('two'), nsg('three')]))
    const detached = await deploy(templateOf([nsg('one'), nsg('two')]))
    expect(detached).toMatchObject({
      detachedResources: [{ id: netId('three') }],
      deletedResources: [],
      resources: [{ id: netId('one') }, { id: netId('two') }],
    })
    expect(await there(netId('three'))).toBe(true)
    const deleted = await deploy(templateOf([nsg('one')]), { actionOnUnmanage: remove })
    expect(deleted).toMatchObject({
      detachedResources: [],
      deletedResources: [{ id: netId('two') }],
      resources: [{ id: netId('one') }],
    })
    expect(await there(netId('two'))).toBe(false)
    // The lists tell of the last operation alone.
    expect(await deploy(templateOf([nsg('one')]))).toMatchObject({
      deletedResources: [],
      detachedResources: [],
    })
  })

  it('pass through their phases, with empty lists until the end', async () => {
    await deploy(templateOf([nsg('one'), nsg('two')]), { denySettings: { mode: 'denyDelete' } })
    await put(templateOf([nsg('one')]), { actionOnUnmanage: remove, denySettings: { mode: 'denyDelete' } })
    const seen: Record<string, { lists: number; deploymentId: boolean; deny: unknown }> = {}
    for (let second = 0; second < 60; second += 1) {
      // oxlint-disable-next-line no-await-in-loop
      const properties = await ground.properties(stackPath)
      const resources = Array.isArray(properties['resources']) ? properties['resources'] : []
      seen[textOf(properties['provisioningState'])] ??= {
        lists: resources.length,
        deploymentId: properties['deploymentId'] !== undefined,
        deny: objectOf(resources[0])['denyStatus'],
      }
      ground.clock.advance(1000)
    }
    expect(Object.keys(seen)).toEqual([
      'initializing',
      'validating',
      'deploying',
      'deletingResources',
      'updatingDenyAssignments',
      'succeeded',
    ])
    expect(seen).toMatchObject({
      initializing: { lists: 0, deploymentId: false },
      deploying: { lists: 0, deploymentId: true },
      deletingResources: { lists: 0, deploymentId: true },
      updatingDenyAssignments: { lists: 1, deny: 'none' },
      succeeded: { lists: 1, deny: 'denyDelete' },
    })
  })

  it('refuse while they are at work, and go on afterwards', async () => {
    await put(templateOf([nsg('one')]))
    ground.clock.advance(6000)
    await ground.properties(stackPath)
    const busy = await put(templateOf([]))
    expect(codeOf(busy)).toEqual([409, 'DeploymentStackInNonTerminalState'])
    expect(objectOf(busy.body['error'])['message']).toContain(
      `'${stackId}' could not be deployed as it is already in a non-terminal state 'Deploying'`,
    )
    expect(codeOf(await ground.call('DELETE', stackPath))).toEqual([409, 'DeploymentStackInNonTerminalState'])
    ground.clock.advance(minute)
    expect((await put(templateOf([]))).status).toBe(200)
  })

  it('fail with the deployment’s reasons, and keep what they manage', async () => {
    await deploy(templateOf([nsg('one')]))
    const { headers } = await put(templateOf([nsg('one'), nsg('two'), account('Bad_Name')]), {
      actionOnUnmanage: remove,
    })
    ground.clock.advance(10 * minute)
    const failed = await ground.properties(stackPath)
    expect(failed).toMatchObject({
      provisioningState: 'failed',
      error: {
        code: 'DeploymentStackUpdateFailed',
        message: `One or more stages of deploymentStack update failed. Correlation id: '${textOf(failed['correlationId'])}'.`,
        details: [{ code: 'DeploymentFailed', details: [{ code: 'AccountNameInvalid' }] }],
      },
      resources: [{ id: netId('one') }, { id: netId('two') }],
    })
    expect((await ground.call('GET', headers.get('azure-asyncoperation') ?? '')).body).toMatchObject({
      status: 'failed',
      error: { code: 'DeploymentStackUpdateFailed' },
    })
    expect(await deploy(templateOf([nsg('one'), nsg('two')]))).not.toHaveProperty('error')
  })

  it('fail with what is wrong with the template while they validate it', async () => {
    await deploy(templateOf([nsg('one')]))
    const answer = await put(templateOf([account("[nothing('x')]")]))
    expect(answer.status).toBe(200)
    ground.clock.advance(minute)
    expect(await ground.properties(stackPath)).toMatchObject({
      provisioningState: 'failed',
      error: { code: 'DeploymentStackUpdateFailed', details: [{ code: 'InvalidTemplate' }] },
      resources: [{ id: netId('one') }],
    })
  })

  it('fail where a dropped resource cannot be deleted, and keep it', async () => {
    await deploy(templateOf([nsg('one'), nsg('two')]))
    await ground.control('fail-resource', {
      id: netId('two'),
      on: 'delete',
      code: 'InUse',
      message: 'a subnet uses it',
    })
    const failed = await deploy(templateOf([nsg('one')]), { actionOnUnmanage: remove })
    expect(failed).toMatchObject({
      provisioningState: 'failed',
      error: { details: [{ code: 'DeploymentStackDeleteResourcesFailed' }] },
      resources: [
        { id: netId('one'), status: 'managed' },
        { id: netId('two'), status: 'deleteFailed' },
      ],
      failedResources: [
        {
          id: netId('two'),
          error: {
            code: 'DeletionFailed',
            message: expect.stringMatching(/^Resource could not be deleted\. a subnet uses it/),
          },
        },
      ],
    })
  })

  it('are canceled with their deployment', async () => {
    await put(templateOf([account('acct1')]))
    ground.clock.advance(8000)
    const deployment = (await ground.properties(stackPath))['deploymentId']
    await ground.call('POST', `${textOf(deployment)}/cancel`, undefined, { apiVersion: '2025-04-01' })
    const states = new Set<unknown>()
    for (let second = 0; second < 50; second += 1) {
      // oxlint-disable-next-line no-await-in-loop
      states.add(await state())
      ground.clock.advance(1000)
    }
    expect([...states]).toEqual(['deploying', 'canceling', 'canceled'])
    expect((await put(templateOf([]))).status).toBe(200)
  })

  it('are deleted at once where all is detached', async () => {
    await deploy(templateOf([nsg('one')]))
    const query =
      'unmanageAction.Resources=detach&unmanageAction.ResourceGroups=detach&unmanageAction.ManagementGroups=detach'
    const deleted = await ground.call('DELETE', `${stackPath}?${query}&api-version=2024-03-01`)
    expect([deleted.status, deleted.body, deleted.headers.get('azure-asyncoperation')]).toEqual([
      200,
      {},
      null,
    ])
    expect(codeOf(await ground.call('GET', stackPath))).toEqual([404, 'DeploymentStackResourceNotFound'])
    expect(await there(netId('one'))).toBe(true)
    expect((await ground.call('DELETE', stackPath)).status).toBe(204)
  })

  it('are deleted with their resources over time', async () => {
    await deploy(templateOf([nsg('one')]))
    const query =
      'unmanageAction.Resources=delete&unmanageAction.ResourceGroups=detach&unmanageAction.ManagementGroups=detach'
    const deleted = await ground.call('DELETE', `${stackPath}?${query}&api-version=2024-03-01`)
    const status = deleted.headers.get('azure-asyncoperation') ?? ''
    expect([deleted.status, deleted.body, deleted.headers.get('location')]).toEqual([202, {}, null])
    expect(status).toContain('unmanageAction.Resources=delete')
    const told = async () => (await ground.call('GET', status)).body['status']
    expect([await told(), await state()]).toEqual(['deleting', 'deleting'])
    ground.clock.advance(2000)
    expect([await told(), await state()]).toEqual(['deletingResources', 'deletingResources'])
    ground.clock.advance(minute)
    expect(await told()).toBe('succeeded')
    expect((await ground.call('GET', stackPath)).status).toBe(404)
    expect(await there(netId('one'))).toBe(false)
  })

  it('stay, failed, where a deletion fails', async () => {
    await deploy(templateOf([nsg('one'), nsg('two')]))
    await ground.control('fail-resource', { id: netId('two'), on: 'delete' })
    const { headers } = await ground.call(
      'DELETE',
      `${stackPath}?unmanageAction.Resources=delete&api-version=2024-03-01`,
    )
    ground.clock.advance(minute)
    expect((await ground.call('GET', headers.get('azure-asyncoperation') ?? '')).body).toMatchObject({
      status: 'failed',
      error: {
        code: 'DeploymentStackDeleteFailed',
        details: [{ code: 'DeploymentStackDeleteResourcesFailed' }],
      },
    })
    expect(await ground.properties(stackPath)).toMatchObject({
      provisioningState: 'failed',
      resources: [{ id: netId('two'), status: 'deleteFailed' }],
      deletedResources: [{ id: netId('one') }],
    })
  })

  it('live in a subscription, with the group that they make, and in a management group', async () => {
    const at = `${subscription}/providers/Microsoft.Resources/deploymentStacks/all`
    const group = {
      type: 'Microsoft.Resources/resourceGroups',
      apiVersion: '2022-09-01',
      name: 'fresh',
      location: 'West US',
    }
    const inner = {
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2022-09-01',
      name: 'in',
      resourceGroup: 'fresh',
      dependsOn: ["[resourceId('Microsoft.Resources/resourceGroups', 'fresh')]"],
      properties: { mode: 'Incremental', template: templateOf([nsg('net')]) },
    }
    expect(codeOf(await put(templateOf([group]), {}, at))).toEqual([400, 'LocationRequired'])
    const made = await put(templateOf([group, inner]), { actionOnUnmanage: remove }, at, {
      location: 'North Europe',
      tags: { a: 'b' },
    })
    expect(made.body).toMatchObject({ id: at, location: 'northeurope', tags: { a: 'b' } })
    expect(made.headers.get('azure-asyncoperation')).toContain(
      '/locations/northeurope/deploymentStackOperationStatus/',
    )
    ground.clock.advance(10 * minute)
    expect(await ground.properties(at)).toMatchObject({
      provisioningState: 'succeeded',
      resources: [
        { id: `${subscription}/resourceGroups/fresh` },
        { id: `${subscription}/resourceGroups/fresh/providers/Microsoft.Network/networkSecurityGroups/net` },
      ],
    })
    await put(templateOf([]), { actionOnUnmanage: remove }, at, { location: 'northeurope' })
    ground.clock.advance(10 * minute)
    expect((await ground.properties(at))['deletedResources']).toHaveLength(2)
    expect(
      (await ground.call('HEAD', '/resourcegroups/fresh', undefined, { apiVersion: '2024-11-01' })).status,
    ).toBe(404)

    const top =
      '/providers/Microsoft.Management/managementGroups/mg/providers/Microsoft.Resources/deploymentStacks/top'
    await put(templateOf([nsg('net')]), { deploymentScope: `${subscription}/resourceGroups/rg` }, top, {
      location: 'westus',
    })
    ground.clock.advance(10 * minute)
    expect(await ground.properties(top)).toMatchObject({
      provisioningState: 'succeeded',
      deploymentScope: `${subscription}/resourceGroups/rg`,
      resources: [{ id: netId('net') }],
    })
  })

  it('are listed, exported, and say what newer versions say', async () => {
    const template = templateOf([nsg('one')], { parameters: { a: { type: 'string', defaultValue: 'x' } } })
    await deploy(template)
    const list = await ground.call('GET', stackPath.replace('/app', ''))
    expect(list.body['value']).toMatchObject([
      { id: stackId, properties: { provisioningState: 'succeeded' } },
    ])
    expect((await ground.call('POST', `${stackPath}/exportTemplate`)).body).toEqual({ template })
    const newer = await ground.call('GET', stackPath, undefined, { apiVersion: '2025-07-01' })
    expect(objectOf(newer.body['properties'])['actionOnUnmanage']).toMatchObject({
      resourcesWithoutDeleteSupport: 'fail',
    })
  })

  it.each([
    [
      { properties: { template: templateOf([]), denySettings: { mode: 'none' } } },
      /actionOnUnmanage' is required/,
    ],
    [
      {
        properties: {
          template: templateOf([]),
          actionOnUnmanage: { resources: 'keep' },
          denySettings: { mode: 'none' },
        },
      },
      /'keep'; it may be 'delete' or 'detach'/,
    ],
    [
      { properties: { template: templateOf([]), actionOnUnmanage: detach, denySettings: { mode: 'some' } } },
      /'some'; it may be none, denyDelete, denyWriteAndDelete/,
    ],
    [
      { properties: { actionOnUnmanage: detach, denySettings: { mode: 'none' } } },
      /neither a template nor a template link/,
    ],
    [{}, /no 'properties'/],
  ])('refuse %j', async (body, says) => {
    const answer = await ground.call('PUT', stackPath, body)
    expect(codeOf(answer)).toEqual([400, 'InvalidRequestContent'])
    expect(objectOf(answer.body['error'])['message']).toMatch(says)
  })
})

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
