import { describe, expect, it } from 'vitest'
import {
  ArmEvaluationError,
  type ArmTemplate,
  type Expansion,
  type GivenParameter,
  type Runtime,
  type Surroundings,
  expandDeployment,
} from './index.ts'

const group = '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/plan/providers'
const surroundings: Surroundings = {
  scope: {
    kind: 'resourceGroup',
    subscriptionId: '11111111-2222-3333-4444-555555555555',
    resourceGroup: 'plan',
  },
  deploymentName: 'main',
}
const runtime: Runtime = {
  reference: (id, apiVersion, full) =>
    full ? { id, apiVersion: apiVersion ?? null } : { host: `host of ${id.split('/').at(-1)}` },
  list: (name, id, apiVersion, args) => ({
    key: [name, id.split('/').at(-1) ?? '', apiVersion, JSON.stringify(args)].join('|'),
  }),
}

function expand(parts: ArmTemplate, parameters: Record<string, GivenParameter> = {}): Expansion {
  return expandDeployment({ template: { contentVersion: '1.0.0.0', ...parts }, parameters, surroundings })
}

const store = { type: 'Test.Rp/stores', apiVersion: '2024-01-01' }

describe('resources', () => {
  it('have ids, names, conditions, copies and what they depend on, without asking the cloud', () => {
    const { resources, problems } = expand({
      resources: [
        {
          ...store,
          name: 'a',
          resources: [{ type: 'parts', apiVersion: '2024-01-01', name: 'p', dependsOn: ['a'] }],
        },
        {
          ...store,
          name: "[concat('b', copyIndex())]",
          copy: { name: 'loop', count: 2, mode: 'serial', batchSize: 1 },
        },
        {
          ...store,
          name: 'c',
          dependsOn: ['loop', "[resourceId('Test.Rp/stores', 'A')]", 'off'],
          properties: { x: "[reference('b0').host]" },
        },
        { ...store, name: 'off', condition: false },
        {
          type: 'Microsoft.Authorization/locks',
          apiVersion: '2020-05-01',
          name: 'l',
          scope: 'Test.Rp/stores/a',
        },
      ],
    })
    expect(problems).toEqual([])
    expect(
      resources.map(({ id, condition, dependsOn, copy }) => [
        id.replace(group, ''),
        condition,
        dependsOn.map((other) => other.replace(group, '')),
        copy?.index,
      ]),
    ).toEqual([
      ['/Test.Rp/stores/a', true, [], undefined],
      ['/Test.Rp/stores/a/parts/p', true, ['/Test.Rp/stores/a'], undefined],
      ['/Test.Rp/stores/b0', true, [], 0],
      ['/Test.Rp/stores/b1', true, [], 1],
      [
        '/Test.Rp/stores/c',
        true,
        ['/Test.Rp/stores/b0', '/Test.Rp/stores/b1', '/Test.Rp/stores/a'],
        undefined,
      ],
      ['/Test.Rp/stores/off', false, [], undefined],
      ['/Test.Rp/stores/a/providers/Microsoft.Authorization/locks/l', true, [], undefined],
    ])
    expect(resources[2]?.copy).toEqual({ name: 'loop', index: 0, mode: 'serial', batchSize: 1 })
    expect(resources[6]?.extends).toBe(`${group}/Test.Rp/stores/a`)
  })

  it('depend on what they read by name, and say all that they read', () => {
    const { resources } = expand({
      resources: [
        { ...store, name: 'a' },
        {
          ...store,
          name: 'b',
          properties: {
            byName: "[reference('a').host]",
            elsewhere: "[listKeys('Test.Rp/others/o', '2024-01-01').key]",
          },
        },
      ],
    })
    expect(resources[1]?.dependsOn).toEqual([`${group}/Test.Rp/stores/a`])
    expect(resources[1]?.references).toEqual([`${group}/Test.Rp/stores/a`, `${group}/Test.Rp/others/o`])
  })

  it('have bodies: text without the cloud, values with it', () => {
    const { resources, outputs } = expand({
      resources: [
        { ...store, name: 'a' },
        {
          ...store,
          name: 'b',
          sku: null,
          comments: 'not sent',
          properties: {
            host: "[concat('https://', reference('a').host)]",
            key: "[listKeys('a', '2024-01-01', createObject('k', 1)).key]",
            full: "[reference('a', '2023-01-01', 'Full').apiVersion]",
          },
        },
      ],
      outputs: { host: { type: 'string', value: "[reference('b').host]" } },
    })
    expect(resources[1]?.body()).toEqual({
      properties: {
        host: `[concat('https://', reference('${group}/Test.Rp/stores/a', '2024-01-01').host)]`,
        key: `[listKeys('${group}/Test.Rp/stores/a', '2024-01-01', createObject('k', 1)).key]`,
        full: `[reference('${group}/Test.Rp/stores/a', '2023-01-01', 'Full').apiVersion]`,
      },
    })
    expect(resources[1]?.body(runtime)).toEqual({
      properties: {
        host: 'https://host of a',
        key: 'listKeys|a|2024-01-01|{"k":1}',
        full: '2023-01-01',
      },
    })
    expect(outputs(runtime)).toEqual({ host: { type: 'string', secure: false, value: 'host of b' } })
  })

  it('throw where the cloud answers otherwise than they expect', () => {
    const { resources } = expand({
      resources: [
        { ...store, name: 'a' },
        { ...store, name: 'b', properties: { x: "[reference('a').none]" } },
      ],
    })
    expect(() => resources[1]?.body(runtime)).toThrow(ArmEvaluationError)
    expect(() => resources[1]?.body(runtime)).toThrow("an object has no member 'none'; it has host")
  })

  it('have symbolic names in language version 2', () => {
    const { resources, problems, outputs } = expand({
      languageVersion: '2.0',
      resources: {
        old: { ...store, existing: true, name: 'old' },
        many: {
          ...store,
          name: "[concat('m', copyIndex())]",
          copy: { name: 'many', count: 2 },
          dependsOn: ['old'],
        },
        one: { ...store, name: 'one', dependsOn: ['many[1]'], properties: { x: "[reference('old').host]" } },
      },
      outputs: {
        hosts: { type: 'array', value: "[map(references('many'), lambda('m', lambdaVariables('m').host))]" },
      },
    })
    expect(problems).toEqual([])
    expect(resources.map(({ symbolicName, existing }) => [symbolicName, existing])).toEqual([
      ['old', true],
      ['many[0]', false],
      ['many[1]', false],
      ['one', false],
    ])
    expect(resources[3]?.dependsOn).toEqual([`${group}/Test.Rp/stores/m1`, `${group}/Test.Rp/stores/old`])
    expect(outputs(runtime)['hosts']?.value).toEqual(['host of m0', 'host of m1'])
  })
})

