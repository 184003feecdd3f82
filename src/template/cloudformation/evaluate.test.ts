import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EvaluationContext, KNOWN_AFTER_APPLY, createEvaluator } from './evaluate.ts'
import { resolveParameters } from './parameters.ts'
import { parseTemplate } from './parse.ts'
import { TemplateError, attempt } from './problem.ts'
import { readTemplate } from './structure.ts'

const HEAD = `
Parameters:
  Name: {Type: String, Default: web}
  List: {Type: CommaDelimitedList, Default: 'a,b,c'}
Mappings: {M: {eu-west-1: {Size: small, Zones: [x, y]}}}
Conditions:
  Later: !Not [!Condition Always]
  Always: !Or [!Equals [!Ref Name, web], !Equals [1, 2]]
  Never: !And [!Condition Always, !Equals [!Ref AWS::Region, us-east-1]]
  SameText: !Equals [true, 'true']
`

const NOWHERE: EvaluationContext['pseudo'] = {
  accountId: '',
  region: '',
  partition: '',
  urlSuffix: '',
  stackId: '',
  stackName: '',
  notificationArns: [],
}

function evaluatorOf(body: string, given: Partial<EvaluationContext> = {}) {
  const template = readTemplate(parseTemplate(`${HEAD}${body}`).value)
  return createEvaluator(template, {
    parameters: resolveParameters(template, { given: [] }),
    pseudo: {
      accountId: '123456789012',
      region: 'eu-west-1',
      partition: 'aws',
      urlSuffix: 'amazonaws.com',
      stackId: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/s/1',
      stackName: 's',
      notificationArns: ['arn:a'],
    },
    ref: (id) => (id === 'New' ? KNOWN_AFTER_APPLY : `${id}-id`),
    getAtt: (id, attribute) => (id === 'New' ? KNOWN_AFTER_APPLY : `${id}.${attribute}`),
    importValue: (name) => (name === 'exported' ? 'imported' : undefined),
    ...given,
  })
}

const RESOURCES = 'Resources: {R: {Type: AWS::SNS::Topic}, New: {Type: AWS::SNS::Topic}}'
const EXTENDED = `Transform: AWS::LanguageExtensions\n${RESOURCES}`

