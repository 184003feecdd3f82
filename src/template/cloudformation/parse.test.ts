import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TemplateSyntaxError, parseTemplate } from './parse.ts'
import { attempt } from './problem.ts'

describe('short forms become long ones', () => {
  const table: { name: string; given: string; want: unknown }[] = [
    { name: 'Ref', given: '!Ref Bucket', want: { Ref: 'Bucket' } },
    {
      name: 'GetAtt as text',
      given: '!GetAtt Db.Endpoint.Address',
      want: { 'Fn::GetAtt': ['Db', 'Endpoint.Address'] },
    },
    { name: 'GetAtt as list', given: '!GetAtt [Db, Arn]', want: { 'Fn::GetAtt': ['Db', 'Arn'] } },
    {
      name: 'GetAtt in YAML long form',
      given: '{Fn::GetAtt: Db.Arn}',
      want: { 'Fn::GetAtt': ['Db', 'Arn'] },
    },
    { name: 'Condition', given: '!Condition IsProd', want: { Condition: 'IsProd' } },
    {
      name: 'nested',
      given: '!If [IsProd, !Sub "${A}-x", !Select [0, !GetAZs ""]]',
      want: { 'Fn::If': ['IsProd', { 'Fn::Sub': '${A}-x' }, { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }] },
    },
    { name: 'without an argument', given: '!GetAZs', want: { 'Fn::GetAZs': '' } },
    { name: 'a tagged number stays text', given: '!Sub 5', want: { 'Fn::Sub': '5' } },
    {
      name: 'mapping',
      given: '!Transform {Name: AWS::Include}',
      want: { 'Fn::Transform': { Name: 'AWS::Include' } },
    },
  ]
  it.each(table)('$name', ({ given, want }) => {
    expect(parseTemplate(`a: ${given}`).value).toEqual({ a: want })
  })
})

describe('YAML 1.1 as CloudFormation reads it', () => {
  const table: { name: string; given: string; want: unknown }[] = [
    { name: 'a date stays text', given: '2012-10-17', want: '2012-10-17' },
    { name: 'Yes is a boolean', given: 'Yes', want: true },
    { name: 'off is a boolean', given: 'off', want: false },
    { name: 'N is a letter', given: 'N', want: 'N' },
    { name: 'e1 is a name', given: 'e1', want: 'e1' },
    { name: 'a power of ten', given: '1.5e+3', want: 1500 },
    { name: 'an account id keeps its zero', given: '012345678901', want: '012345678901' },
    { name: 'an octal number', given: '0755', want: 493 },
    { name: 'digits that a number would lose', given: '12345678901234567890', want: '12345678901234567890' },
    { name: 'a quoted boolean', given: '"true"', want: 'true' },
    { name: 'nothing', given: '', want: null },
    { name: 'a merge key is a key', given: '{<<: {b: 1}}', want: { '<<': { b: 1 } } },
    {
      name: 'keys are names',
      given: '{2012-10-17: 1, yes: 2, 007: 3}',
      want: { '2012-10-17': 1, yes: 2, '007': 3 },
    },
  ]
  it.each(table)('$name', ({ given, want }) => {
    expect(parseTemplate(`a: ${given}`).value).toEqual({ a: want })
  })
})

describe('what is no template is refused in CloudFormation’s words, with its place', () => {
  const unsupported = 'Template format error: unsupported structure.'
  const table: { name: string; given: string; message: string; line?: number; column?: number }[] = [
    { name: 'a URL', given: 'https://example.com/t.yaml', message: unsupported },
    { name: 'a list', given: '[1]', message: unsupported },
    { name: 'nothing', given: '', message: unsupported },
    {
      name: 'broken YAML',
      given: 'a: 1\nb: c: d',
      message: 'Template format error: YAML not well-formed. (line 2, column 4)',
      line: 2,
      column: 4,
    },
    {
      name: 'a key twice',
      given: 'a: 1\nb: 2\na: 3',
      message: 'Template format error: YAML not well-formed. (line 3, column 1)',
      line: 3,
      column: 1,
    },
    {
      name: 'broken JSON',
      given: '{\n "a": 1,\n}',
      message: 'Template format error: JSON not well-formed. (line 3, column 1)',
      line: 3,
      column: 1,
    },
    {
      name: 'an alias',
      given: 'a: &x 1\nb: *x',
      message: 'Template error: YAML aliases are not allowed in CloudFormation templates',
      line: 2,
      column: 4,
    },
    {
      name: 'a foreign tag',
      given: 'a: !Rain::Module x',
      message: 'Template format error: YAML not well-formed. (line 1, column 18)',
      column: 18,
    },
    { name: '__proto__ in YAML', given: 'a:\n  __proto__: {b: 1}', message: unsupported, line: 2, column: 3 },
    { name: '__proto__ in JSON', given: '{"a": {"__proto__": {"b": 1}}}', message: unsupported },
    {
      name: 'more than CloudFormation takes',
      given: `a: ${'x'.repeat(1_000_000)}`,
      message: 'Template may not exceed 1000000 bytes in size.',
    },
    { name: 'an abyss', given: `a: ${'['.repeat(300)}${']'.repeat(300)}`, message: unsupported, column: 204 },
  ]
  it.each(table)('$name', ({ given, message, line = 1, column = 1 }) => {
    const error = attempt(() => parseTemplate(given))
    if (!(error instanceof TemplateSyntaxError)) throw new Error('accepted')
    expect(error.message).toBe(message)
    expect(error.position).toEqual({ line, column })
  })
})

describe('places', () => {
  const yaml = 'Resources:\n  A:\n    Properties:\n      Name: !Sub\n        - x\n        - {V: !Ref B}\n'
  const json = '{\n  "Resources": {\n    "A": { "Type": "T" }\n  }\n}'
  const table: { name: string; body: string; path: (string | number)[]; line: number; column: number }[] = [
    { name: 'a key', body: yaml, path: ['Resources', 'A'], line: 2, column: 3 },
    {
      name: 'through a short form',
      body: yaml,
      path: ['Resources', 'A', 'Properties', 'Name', 'Fn::Sub', 1, 'V'],
      line: 6,
      column: 12,
    },
    {
      name: 'the nearest when it is not there',
      body: yaml,
      path: ['Resources', 'A', 'Type'],
      line: 2,
      column: 3,
    },
    { name: 'JSON', body: json, path: ['Resources', 'A', 'Type'], line: 3, column: 12 },
    {
      name: 'JSON with tabs',
      body: '{\n\t"Resources": {\n\t\t"A": {}\n\t}\n}',
      path: ['Resources', 'A'],
      line: 3,
      column: 3,
    },
    { name: 'the whole', body: yaml, path: [], line: 1, column: 1 },
  ]
  it.each(table)('$name', ({ body, path, line, column }) => {
    expect(parseTemplate(body).positionOf(path)).toEqual({ line, column })
  })
})

describe('any JSON object', () => {
  const objects = fc
    .dictionary(fc.string(), fc.jsonValue())
    .filter((value) => !JSON.stringify(value).includes('__proto__'))

  it('is read as it is, and its places are within its text', () => {
    fc.assert(
      fc.property(objects, (value) => {
        const body = JSON.stringify(value)
        const parsed = parseTemplate(body)
        expect(parsed.value).toEqual(JSON.parse(body))
        for (const key of Object.keys(value)) expect(parsed.positionOf([key]).line).toBe(1)
      }),
      { numRuns: 100 },
    )
  })
})