describe('nested deployments', () => {
  const inner = {
    contentVersion: '1.0.0.0',
    parameters: { p: { type: 'string' } },
    variables: { v: 'inner' },
    resources: [
      {
        ...store,
        name: "[variables('v')]",
        properties: { p: "[parameters('p')]", rg: '[resourceGroup().name]' },
      },
    ],
    outputs: { o: { type: 'string', value: "[concat(parameters('p'), '!')]" } },
  }

  it('see their own names, get their parameters from the running cloud', () => {
    const { resources } = expand({
      resources: [
        { ...store, name: 'a' },
        {
          type: 'Microsoft.Resources/deployments',
          apiVersion: '2022-09-01',
          name: 'n',
          resourceGroup: 'other',
          properties: {
            mode: 'Incremental',
            expressionEvaluationOptions: { scope: 'inner' },
            parameters: { p: { value: "[reference('a').host]" } },
            template: inner,
          },
        },
      ],
    })
    const nested = resources[1]?.nested
    expect(nested).toMatchObject({
      evaluation: 'inner',
      deploymentName: 'n',
      scope: { resourceGroup: 'other' },
    })
    expect(nested?.parameters(runtime)).toEqual({ p: { value: 'host of a' } })
    expect(nested?.template(runtime)).toEqual(inner)
    const expansion = nested?.expand(runtime)
    expect(expansion?.resources[0]?.body()).toEqual({ properties: { p: 'host of a', rg: 'other' } })
    expect(expansion?.outputs()).toMatchObject({ o: { value: 'host of a!' } })
    expect(resources[1]?.dependsOn).toEqual([`${group}/Test.Rp/stores/a`])
  })

  it('see the names of the parent in outer scope', () => {
    const { resources } = expand({
      variables: { v: 'outer' },
      resources: [
        {
          type: 'Microsoft.Resources/deployments',
          apiVersion: '2022-09-01',
          name: 'n',
          properties: {
            mode: 'Incremental',
            template: { contentVersion: '1.0.0.0', resources: [{ ...store, name: "[variables('v')]" }] },
          },
        },
      ],
    })
    expect(resources[0]?.nested?.expand(runtime).resources.map(({ name }) => name)).toEqual(['outer'])
  })
})

describe('parameters', () => {
  const template = {
    parameters: {
      name: { type: 'string', minLength: 3, defaultValue: "[concat('d', 'ef')]" },
      secret: { type: 'securestring' },
      size: { type: 'string', allowedValues: ['S', 'M'] },
      count: { type: 'int', maxValue: 3, defaultValue: 1 },
    },
    resources: [],
  }

  it('come with types, defaults and references', () => {
    const secret = { keyVault: { id: '/v' }, secretName: 's' }
    const { parameters, problems } = expand(template, { SIZE: { value: 's' }, secret: { reference: secret } })
    expect(problems).toEqual([])
    expect(parameters).toEqual({
      name: { type: 'string', secure: false, value: 'def' },
      secret: { type: 'securestring', secure: true, reference: secret },
      size: { type: 'string', secure: false, value: 's' },
      count: { type: 'int', secure: false, value: 1 },
    })
  })

  it('are held against their definitions', () => {
    const { problems } = expand(template, {
      name: { value: 'x' },
      count: { value: '2' },
      sise: { value: 'S' },
      size: { value: 'L' },
    })
    expect(problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      "UnknownParameter: the template has no parameter 'sise' (did you mean size?)",
      "InvalidParameter: parameter 'name': the value has 1 characters, at least 3 are needed",
      "MissingParameter: the parameter 'secret' has no value; give one",
      'InvalidParameter: parameter \'size\': "L" is not one of the allowed values "S", "M" (did you mean S?)',
      "InvalidParameter: parameter 'count': the value is of type string, the template wants int",
    ])
  })
})