describe('every function', () => {
  const table: { name: string; given: string; want: unknown; extended?: boolean }[] = [
    { name: 'Ref of a parameter', given: '!Ref Name', want: 'web' },
    { name: 'Ref of a list', given: '!Ref List', want: ['a', 'b', 'c'] },
    { name: 'Ref of a resource', given: '!Ref R', want: 'R-id' },
    {
      name: 'pseudo parameters',
      given: '[!Ref AWS::AccountId, !Ref AWS::StackName, !Ref AWS::NotificationARNs]',
      want: ['123456789012', 's', ['arn:a']],
    },
    { name: 'GetAtt', given: '!GetAtt R.Endpoint.Port', want: 'R.Endpoint.Port' },
    {
      name: 'Sub',
      given: '!Sub "${Name}-${AWS::Region}-${R.Arn}-${!Kept}-$x"',
      want: 'web-eu-west-1-R.Arn-${Kept}-$x',
    },
    {
      name: 'Sub with variables',
      given: '!Sub ["${A}${Name}${A.B}", {A: !Ref R, A.B: 5}]',
      want: 'R-idweb5',
    },
    { name: 'Join', given: '!Join ["-", [a, 1, true, !Ref Name]]', want: 'a-1-true-web' },
    { name: 'Join of a list parameter', given: '!Join ["", !Ref List]', want: 'abc' },
    { name: 'Split', given: '!Split [",", "a,,b"]', want: ['a', '', 'b'] },
    { name: 'Select', given: '!Select ["1", !Ref List]', want: 'b' },
    { name: 'Select of Split', given: '!Select [2, !Split ["/", !Ref AWS::StackId]]', want: '1' },
    { name: 'FindInMap', given: '!FindInMap [M, !Ref AWS::Region, Size]', want: 'small' },
    { name: 'FindInMap of a list', given: '!Select [0, !FindInMap [M, eu-west-1, Zones]]', want: 'x' },
    {
      name: 'FindInMap with a default',
      given: '!FindInMap [M, nowhere, Size, {DefaultValue: !Ref Name}]',
      want: 'web',
      extended: true,
    },
    { name: 'Base64', given: '!Base64 héllo', want: 'aMOpbGxv' },
    { name: 'GetAZs', given: '!GetAZs ""', want: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] },
    { name: 'GetAZs elsewhere', given: '!Select [0, !GetAZs us-east-2]', want: 'us-east-2a' },
    { name: 'ImportValue', given: '!ImportValue exported', want: 'imported' },
    {
      name: 'Cidr',
      given: '!Cidr [10.0.0.0/24, 3, 5]',
      want: ['10.0.0.0/27', '10.0.0.32/27', '10.0.0.64/27'],
    },
    { name: 'Cidr of IPv6', given: '!Select [1, !Cidr ["2001:db8::/56", 2, 64]]', want: '2001:db8:0:1::/64' },
    { name: 'If', given: '!If [Always, yes, no]', want: true },
    { name: 'If, the other way', given: '!If [Never, a, !Ref Name]', want: 'web' },
    { name: 'Length', given: '!Length [a, b]', want: 2, extended: true },
    {
      name: 'ToJsonString',
      given: '!ToJsonString {a: !Ref Name, b: [1, true], c: !Ref AWS::NoValue}',
      want: '{"a":"web","b":[1,true]}',
      extended: true,
    },
    { name: 'no value in an object', given: '{a: 1, b: !Ref AWS::NoValue}', want: { a: 1 } },
    { name: 'no value in a list', given: '[a, !If [Never, b, !Ref AWS::NoValue]]', want: ['a'] },
    { name: 'scalars keep their type', given: '{a: 5, b: true, c: "5"}', want: { a: 5, b: true, c: '5' } },
    {
      name: 'Condition is a key',
      given: '{Condition: {Bool: {a: b}}}',
      want: { Condition: { Bool: { a: 'b' } } },
    },
  ]
  it.each(table)('$name', ({ given, want, extended }) => {
    const { a } = parseTemplate(`a: ${given}`).value
    expect(evaluatorOf(extended === true ? EXTENDED : RESOURCES).evaluate(a, ['a'])).toEqual(want)
  })
})

describe('what is only known after the deployment', () => {
  const table: { name: string; given: string; want: unknown }[] = [
    { name: 'makes a text unknown', given: '!Sub "a-${New.Arn}"', want: KNOWN_AFTER_APPLY },
    { name: 'makes a joined text unknown', given: '!Join ["", [a, !Ref New]]', want: KNOWN_AFTER_APPLY },
    { name: 'cannot be cut', given: '!Select [0, !Split [":", !GetAtt New.Arn]]', want: KNOWN_AFTER_APPLY },
    {
      name: 'stays beside what is known',
      given: '{a: !Ref New, b: !Ref Name}',
      want: { a: KNOWN_AFTER_APPLY, b: 'web' },
    },
    { name: 'is not selected when its neighbour is', given: '!Select [1, [!Ref New, b]]', want: 'b' },
  ]
  it.each(table)('$name', ({ given, want }) => {
    const { a } = parseTemplate(`a: ${given}`).value
    expect(evaluatorOf(RESOURCES).evaluate(a, [])).toEqual(want)
  })
})

