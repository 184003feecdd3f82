import { describe, expect, it } from 'vitest'
import { type GivenParameter, resolveParameters } from './parameters.ts'
import { parseTemplate } from './parse.ts'
import { readTemplate } from './structure.ts'

function declared(parameter: string) {
  return readTemplate(
    parseTemplate(`Parameters: {P: ${parameter}}\nResources: {T: {Type: AWS::SNS::Topic}}`).value,
  )
}

describe('values', () => {
  const table: { name: string; type: string; value?: string; text: string; ref: string | string[] }[] = [
    { name: 'text', type: '{Type: String}', value: ' a ', text: ' a ', ref: ' a ' },
    { name: 'empty text is a value', type: '{Type: String}', value: '', text: '', ref: '' },
    { name: 'default', type: '{Type: String, Default: Yes}', text: 'true', ref: 'true' },
    { name: 'number', type: '{Type: Number}', value: '5.0', text: '5.0', ref: '5.0' },
    {
      name: 'list',
      type: '{Type: CommaDelimitedList}',
      value: 'a, b ,c',
      text: 'a, b ,c',
      ref: ['a', 'b', 'c'],
    },
    { name: 'empty list', type: '{Type: CommaDelimitedList, Default: ""}', text: '', ref: [''] },
    {
      name: 'list of ids',
      type: '{Type: List<AWS::EC2::Subnet::Id>}',
      value: 'subnet-1,subnet-2',
      text: 'subnet-1,subnet-2',
      ref: ['subnet-1', 'subnet-2'],
    },
    {
      name: 'allowed number by value',
      type: '{Type: Number, AllowedValues: [1, 2]}',
      value: '2.0',
      text: '2.0',
      ref: '2.0',
    },
    {
      name: 'a pattern only Java reads is left to it',
      type: String.raw`{Type: String, AllowedPattern: '\p{Alpha}+'}`,
      value: '1',
      text: '1',
      ref: '1',
    },
  ]
  it.each(table)('$name', ({ type, value, text, ref }) => {
    const given = value === undefined ? [] : [{ key: 'P', value }]
    const resolved = resolveParameters(declared(type), { given }).get('P')
    expect(resolved).toMatchObject({ text, ref, defaulted: value === undefined })
  })
})

describe('refusals, in CloudFormation’s words', () => {
  const table: { name: string; type: string; given: GivenParameter[]; want: string }[] = [
    { name: 'missing', type: '{Type: String}', given: [], want: 'Parameters: [P] must have values' },
    {
      name: 'unknown',
      type: '{Type: String}',
      given: [
        { key: 'P', value: 'a' },
        { key: 'Q', value: 'a' },
      ],
      want: 'Parameters: [Q] do not exist in the template',
    },
    {
      name: 'no number',
      type: '{Type: Number}',
      given: [{ key: 'P', value: 'abc' }],
      want: "Parameter 'P' must be a number.",
    },
    {
      name: 'empty number',
      type: '{Type: Number}',
      given: [{ key: 'P', value: '' }],
      want: "Parameter 'P' must be a number.",
    },
    {
      name: 'allowed values',
      type: '{Type: String, AllowedValues: [a, b]}',
      given: [{ key: 'P', value: 'c' }],
      want: "Parameter 'P' must be one of AllowedValues",
    },
    {
      name: 'allowed values of a list',
      type: '{Type: CommaDelimitedList, AllowedValues: [a, b]}',
      given: [{ key: 'P', value: 'a,c' }],
      want: "Parameter 'P' must be one of AllowedValues",
    },
    {
      name: 'pattern, the whole value',
      type: '{Type: String, AllowedPattern: "[a-z]+"}',
      given: [{ key: 'P', value: 'abc1' }],
      want: "Parameter 'P' must match pattern [a-z]+",
    },
    {
      name: 'pattern with a description',
      type: '{Type: String, AllowedPattern: "[a-z]+", ConstraintDescription: letters only}',
      given: [{ key: 'P', value: '1' }],
      want: 'Parameter P failed to satisfy constraint: letters only',
    },
    {
      name: 'too short',
      type: '{Type: String, MinLength: 3}',
      given: [{ key: 'P', value: 'ab' }],
      want: "Parameter 'P' must contain at least 3 characters",
    },
    {
      name: 'too long',
      type: '{Type: String, MaxLength: "1"}',
      given: [{ key: 'P', value: 'ab' }],
      want: "Parameter 'P' must contain at most 1 characters",
    },
    {
      name: 'too small',
      type: '{Type: Number, MinValue: 3}',
      given: [{ key: 'P', value: '2' }],
      want: "Parameter 'P' must be a number not less than 3",
    },
    {
      name: 'too great',
      type: '{Type: Number, MaxValue: 3}',
      given: [{ key: 'P', value: '4' }],
      want: "Parameter 'P' must be a number not greater than 3",
    },
    {
      name: 'default outside',
      type: '{Type: String, Default: c, AllowedValues: [a]}',
      given: [],
      want: "Parameter 'P' must be one of AllowedValues",
    },
    {
      name: 'previous value of nothing',
      type: '{Type: String}',
      given: [{ key: 'P', usePreviousValue: true }],
      want: 'Invalid input for parameter key P. Cannot specify usePreviousValue as true for a parameter key not in the previous template',
    },
  ]
  it.each(table)('$name', ({ type, given, want }) => {
    expect(() => resolveParameters(declared(type), { given })).toThrow(
      expect.objectContaining({ message: want }),
    )
  })
})

it('takes the previous value when told to, not the default', () => {
  const values = resolveParameters(declared('{Type: String, Default: new}'), {
    given: [{ key: 'P', usePreviousValue: true }],
    previous: new Map([['P', 'old']]),
  })
  expect(values.get('P')?.text).toBe('old')
})

describe('a parameter that lives in the Parameter Store', () => {
  const template = declared('{Type: "AWS::SSM::Parameter::Value<List<String>>", Default: /names}')

  it('has the name as its value and what is stored there as its resolved value', () => {
    const ssm = (name: string) => (name === '/names' ? 'a,b' : undefined)
    expect(resolveParameters(template, { given: [], ssm }).get('P')).toMatchObject({
      text: '/names',
      resolvedText: 'a,b',
      ref: ['a', 'b'],
    })
  })

  it('is refused when there is no such name', () => {
    expect(() => resolveParameters(template, { given: [], ssm: () => undefined })).toThrow(
      'Unable to fetch parameters [/names] from parameter store for this account.',
    )
  })
})

it('never tells a NoEcho value', () => {
  const template = declared('{Type: String, NoEcho: true, AllowedPattern: "[a-z]+"}')
  const told: string[] = []
  resolveParameters(template, { given: [{ key: 'P', value: 's3cret' }] }, ({ message, advice }) =>
    told.push(message, advice),
  )
  expect(told).toHaveLength(2)
  expect(told.join(' ')).not.toContain('s3cret')
})
