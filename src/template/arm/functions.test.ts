import { describe, expect, it } from 'vitest'
import { expandDeployment, type Json } from './index.ts'

const surroundings = {
  scope: {
    kind: 'resourceGroup',
    subscriptionId: '11111111-2222-3333-4444-555555555555',
    resourceGroup: 'plan',
  },
  deploymentName: 'main',
  utcNow: '2026-11-26T13:45:10.5Z',
  newGuid: () => '22222222-2222-3333-4444-555555555555',
} as const

/** The value of an expression as an output, or what is wrong with it. */
function evaluate(value: Json, defaultValue: Json = 'x'): Json | undefined {
  const template = {
    parameters: { p: { type: typeof defaultValue === 'object' ? 'object' : 'string', defaultValue } },
    variables: { v: { Inner: [1, null] } },
    resources: [],
    outputs: { o: { type: 'string', value } },
  }
  const { outputs, problems } = expandDeployment({ template, parameters: {}, surroundings })
  return problems[0]?.message ?? outputs()['o']?.value
}

describe('functions', () => {
  it.each<[expression: string, want: Json]>([
    ["[toUpper('straße')]", 'STRAßE'],
    ["[concat('a', 1, true())]", 'a1True'],
    ["[format('{0:D4}|{1,-4}|{2:N1}|{{}}', 7, 'a', 12345)]", '0007|a   |12,345.0|{}'],
    ["[variables('V').inner[0]]", 1],
    ["[variables('v').Inner[1]]", null],
    ["[coalesce(variables('v').inner[1], 'other')]", 'other'],
    ["[tryGet(variables('v'), 'nothing', 'further')]", null],
    ["[if(true(), 'taken', fail('never'))]", 'taken'],
    ["[and(false(), fail('never'))]", false],
    ["[contains(createObject('Key', 1), 'kEY')]", true],
    ["[contains('Abc', 'B')]", false],
    ["[like('aXaYa', 'A*a')]", true],
    ["[dateTimeAdd('2020-01-31T00:00:00Z', 'P1M')]", '2020-03-01T00:00:00Z'],
    ["[guid('a', 'b')]", '2d796349-8c7e-55ec-9624-54ece82ed031'],
    ["[uniqueString('hello', 'world')]", 'a7wkljktk6wne'],
    ["[cidrHost('10.0.0.0/24', 5)]", '10.0.0.6'],
    ["[string(createObject('a', createArray(1, null())))]", '{"a":[1,null]}'],
    ["[equals(createObject('a', environment()), null())]", false],
    ['[equals(createArray(environment(), 1), createArray(2, 3))]', false],
    [
      '[equals(createArray(environment()), createArray(1))]',
      '[equals(createArray(environment()), createArray(1))]',
    ],
    ["[tenantResourceId('a.b/c/d', '', 'x')]", '/providers/a.b/c/x'],
    ["[cidrSubnet('192.168.1.0', 28, 2)]", '192.168.1.32/28'],
    ["[cidrSubnet('172.16.0.0', 24, 1)]", '172.16.1.0/24'],
    ["[cidrHost('10.1.2.0', 3)]", '10.0.0.4'],
    ["[parseCidr('fd00::').cidr]", 64],
    ["[tenantResourceId('a.b/c', '')]", '/providers/a.b/'],
    ["[map(createArray(null()), lambda('x', equals(lambdaVariables('x'), null())))]", [true]],
    ["[groupBy(createArray('aa', 'ab'), lambda('x', first(lambdaVariables('x'))))]", { a: ['aa', 'ab'] }],
    [
      "[resourceId('Microsoft.Storage/storageAccounts/', 'a')]",
      '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/plan/providers/Microsoft.Storage/storageAccounts/a',
    ],
    ['[[text]', '[text]'],
    ['[no expression', '[no expression'],
  ])('%s', (expression, want) => {
    expect(evaluate(expression)).toEqual(want)
  })

  it('utcNow and newGuid stand in defaults of parameters', () => {
    expect(evaluate("[parameters('p')]", "[utcNow('yyyy-MM-dd HH:mm:ss.f')]")).toBe('2026-11-26 13:45:10.5')
    expect(evaluate("[parameters('p')]", '[utcNow()]')).toBe('20261126T134510Z')
    expect(evaluate("[parameters('p')]", '[newGuid()]')).toBe('22222222-2222-3333-4444-555555555555')
    expect(evaluate('[newGuid()]')).toContain("'newGuid' stands only in the default value of a parameter")
  })
})

describe('refusals', () => {
  it.each<[expression: string, part: string]>([
    ["[concatt('a')]", "the template function 'concatt' is not known here (did you mean concat?)"],
    ["[house.name('a')]", "the template defines no function 'house.name'"],
    ["[toLower('a', 'b')]", "'toLower' takes 1 arguments, not 2"],
    ['[toLower(1)]', 'expects a string as argument 1, not Integer'],
    ["[parameters('q')]", "there is no parameter 'q'"],
    ["[variables('w')]", "there is no variable 'w' (did you mean v?)"],
    ["[variables('v').iner]", "an object has no member 'iner' (did you mean Inner?)"],
    ['[createArray(1)[4]]', 'an array of 1 items has no item 4'],
    ['[div(1, 0)]', 'cannot divide by zero'],
    ["[substring('abc', 2, 2)]", 'reaches out of its text'],
    ["[concat('a']", 'it ends too early'],
    ['[1.5]', "'5' at position 3 is not expected"],
    ["['open]", 'has no end'],
    ["[resourceId('a.b/c')]", "'resourceId' takes at least 2 arguments, not 1"],
    ["[resourceId('a.b/c/d', 'n')]", "needs 2 names for the type 'a.b/c/d', not 1"],
    ['[copyIndex()]', 'stands only inside of a copy loop'],
    ['[managementGroup()]', 'needs a deployment to a management group'],
    ['[range(0, 20000)]', 'counts from 0 to 10000'],
  ])('%s', (expression, part) => {
    expect(evaluate(expression)).toContain(part)
  })
})
