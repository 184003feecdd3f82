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

const rg = '/resourcegroups/rg/providers/Microsoft.Resources/deployments/web'
const sub = '/providers/Microsoft.Resources/deployments/web'
const atSubscription = `${subscription}${sub}`

/** A deployment inside a deployment. */
function nested(
  name: string,
  template: unknown,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    type: 'Microsoft.Resources/deployments',
    apiVersion: '2022-09-01',
    name,
    properties: { mode: 'Incremental', template, ...(more['properties'] as object | undefined) },
    ...Object.fromEntries(Object.entries(more).filter(([key]) => key !== 'properties')),
  }
}

describe('validate', () => {
  let ground: ArmGround
  beforeEach(async () => {
    ground = await createArmGround()
    await ground.group('rg')
  })
  afterEach(() => ground.close())

  const validate = (template: unknown, more: Record<string, unknown> = {}, path = rg) =>
    ground.call('POST', `${path}/validate`, {
      ...(path === rg ? {} : { location: 'West US' }),
      properties: { mode: 'Incremental', template, ...more },
    })

  it('answers at once how the deployment would look, and stores nothing', async () => {
    const inner = templateOf([nsg('inner')])
    const { status, body } = await validate(templateOf([nested('in', inner), account('outer1')]))
    expect(status).toBe(200)
    expect(body['properties']).toMatchObject({
      provisioningState: 'Succeeded',
      timestamp: '0001-01-01T00:00:00Z',
      duration: 'PT0S',
      providers: [
        {
          namespace: 'Microsoft.Resources',
          resourceTypes: [{ resourceType: 'deployments', locations: [null] }],
        },
        { namespace: 'Microsoft.Storage' },
      ],
      validatedResources: [
        { id: expect.stringMatching(/\/deployments\/in$/) },
        { id: expect.stringMatching(/\/storageAccounts\/outer1$/) },
        { id: expect.stringMatching(/\/networkSecurityGroups\/inner$/) },
      ],
    })
    expect(body['properties']).not.toHaveProperty('outputs')
    expect((await ground.call('GET', rg)).status).toBe(404)
  })

  it('says what is missing, with its line and column in the text that was sent', async () => {
    const template =
      '{\n  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",\n  "contentVersion": "1.0.0.0",\n  "parameters": {\n    "name": { "type": "string" }\n  },\n  "resources": []\n}'
    const { status, headers, body } = await ground.call('POST', `${rg}/validate`, undefined, {
      text: `{"properties": {"mode": "Incremental", "template": ${template}}}`,
    })
    expect(status).toBe(400)
    expect(headers.get('x-ms-failure-cause')).toBe('gateway')
    expect(body).toEqual({
      error: {
        code: 'InvalidTemplate',
        message:
          "Deployment template validation failed: 'The value for the template parameter 'name' at line '5' and column '13' is not provided. Please see https://aka.ms/arm-create-parameter-file for usage details.'.",
        additionalInfo: [
          {
            type: 'TemplateViolation',
            info: { lineNumber: 5, linePosition: 13, path: 'properties.template.parameters.name' },
          },
        ],
      },
    })
  })

  it('counts lines and columns in the whole body', async () => {
    const template = templateOf([], {
      parameters: { appSku: { type: 'string', allowedValues: ['f1', 'f2'], defaultValue: 'f1' } },
    })
    const properties = { template, parameters: { appSku: { value: 'f4' } }, mode: 'Incremental' }
    const text = JSON.stringify({ properties }, null, 2)
    const { body } = await ground.call('POST', `${rg}/validate`, undefined, { text })
    expect(body['error']).toEqual({
      code: 'InvalidTemplate',
      message:
        "Deployment template validation failed: 'The provided value 'f4' for the template parameter 'appSku' at line '9' and column '28' is not valid. The parameter value is not part of the allowed value(s): 'f1,f2'.'.",
      additionalInfo: [
        {
          type: 'TemplateViolation',
          info: {
            lineNumber: 9,
            linePosition: 28,
            path: 'properties.template.parameters.appSku.allowedValues',
          },
        },
      ],
    })
    const line = await ground.call('POST', `${rg}/validate`, { properties })
    const at = JSON.stringify({ properties }).indexOf('"allowedValues":') + '"allowedValues":'.length + 1
    expect(objectOf(line.body['error'])['message']).toContain(`at line '1' and column '${at}'`)
  })

  it.each([
    [
      { type: 'array' },
      'one',
      /^.*'p' was provided an invalid value. Expected a value of type 'Array', but received a value of type 'String'/,
    ],
    [{ type: 'int' }, 'three', /Expected a value of type 'Integer', but received a value of type 'String'/],
    [{ type: 'bool' }, 1, /Expected a value of type 'Boolean', but received a value of type 'Integer'/],
    [{ type: 'string', maxLength: 2 }, 'abc', /Length of the value should be less than or equal to '2'/],
    [
      { type: 'securestring', minLength: 4 },
      'abc',
      /Length of the value should be greater than or equal to '4'/,
    ],
    [
      { type: 'securestring', allowedValues: ['x'] },
      'abc',
      /^Deployment template validation failed: 'The provided value for the template/,
    ],
    [{ type: 'int', maxValue: 2 }, 3, /The value should be less than or equal to '2'/],
    [{ type: 'array', allowedValues: ['a', 'b'] }, ['c'], /not part of the allowed value\(s\): 'a,b'/],
  ])('tells what is wrong with a value of %j', async (declared, value, says) => {
    const { status, body } = await validate(templateOf([], { parameters: { p: declared } }), {
      parameters: { p: { value } },
    })
    expect(status).toBe(400)
    expect(objectOf(body['error'])).toMatchObject({
      code: 'InvalidTemplate',
      message: expect.stringMatching(says),
    })
    expect(JSON.stringify(body)).not.toContain('abc')
  })

  it('takes items of what is allowed, and nothing where it may be null', async () => {
    const parameters = {
      some: { type: 'array', allowedValues: ['a', 'b'] },
      none: { type: 'string', nullable: true },
    }
    const given = { some: { value: ['a'] }, none: { value: null } }
    expect((await validate(templateOf([], { parameters }), { parameters: given })).status).toBe(200)
  })

  const many = (count: number, make: (index: number) => [string, unknown]) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => make(index)))
  const refusals: { name: string; body: unknown; status: number; code: string; says: RegExp }[] = [
    {
      name: 'a parameter that the template has not',
      body: { template: templateOf([]), parameters: { none: { value: 1 } } },
      status: 400,
      code: 'InvalidTemplate',
      says: /The template parameters 'none' in the parameters file are not valid/,
    },
    {
      name: 'a value of another type',
      body: {
        template: templateOf([], { parameters: { size: { type: 'int' } } }),
        parameters: { size: { value: 'three' } },
      },
      status: 400,
      code: 'InvalidTemplate',
      says: /^Deployment template validation failed: '/,
    },
    {
      name: 'an unknown function',
      body: { template: templateOf([account("[nothing('x')]")]) },
      status: 400,
      code: 'InvalidTemplate',
      says: /The template function 'nothing' is not valid/,
    },
    {
      name: 'what depends on what is not there',
      body: { template: templateOf([account('one', { dependsOn: ['two'] })]) },
      status: 400,
      code: 'InvalidTemplate',
      says: /^Deployment template validation failed: 'The resource '[^']*two' is not defined in the template\. Please see https:\/\/aka\.ms\/arm-template for usage details\.'\.$/,
    },
    {
      name: 'an unknown parameter',
      body: { template: templateOf([account("[parameters('no')]")]) },
      status: 400,
      code: 'InvalidTemplate',
      says: /The template parameter 'no' is not found/,
    },
    {
      name: 'an unknown variable',
      body: { template: templateOf([account("[variables('no')]")]) },
      status: 400,
      code: 'InvalidTemplate',
      says: /The template variable 'no' is not found/,
    },
    {
      name: 'an expression without its end',
      body: { template: templateOf([account("[concat('a']")]) },
      status: 400,
      code: 'InvalidTemplate',
      says: /^Deployment template validation failed: '/,
    },
    {
      name: 'what depends on itself',
      body: {
        template: templateOf([
          nsg('one', { dependsOn: ["[resourceId('Microsoft.Network/networkSecurityGroups', 'two')]"] }),
          nsg('two', { dependsOn: ["[resourceId('Microsoft.Network/networkSecurityGroups', 'one')]"] }),
        ]),
      },
      status: 400,
      code: 'InvalidTemplate',
      says: /[Cc]ircular dependency/,
    },
    {
      name: 'the same resource twice',
      body: { template: templateOf([nsg('one'), nsg('one')]) },
      status: 400,
      code: 'InvalidTemplate',
      says: /defined multiple times in a template/,
    },
    {
      name: 'more than 256 parameters',
      body: {
        template: templateOf([], {
          parameters: many(257, (i) => [`p${i}`, { type: 'int', defaultValue: i }]),
        }),
      },
      status: 400,
      code: 'InvalidTemplate',
      says: /parameters limit exceeded. Limit: '256' and actual: '257'/,
    },
    {
      name: 'more than 256 variables',
      body: { template: templateOf([], { variables: many(257, (i) => [`v${i}`, i]) }) },
      status: 400,
      code: 'InvalidTemplate',
      says: /variables limit exceeded. Limit: '256' and actual: '257'/,
    },
    {
      name: 'more than 64 outputs',
      body: { template: templateOf([], { outputs: many(65, (i) => [`o${i}`, { type: 'int', value: i }]) }) },
      status: 400,
      code: 'InvalidTemplate',
      says: /outputs limit exceeded. Limit: '64' and actual: '65'/,
    },
    {
      name: 'more than 800 resources',
      body: {
        template: templateOf([
          nsg("[concat('n', copyIndex())]", { copy: { name: 'all', count: 800 } }),
          nsg('last'),
        ]),
      },
      status: 400,
      code: 'InvalidTemplate',
      says: /(resources limit exceeded. Limit: '800' and actual: '801')|800/,
    },
    {
      name: 'no template',
      body: {},
      status: 400,
      code: 'InvalidRequestContent',
      says: /neither a template nor a template link/,
    },
    {
      name: 'a link by uri',
      body: { templateLink: { uri: 'https://example.com/t.json' } },
      status: 400,
      code: 'InvalidContentLink',
      says: /downloads nothing/,
    },
    {
      name: 'a template spec',
      body: {
        templateLink: {
          id: `${subscription}/resourceGroups/rg/providers/Microsoft.Resources/templateSpecs/s/versions/1`,
        },
      },
      status: 400,
      code: 'InvalidTemplateSpec',
      says: /no template specs/,
    },
    {
      name: 'parameters by link',
      body: { template: templateOf([]), parametersLink: { uri: 'https://example.com/p.json' } },
      status: 400,
      code: 'InvalidContentLink',
      says: /put the parameters into the request/,
    },
    {
      name: 'a nested deployment to a group that is not there',
      body: { template: templateOf([nested('in', templateOf([]), { resourceGroup: 'none' })]) },
      status: 404,
      code: 'ResourceGroupNotFound',
      says: /^Resource group 'none' could not be found\.$/,
    },
    {
      name: 'what is wrong inside a nested deployment',
      body: {
        template: templateOf([
          nested('in', templateOf([account("[nothing('x')]")]), {
            properties: { expressionEvaluationOptions: { scope: 'inner' } },
          }),
        ]),
      },
      status: 400,
      code: 'InvalidTemplate',
      says: /nothing/,
    },
    {
      name: 'to fall back on what never succeeded',
      body: { template: templateOf([]), onErrorDeployment: { type: 'LastSuccessful' } },
      status: 400,
      code: 'OnErrorDeploymentNotFound',
      says: /no successful deployment was found/,
    },
  ]
  it.each(refusals)('refuses $name', async ({ body, status, code, says }) => {
    for (const [method, path] of [
      ['POST', `${rg}/validate`],
      ['PUT', rg],
    ] as const) {
      const answer = await ground.call(method, path, {
        properties: { mode: 'Incremental', ...(body as object) },
      })
      expect([answer.status, objectOf(answer.body['error'])['code']]).toEqual([status, code])
      expect(objectOf(answer.body['error'])['message']).toMatch(says)
    }
  })

  it('refuses what cannot be meant, whatever the template', async () => {
    const properties = { mode: 'Incremental', template: templateOf([]) }
    const codes = async (path: string, body: unknown) => {
      const answer = await ground.call('PUT', path, body)
      return [answer.status, objectOf(answer.body['error'])['code']]
    }
    expect(await codes(rg, { location: 'westus', properties })).toEqual([400, 'InvalidDeployment'])
    expect(await codes(atSubscription, { properties })).toEqual([400, 'InvalidDeployment'])
    expect(
      await codes(atSubscription, { location: 'westus', properties: { ...properties, mode: 'Complete' } }),
    ).toEqual([400, 'InvalidDeploymentMode'])
    expect(await codes(`${rg}${'x'.repeat(70)}`, { properties })).toEqual([400, 'InvalidDeploymentName'])
    expect(await codes(`${rg}$`, { properties })).toEqual([400, 'InvalidDeploymentName'])
    expect(await codes(rg.replace('/rg/', '/none/'), { properties })).toEqual([404, 'ResourceGroupNotFound'])
    expect(await codes(rg, {})).toEqual([400, 'InvalidRequestContent'])
  })

  it('makes nothing in a group that is going', async () => {
    await ground.call('DELETE', '/resourcegroups/rg', undefined, { apiVersion: '2024-11-01' })
    const properties = { mode: 'Incremental', template: templateOf([]) }
    const stack = {
      template: templateOf([]),
      actionOnUnmanage: { resources: 'detach' },
      denySettings: { mode: 'none' },
    }
    const stackPath = rg.replace('/deployments/', '/deploymentStacks/')
    for (const [path, body] of [
      [rg, { properties }],
      [stackPath, { properties: stack }],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop
      const answer = await ground.call('PUT', path, body)
      expect([answer.status, objectOf(answer.body['error'])['code']]).toEqual([
        409,
        'ResourceGroupBeingDeleted',
      ])
    }
  })

  it('keeps the location of a name', async () => {
    const put = (location: string) =>
      ground.call('PUT', atSubscription, {
        location,
        properties: { mode: 'Incremental', template: templateOf([]) },
      })
    expect(objectOf((await put('West US')).body)['location']).toBe('westus')
    ground.clock.advance(60_000)
    const { status, body } = await put('eastus')
    expect(status).toBe(409)
    expect(body).toEqual({
      error: {
        code: 'InvalidDeploymentLocation',
        message:
          "Invalid deployment location 'eastus'. The deployment 'web' already exists in location 'westus'.",
      },
    })
  })

  it('lets pass what only a provider refuses', async () => {
    expect((await validate(templateOf([account('Name_Not_Good')]))).status).toBe(200)
  })

  it('takes a group that the template makes itself', async () => {
    const template = templateOf([
      {
        type: 'Microsoft.Resources/resourceGroups',
        apiVersion: '2022-09-01',
        name: 'fresh',
        location: 'West US',
      },
      nested('in', templateOf([account('fresh1')]), {
        resourceGroup: 'fresh',
        dependsOn: ["[resourceId('Microsoft.Resources/resourceGroups', 'fresh')]"],
      }),
    ])
    const { status, body } = await validate(template, {}, atSubscription)
    expect(status).toBe(200)
    expect(body).toMatchObject({ id: atSubscription, location: 'westus' })
  })

  it.each([
    [{ kind: 'policy', name: 'no-storage' }, 'RequestDisallowedByPolicy', /because of policy violation/],
    [
      { kind: 'quota', name: 'accounts', limit: 0 },
      'QuotaExceeded',
      /not valid according to the validation procedure/,
    ],
    [
      { kind: 'sku', sku: 'Standard_LRS', name: 'lrs' },
      'SkuNotAvailable',
      /not valid according to the validation procedure/,
    ],
  ])('tells a refusal by %j before anything is done', async (rule, code, says) => {
    await ground.control(rule.kind, ruleBody(rule))
    const answer = await validate(templateOf([account('acct1')]))
    expect([answer.status, objectOf(answer.body['error'])['code']]).toEqual([
      400,
      'InvalidTemplateDeployment',
    ])
    expect(answer.body['error']).toMatchObject({ message: expect.stringMatching(says), details: [{ code }] })
    expect((await validate(templateOf([account('acct1')]), { validationLevel: 'Template' })).status).toBe(200)
  })
})

function ruleBody(rule: Record<string, unknown>): Record<string, unknown> {
  const { kind: _kind, ...rest } = rule
  return { scope: '/', type: 'Microsoft.Storage/storageAccounts', ...rest }
}
