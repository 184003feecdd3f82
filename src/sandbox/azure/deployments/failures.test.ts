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

const minute = 60_000
const base = '/resourcegroups/rg/providers/Microsoft.Resources/deployments'
const path = `${base}/web`
const idOf = (type: string, name: string) => `${subscription}/resourceGroups/rg/providers/${type}/${name}`
const netId = idOf('Microsoft.Network/networkSecurityGroups', 'net')

function nested(
  name: string,
  resources: unknown,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    type: 'Microsoft.Resources/deployments',
    apiVersion: '2022-09-01',
    name,
    ...more,
    properties: { mode: 'Incremental', template: templateOf(resources) },
  }
}

describe('failures', () => {
  let ground: ArmGround
  beforeEach(async () => {
    ground = await createArmGround()
    await ground.group('rg')
  })
  afterEach(() => ground.close())

  const deploy = async (template: unknown, more: Record<string, unknown> = {}, apiVersion = '2025-04-01') => {
    const { headers } = await ground.call(
      'PUT',
      path,
      { properties: { mode: 'Incremental', template, ...more } },
      { apiVersion },
    )
    ground.clock.advance(10 * minute)
    const status = (await ground.call('GET', headers.get('azure-asyncoperation') ?? '')).body
    return { status, properties: await ground.properties(path) }
  }

  it('of a provider that refuses: its code and message are the leaf', async () => {
    const { status, properties } = await deploy(templateOf([account('Bad_Name'), nsg('net')]))
    const error = {
      code: 'DeploymentFailed',
      target: idOf('Microsoft.Resources/deployments', 'web'),
      message:
        'At least one resource deployment operation failed. Please list deployment operations for details. Please see https://aka.ms/arm-deployment-operations for usage details.',
      details: [{ code: 'AccountNameInvalid', message: expect.stringContaining('Bad_Name is not a valid') }],
    }
    expect(status).toEqual({ status: 'Failed', error })
    expect(properties).toMatchObject({ provisioningState: 'Failed', error })
    expect(properties).not.toHaveProperty('outputs')
    expect(properties).not.toHaveProperty('outputResources')
    // The other branch went on.
    expect((await ground.call('GET', netId)).status).toBe(200)
  })

  it('of a provider that took the write and failed', async () => {
    await ground.control('fail-resource', {
      id: netId,
      at: 'later',
      code: 'NetworkBroken',
      message: 'no net today',
    })
    const { properties } = await deploy(templateOf([nsg('net'), nsg('needs', { dependsOn: ['net'] })]))
    expect(objectOf(properties['error'])['details']).toEqual([
      {
        code: 'ResourceDeploymentFailure',
        target: netId,
        message:
          "The resource write operation failed to complete successfully, because it reached terminal provisioning state 'Failed'.",
        details: [{ code: 'NetworkBroken', message: 'no net today' }],
      },
    ])
    // What needed it never began.
    expect((await ground.call('GET', idOf('Microsoft.Network/networkSecurityGroups', 'needs'))).status).toBe(
      404,
    )
  })

  it('of a provider that answers in a form of its own: text of JSON', async () => {
    await ground.control('fail-resource', {
      id: netId,
      at: 'request',
      status: 400,
      code: 'Odd',
      message: 'in its own way',
    })
    await ground.control('text-answers', { id: netId })
    const { properties } = await deploy(templateOf([nsg('net')]))
    expect(objectOf(properties['error'])['details']).toEqual([
      {
        code: 'BadRequest',
        message: '{\r\n  "error": {\r\n    "code": "Odd",\r\n    "message": "in its own way"\r\n  }\r\n}',
      },
    ])
  })

  it.each([
    [
      '2025-04-01',
      [
        {
          code: 'ResourceDeploymentFailure',
          details: [{ code: 'DeploymentFailed', details: [{ code: 'AccountNameInvalid' }] }],
        },
      ],
    ],
    [
      '2019-10-01',
      [
        {
          code: 'Conflict',
          message: expect.stringMatching(/^\{\r\n {2}"status": "Failed",\r\n[^]*AccountNameInvalid/),
        },
      ],
    ],
  ])('of a nested deployment, as version %s tells it', async (apiVersion, details) => {
    const { properties } = await deploy(templateOf([nested('in', [account('Bad_Name')])]), {}, apiVersion)
    expect(properties).toMatchObject({ provisioningState: 'Failed', error: { details } })
    expect(await ground.properties(`${base}/in`)).toMatchObject({ provisioningState: 'Failed' })
  })

  const classes: readonly (readonly [code: string, status: number, reason: string])[] = [
    ['AnotherOperationInProgress', 409, 'Conflict'],
    ['RetryableError', 429, 'TooManyRequests'],
    ['RetryableErrorDueToAnotherOperation', 429, 'TooManyRequests'],
    ['RequestTimeout', 408, 'BadRequest'],
    ['AuthorizationFailed', 403, 'Forbidden'],
    ['PrincipalNotFound', 400, 'BadRequest'],
    ['RequestDisallowedByPolicy', 403, 'Forbidden'],
    ['QuotaExceeded', 409, 'Conflict'],
    ['SkuNotAvailable', 409, 'Conflict'],
    ['InternalServerError', 500, 'InternalServerError'],
    ['ServiceUnavailable', 503, 'ServiceUnavailable'],
  ]
  it.each(classes)('of the class %s, at once and later', async (code, status, statusCode) => {
    const entries = async () => {
      const { body } = await ground.call('GET', `${path}/operations`)
      return body['value']
    }
    const failure = { id: netId, status, code, message: 'as it was told', times: 1 }
    await ground.control('fail-resource', { ...failure, at: 'request' })
    const atOnce = await deploy(templateOf([nsg('net')]))
    expect(atOnce.properties).toMatchObject({ provisioningState: 'Failed', error: { details: [{ code }] } })
    expect(await entries()).toMatchObject([
      { properties: { statusCode, statusMessage: { error: { code } }, targetResource: { id: netId } } },
    ])
    await ground.control('fail-resource', { ...failure, at: 'later' })
    const later = await deploy(templateOf([nsg('net')]))
    expect(later.properties).toMatchObject({
      error: {
        details: [{ code: 'ResourceDeploymentFailure', details: [{ code, message: 'as it was told' }] }],
      },
    })
    expect((await deploy(templateOf([nsg('net')]))).properties).toMatchObject({
      provisioningState: 'Succeeded',
    })
  })

  it('of several resources: all are told', async () => {
    const { properties } = await deploy(templateOf([account('Bad_One'), account('Bad_Two')]))
    expect(objectOf(properties['error'])['details']).toMatchObject([
      { message: expect.stringContaining('Bad_One') },
      { message: expect.stringContaining('Bad_Two') },
    ])
  })

  it('of an expression that only the running cloud can answer', async () => {
    const { properties } = await deploy(
      templateOf([
        nsg('net', {
          tags: { t: "[reference(resourceId('Microsoft.Storage/storageAccounts', 'none'), '2023-01-01').x]" },
        }),
      ]),
    )
    expect(objectOf(properties['error'])['details']).toMatchObject([{ code: 'ResourceNotFound' }])
  })

  it('of an output', async () => {
    const { properties } = await deploy(
      templateOf([account('acct1')], {
        outputs: { none: { type: 'string', value: "[reference('acct1').nothing.here]" } },
      }),
    )
    expect(properties).toMatchObject({
      provisioningState: 'Failed',
      error: { details: [{ code: 'DeploymentOutputEvaluationFailed' }] },
    })
    const { body } = await ground.call('GET', `${path}/operations`)
    expect(JSON.stringify(body)).not.toContain('EvaluateDeploymentOutput')
  })

  it('of a policy that only holds by then, a lock, and a group that goes meanwhile', async () => {
    await ground.call('PUT', path, {
      properties: {
        mode: 'Incremental',
        template: templateOf([account('acct1'), nsg('net', { dependsOn: ['acct1'] })]),
      },
    })
    ground.clock.advance(5000)
    await ground.call('GET', path)
    await ground.control('policy', { name: 'no-nets', type: 'Microsoft.Network/networkSecurityGroups' })
    ground.clock.advance(minute)
    expect(await ground.properties(path)).toMatchObject({
      provisioningState: 'Failed',
      error: { details: [{ code: 'RequestDisallowedByPolicy' }] },
    })
  })

  it('falls back on the last that succeeded, under its own name', async () => {
    const good = templateOf([nsg('net')])
    await ground.call('PUT', `${base}/good`, { properties: { mode: 'Incremental', template: good } })
    ground.clock.advance(minute)
    const before = await ground.properties(`${base}/good`)
    const { properties } = await deploy(templateOf([account('Bad_Name')]), {
      onErrorDeployment: { type: 'LastSuccessful' },
    })
    expect(properties).toMatchObject({
      provisioningState: 'Failed',
      onErrorDeployment: { type: 'LastSuccessful', deploymentName: 'good' },
    })
    const after = await ground.properties(`${base}/good`)
    expect(after['provisioningState']).toBe('Succeeded')
    expect(after['correlationId']).toBe(properties['correlationId'])
    expect(after['correlationId']).not.toBe(before['correlationId'])
  })
})

describe('operations', () => {
  let ground: ArmGround
  beforeEach(async () => {
    ground = await createArmGround()
    await ground.group('rg')
  })
  afterEach(() => ground.close())

  const list = async (at: string) => {
    const { body } = await ground.call('GET', at)
    return (Array.isArray(body['value']) ? body['value'] : []).map((entry) => objectOf(entry))
  }

  it('are none at first, then one each, the outputs last', async () => {
    const template = templateOf([account('acct1')], {
      outputs: { blob: { type: 'string', value: "[reference('acct1').primaryEndpoints.blob]" } },
    })
    const { headers } = await ground.call('PUT', path, { properties: { mode: 'Incremental', template } })
    ground.clock.advance(2000)
    expect(await list(`${path}/operations`)).toEqual([])
    ground.clock.advance(2000)
    expect(await list(`${path}/operations`)).toMatchObject([
      {
        properties: { provisioningOperation: 'Create', provisioningState: 'Running', statusCode: 'Accepted' },
      },
    ])
    ground.clock.advance(minute)
    // az asks on a path without the providers segment.
    const entries = await list('/resourcegroups/rg/deployments/web/operations')
    expect(entries.map((entry) => objectOf(entry['properties'])['provisioningOperation'])).toEqual(
      expect.arrayContaining(['Create', 'EvaluateDeploymentOutput', 'Read']),
    )
    const last = entries.at(-1) ?? {}
    expect(headers.get('azure-asyncoperation')).toContain(
      `/operationStatuses/${textOf(last['operationId'])}?`,
    )
    expect(last).toMatchObject({
      properties: { provisioningOperation: 'EvaluateDeploymentOutput', statusCode: 'OK' },
    })
    expect(last['properties']).not.toHaveProperty('targetResource')
    const create =
      entries.find((entry) => objectOf(entry['properties'])['provisioningOperation'] === 'Create') ?? {}
    expect(create).toMatchObject({
      id: expect.stringMatching(/\/deployments\/web\/operations\/[0-9A-F]{16}$/),
      properties: {
        provisioningState: 'Succeeded',
        duration: expect.stringMatching(/^PT\d+(\.\d+)?S$/),
        statusCode: 'Created',
        targetResource: {
          id: idOf('Microsoft.Storage/storageAccounts', 'acct1'),
          resourceType: 'Microsoft.Storage/storageAccounts',
          resourceName: 'acct1',
        },
      },
    })
    const one = await ground.call('GET', `${path}/operations/${textOf(create['operationId'])}`)
    expect(one.body).toEqual(create)
    const none = await ground.call('GET', `${path}/operations/0000000000000000`)
    expect([none.status, objectOf(none.body['error'])['code']]).toEqual([404, 'DeploymentOperationNotFound'])
  })

  it('tell a failure a second before the deployment does', async () => {
    await ground.control('delay-resource', { id: netId, ms: 10_000 })
    await ground.control('fail-resource', { id: netId, at: 'later', code: 'Broken', message: 'so it is' })
    await ground.call('PUT', path, {
      properties: { mode: 'Incremental', template: templateOf([nsg('net')]) },
    })
    ground.clock.advance(11_000)
    expect((await ground.properties(path))['provisioningState']).toBe('Running')
    expect(await list(`${path}/operations`)).toMatchObject([
      {
        properties: {
          provisioningState: 'Failed',
          statusCode: 'Conflict',
          statusMessage: { status: 'Failed', error: { details: [{ code: 'Broken', message: 'so it is' }] } },
        },
      },
    ])
    ground.clock.advance(1000)
    expect((await ground.properties(path))['provisioningState']).toBe('Failed')
  })
})

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