describe('refusals, in CloudFormation’s words', () => {
  const table: { name: string; given: string; want: string }[] = [
    {
      name: 'mapping',
      given: '!FindInMap [M, nowhere, Size]',
      want: 'Template error: Unable to get mapping for M::nowhere::Size',
    },
    {
      name: 'what every object inherits is no key',
      given: '!FindInMap [M, constructor, name]',
      want: 'Template error: Unable to get mapping for M::constructor::name',
    },
    {
      name: 'selection',
      given: '!Select [3, !Ref List]',
      want: 'Template error: Fn::Select cannot select nonexistent value at index 3',
    },
    { name: 'import', given: '!ImportValue nobody', want: 'No export named nobody found.' },
    {
      name: 'a list in a text',
      given: '!Sub "${List}"',
      want: "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
    },
    {
      name: 'condition',
      given: '!If [Nope, a, b]',
      want: 'Template error: unresolved condition dependency Nope in Fn::If',
    },
  ]
  it.each(table)('$name', ({ given, want }) => {
    const { a } = parseTemplate(`a: ${given}`).value
    expect(() => evaluatorOf(RESOURCES).evaluate(a, [])).toThrow(expect.objectContaining({ message: want }))
  })

  it('a condition that asks itself', () => {
    const template = readTemplate(
      parseTemplate(`Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}\n${RESOURCES}`).value,
    )
    expect(() =>
      createEvaluator(template, { parameters: new Map(), pseudo: NOWHERE, ref: () => '', getAtt: () => '' }),
    ).toThrow('Template error: Found circular condition dependency between B and A')
  })
})

it('conditions are worked out whatever their order; they compare texts', () => {
  expect(Object.fromEntries(evaluatorOf(RESOURCES).conditions)).toEqual({
    Later: false,
    Always: true,
    Never: false,
    SameText: true,
  })
})

it('a resource is active when its condition holds', () => {
  const evaluator = evaluatorOf(
    'Resources: {A: {Type: T, Condition: Always}, B: {Type: T, Condition: Never}}',
  )
  expect(['A', 'B', 'constructor'].map((id) => evaluator.isActive(id))).toEqual([true, false, false])
})

it('pruning chooses branches and touches nothing else', () => {
  const { a } = parseTemplate(
    'a: {x: !If [Never, !Ref Q, !Sub "${Name}"], y: !If [Never, 1, !Ref AWS::NoValue]}',
  ).value
  expect(evaluatorOf(RESOURCES).prune(a, [])).toEqual({ x: { 'Fn::Sub': '${Name}' } })
})

it('dynamic references are resolved by whoever can, and left as they stand otherwise', () => {
  const text = 'x{{resolve:ssm:/a/b:3}}y{{resolve:secretsmanager:id:SecretString:k}}'
  expect(evaluatorOf(RESOURCES).evaluate(text, [])).toBe(text)
  const evaluator = evaluatorOf(RESOURCES, {
    dynamicReference: ({ service, key }) => (service === 'ssm' ? `<${key}>` : undefined),
  })
  expect(evaluator.evaluate(text, [])).toBe('x</a/b:3>y{{resolve:secretsmanager:id:SecretString:k}}')
})

describe('any value', () => {
  const names = fc.constantFrom(
    'Name',
    'List',
    'R',
    'New',
    'M',
    'Always',
    'AWS::NoValue',
    'eu-west-1',
    '${Name}',
    '${',
    '0',
  )
  const functions = fc.constantFrom(
    'Ref',
    'Fn::GetAtt',
    'Fn::Sub',
    'Fn::Join',
    'Fn::Split',
    'Fn::Select',
    'Fn::FindInMap',
    'Fn::Base64',
    'Fn::Cidr',
    'Fn::GetAZs',
    'Fn::ImportValue',
    'Fn::If',
    'Fn::Length',
    'Fn::ToJsonString',
    'Fn::Transform',
    'Fn::Nonsense',
  )
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      names,
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(names, tie('value'), { maxKeys: 3 }),
      fc.tuple(functions, tie('value')).map(([name, argument]) => ({ [name]: argument })),
    ),
  }))

  it('comes to a value or is refused, never anything else', () => {
    const evaluator = evaluatorOf(EXTENDED)
    fc.assert(
      fc.property(value, (value) => {
        const result = attempt(() => evaluator.evaluate(value, []))
        const pruned = attempt(() => evaluator.prune(value, []))
        // Both are values or refusals here: anything else was thrown by attempt.
        if (!(result instanceof TemplateError)) JSON.stringify(result)
        if (!(pruned instanceof TemplateError)) JSON.stringify(pruned)
      }),
      { numRuns: 1000 },
    )
  })
})
