import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { functionNames } from './functions/index.ts'
import {
  type ArmTemplate,
  type Json,
  ArmEvaluationError,
  expandDeployment,
  guid,
  parseArmTemplate,
  planDeployment,
  uniqueString,
  validateArmTemplate,
} from './index.ts'

const surroundings = {
  scope: {
    kind: 'resourceGroup',
    subscriptionId: '11111111-2222-3333-4444-555555555555',
    resourceGroup: 'plan',
  },
  deploymentName: 'main',
} as const

const names = fc.constantFrom(
  'type',
  'name',
  'apiVersion',
  'copy',
  'count',
  'input',
  'condition',
  'scope',
  'dependsOn',
  'properties',
  'template',
  'parameters',
  'variables',
  'outputs',
  'value',
  'defaultValue',
  '$ref',
  'resources',
  '__proto__',
  'constructor',
  'a',
)
const atom: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "'a'",
    "''",
    '0',
    '-1',
    '3',
    'true()',
    'null()',
    "parameters('a')",
    "variables('a')",
    "reference('a')",
    'createArray(1)',
    "createObject('a', 1)",
    'copyIndex()',
    "lambda('x', lambdaVariables('x'))",
  ),
)
const call = fc
  .tuple(fc.constantFrom(...functionNames), fc.array(atom, { maxLength: 4 }))
  .map(([name, args]) => `${name}(${args.join(', ')})`)
const expression = fc
  .tuple(fc.constantFrom(...functionNames), fc.array(fc.oneof(atom, call), { maxLength: 4 }))
  .map(([name, args]) => `[${name}(${args.join(', ')})]`)
const json: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(
      expression,
      fc.string(),
      fc.constantFrom('Microsoft.Resources/deployments', 'a.b/c'),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    ),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(names, tie('value'), { maxKeys: 5 }),
  ),
})).value
const template: fc.Arbitrary<ArmTemplate> = fc.record({
  parameters: fc.dictionary(
    names,
    fc.record({ type: fc.constantFrom('string', 'int', 'object'), defaultValue: json }),
    { maxKeys: 2 },
  ),
  variables: fc.dictionary(names, json, { maxKeys: 3 }),
  resources: fc.array(
    fc.record({
      type: fc.constantFrom('a.b/c', 'Microsoft.Resources/deployments'),
      apiVersion: fc.constant('1'),
      name: fc.oneof(expression, fc.constant('n')),
      condition: fc.oneof(fc.boolean(), expression),
      properties: json,
    }),
    { maxLength: 3 },
  ),
  outputs: fc.dictionary(names, fc.record({ type: fc.constant('string'), value: json }), { maxKeys: 2 }),
})

/** What a function throws. */
function attempt(run: () => unknown): unknown {
  try {
    run()
    return undefined
  } catch (error) {
    return error
  }
}

describe('the evaluator', () => {
  it('never throws anything but its own error, whatever the template', () => {
    fc.assert(
      fc.property(fc.oneof(template, fc.dictionary(names, json)), (document) => {
        const input = { template: document, parameters: {}, surroundings }
        planDeployment(input)
        validateArmTemplate({ template: document })
        const { resources, outputs } = expandDeployment(input)
        const thrown = [outputs, ...resources.map(({ body }) => body)].map(attempt)
        expect(
          thrown.filter((error) => error !== undefined && !(error instanceof ArmEvaluationError)),
        ).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('is pure: the same again, its input untouched', () => {
    fc.assert(
      fc.property(template, (document) => {
        const before = JSON.stringify(document)
        const input = { template: document, parameters: {}, surroundings }
        const first = JSON.stringify(planDeployment(input))
        expect(JSON.stringify(planDeployment(input))).toBe(first)
        expect(JSON.stringify(document)).toBe(before)
      }),
      { numRuns: 100 },
    )
  })

  it('reads back any JSON object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), (document) => {
        expect(JSON.stringify(parseArmTemplate(JSON.stringify(document, null, 1)).template)).toBe(
          JSON.stringify(document),
        )
      }),
    )
  })

  it('makes short strings and UUIDs of one shape', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (texts) => {
        expect(uniqueString(...texts)).toMatch(/^[a-z2-7]{13}$/)
        expect(guid(...texts)).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        )
      }),
    )
  })
})
