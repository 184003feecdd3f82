import { describe, expect, it } from 'vitest'
import { type GivenParameter, parseArmTemplate, validateArmTemplate } from './index.ts'

/** A template of one line per member, so that a line says which. */
function validate(lines: readonly string[], parameters?: Record<string, GivenParameter>): string[] {
  const { template, locate, problems } = parseArmTemplate(['{', ...lines, '}'].join('\n'))
  if (template === undefined) return problems.map(({ message }) => message)
  const input = { template, locate, ...(parameters === undefined ? {} : { parameters }) }
  return validateArmTemplate(input).map(
    ({ line, severity, code, message }) => `${line ?? '-'} ${severity} ${code}: ${message}`,
  )
}

const head = [
  '"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",',
  '"contentVersion": "1.0.0.0",',
]
const thing = '"type": "Test.Rp/things", "apiVersion": "2024-01-01"'

describe('validation', () => {
  it('takes a good template, its parameters unknown or given', () => {
    const lines = [
      ...head,
      '"parameters": { "n": { "type": "int" }, "s": { "type": "securestring" } },',
      `"resources": [ { ${thing}, "name": "[concat('a', copyIndex())]", "copy": { "name": "c", "count": "[parameters('n')]" } } ]`,
    ]
    expect(validate(lines)).toEqual([])
    expect(
      validate(lines, { n: { value: 2 }, s: { reference: { keyVault: { id: '/v' }, secretName: 'x' } } }),
    ).toEqual([])
  })

  it.each(['subscription', 'managementGroup', 'tenant'])('knows a location at a %s', (kind) => {
    const schema = `https://schema.management.azure.com/schemas/2019-08-01/${kind}DeploymentTemplate.json#`
    const resources = `[ { ${thing}, "name": "n", "location": "[deployment().location]" } ]`
    expect(
      validate([`"$schema": "${schema}",`, '"contentVersion": "1.0.0.0",', `"resources": ${resources}`]),
    ).toEqual([])
  })

  it('looks into deployments whose parameters and subscription are not known yet', () => {
    const choice = "[if(parameters('b'), createObject('value', 'x'), createObject('value', 'y'))]"
    const inner = JSON.stringify({
      $schema: 'https://schema.management.azure.com/schemas/2019-04-01/subscriptionDeploymentTemplate.json#',
      contentVersion: '1.0.0.0',
      parameters: { p: { type: 'string' } },
      resources: [],
      outputs: {
        id: { type: 'string', value: "[concat(subscription().id, parameters('p'))]" },
        wrong: { type: 'string', value: "[parameters('q')]" },
      },
    })
    const lines = [
      ...head,
      '"parameters": { "b": { "type": "bool" }, "id": { "type": "string" } },',
      '"resources": [ { "type": "Microsoft.Resources/deployments", "apiVersion": "2024-01-01", "name": "d",',
      `"subscriptionId": "[parameters('id')]", "location": "westeurope", "properties": {`,
      '"expressionEvaluationOptions": { "scope": "inner" },',
      `"parameters": { "p": "${choice}" }, "template": ${inner} } } ]`,
    ]
    expect(validate(lines)).toEqual(["8 error UnknownName: there is no parameter 'q' (did you mean p?)"])
  })

  it.each<[name: string, lines: string[], want: string[]]>([
    [
      'no sections',
      ['"a": 1'],
      [
        "1 error InvalidTemplate: the template has no '$schema', a string",
        "2 error InvalidTemplate: a template has no section 'a'",
      ],
    ],
    [
      'unknown function',
      [`"resources": [`, `{ ${thing}, "name": "[uniqeString('a')]" } ]`],
      [
        "5 error UnknownFunction: the template function 'uniqeString' is not known here (did you mean uniqueString?)",
      ],
    ],
    [
      'unknown parameter and variable',
      [
        '"resources": [],',
        '"outputs": { "o": { "type": "string",',
        `"value": "[concat(parameters('a'), variables('b'))]" } }`,
      ],
      ["6 error UnknownName: there is no parameter 'a'"],
    ],
    [
      'reference too early',
      ['"resources": [', `{ ${thing}, "name": "n",`, `"condition": "[reference('n').x]" } ]`],
      [
        "6 error InvalidTemplate: the function 'reference' stands only in the properties of a resource and in outputs: it reads what exists once the deployment runs",
      ],
    ],
    [
      'dependsOn nothing',
      ['"resources": [', `{ ${thing}, "name": "n", "dependsOn": [`, '"nobody" ] } ]'],
      ["6 error InvalidTemplate: dependsOn: the resource 'nobody' is not in the template"],
    ],
    [
      'a resource twice',
      ['"resources": [', `{ ${thing}, "name": "n" },`, `{ ${thing}, "name": "n" } ]`],
      ["6 error InvalidTemplate: the resource 'Test.Rp/things' 'n' is defined twice"],
    ],
    [
      'a name that does not fit its type',
      ['"resources": [', `{ ${thing}, "name": "a/b" } ]`],
      [
        "5 error InvalidTemplate: the type 'Test.Rp/things' has 1 segments after its namespace, the name 'a/b' has 2; they must agree",
      ],
    ],
    [
      'a broken default',
      [
        '"resources": [], "parameters": {',
        '"p": { "type": "string", "allowedValues": ["a"],',
        '"defaultValue": "b" } }',
      ],
      [
        '6 error InvalidParameter: parameter \'p\': "b" is not one of the allowed values "a" (did you mean a?)',
      ],
    ],
    [
      'a type that does not exist',
      ['"resources": [], "parameters": {', '"p": { "type": "strng" } }'],
      [
        "5 error InvalidTemplate: there is no type 'strng' (did you mean string?); known are string, secureString, int, bool, object, secureObject, array",
      ],
    ],
    [
      'a resource without a type',
      ['"resources": [', '{ "name": "x", "apiVersion": "1" } ]'],
      ['5 error InvalidTemplate: the resource has no type'],
    ],
    [
      'a mistake in a nested template',
      [
        '"resources": [ { "type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "n", "properties": { "mode": "Incremental", "expressionEvaluationOptions": { "scope": "inner" }, "template": {',
        ...head,
        '"resources": [],',
        `"outputs": { "o": { "type": "string", "value": "[variables('x')]" } } } } } ]`,
      ],
      ["8 error UnknownName: there is no variable 'x'"],
    ],
  ])('finds %s', (name, lines, want) => {
    const all =
      name === 'no sections' ? ['"contentVersion": "1", "resources": [],', ...lines] : [...head, ...lines]
    const found = validate(all)
    expect(found.slice(0, want.length)).toEqual(
      name === 'no sections' ? [want[0], want[1]?.replace(/^2/, '3')] : want,
    )
  })

  it('says what is wrong with given parameters, in their own document', () => {
    const { template } = parseArmTemplate(
      [
        '{',
        ...head,
        '"resources": [], "parameters": { "s": { "type": "secureString" }, "n": { "type": "int" } } }',
      ].join('\n'),
    )
    const problems = validateArmTemplate({
      template: template ?? {},
      parameters: { s: { value: 'open' }, n: { value: 'many' }, extra: { value: 1 } },
      locateParameter: (path) => ({ line: ['s', 'n', 'extra'].indexOf(String(path[0])) + 1, column: 1 }),
    })
    expect(problems.map(({ document, line, code }) => [document, line, code])).toEqual([
      ['parameters', 1, 'SecretInClear'],
      ['parameters', 3, 'UnknownParameter'],
      ['parameters', 2, 'InvalidParameter'],
    ])
    expect(JSON.stringify(problems)).not.toContain('open')
  })

  it("holds ARM's limits", () => {
    const many = (count: number): object =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
          `n${index}`,
          { type: 'int', defaultValue: 1, value: 1 },
        ]),
      )
    const template = {
      $schema: 's',
      contentVersion: '1.0.0.0',
      parameters: many(257),
      variables: many(513),
      outputs: many(65),
      resources: [
        {
          type: 'a.b/c',
          apiVersion: '1',
          name: "[concat('n', copyIndex())]",
          copy: { name: 'c', count: 801 },
        },
      ],
    } as never
    expect(validateArmTemplate({ template }).map(({ message }) => message)).toEqual([
      'the template has 257 parameters, the limit is 256',
      'the template has 513 variables, the limit is 512',
      'the template has 65 outputs, the limit is 64',
      'the template makes 801 resources, the limit is 800',
    ])
    const long = validate([
      ...head,
      `"resources": [], "outputs": { "o": { "type": "string", "value": "[concat('${'x'.repeat(24_576)}')]" } }`,
    ])
    expect(long[0]).toContain('an expression has 24588 characters, the limit is 24576')
    const big = validate([
      ...head,
      `"resources": [ { ${thing}, "name": "n", "properties": { "x": "${'x'.repeat(4 * 1024 * 1024)}" } } ]`,
    ])
    expect(big[0]).toContain('the limit is 4194304')
  })
})
