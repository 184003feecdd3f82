import { describe, expect, it } from 'vitest'
import { expandLoops } from './language-extensions.ts'
import { resolveParameters } from './parameters.ts'
import { parseTemplate } from './parse.ts'
import { readTemplate } from './structure.ts'

const pseudo = {
  accountId: '',
  region: 'eu-west-1',
  partition: '',
  urlSuffix: '',
  stackId: '',
  stackName: '',
  notificationArns: [],
}

function expand(body: string) {
  const { value } = parseTemplate(body)
  const parameters = resolveParameters(
    readTemplate(value, () => {}),
    { given: [] },
  )
  return expandLoops(value, { parameters, pseudo })
}

const HEAD =
  "Transform: AWS::LanguageExtensions\nParameters: {Names: {Type: CommaDelimitedList, Default: 'a.b,c'}}\n"

describe('loops', () => {
  const table: { name: string; given: string; want: unknown }[] = [
    {
      name: 'over a list, in Resources and with names made by functions',
      given: `Resources:
  Fn::ForEach::Topics:
    - Name
    - !Ref Names
    - Topic&{Name}: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Name, DisplayName: !Sub "\${Name}-\${AWS::Region}"}}`,
      want: {
        Topicab: {
          Type: 'AWS::SNS::Topic',
          Properties: { TopicName: 'a.b', DisplayName: { 'Fn::Sub': 'a.b-${AWS::Region}' } },
        },
        Topicc: {
          Type: 'AWS::SNS::Topic',
          Properties: { TopicName: 'c', DisplayName: { 'Fn::Sub': 'c-${AWS::Region}' } },
        },
      },
    },
    {
      name: 'in loops, and in properties',
      given: `Resources:
  Fn::ForEach::Outer:
    - X
    - [1, 2]
    - Fn::ForEach::Inner:
        - Y
        - [a, b]
        - R\${X}\${Y}:
            Type: T
            Properties: {Fn::ForEach::P: [K, [m, n], {"\${K}": !GetAtt [!Sub "R\${X}\${Y}", Arn]}]}`,
      want: Object.fromEntries(
        ['R1a', 'R1b', 'R2a', 'R2b'].map((id) => [
          id,
          { Type: 'T', Properties: { m: { 'Fn::GetAtt': [id, 'Arn'] }, n: { 'Fn::GetAtt': [id, 'Arn'] } } },
        ]),
      ),
    },
  ]
  it.each(table)('$name', ({ given, want }) => {
    expect(expand(`${HEAD}${given}`)['Resources']).toEqual(want)
  })

  it('are left alone without the transform', () => {
    const body = 'Resources: {Fn::ForEach::T: [N, [a], {"T${N}": {Type: T}}]}'
    expect(expand(body)).toEqual(parseTemplate(body).value)
  })

  const refused: { name: string; given: string; want: string }[] = [
    {
      name: 'a key made twice',
      given: 'Resources: {Fn::ForEach::T: [N, [a, b], {T: {Type: T}}]}',
      want: 'Transform AWS::LanguageExtensions failed with: the loop makes the key T twice',
    },
    {
      name: 'no collection',
      given: 'Resources: {Fn::ForEach::T: [N, x, {"T${N}": {Type: T}}]}',
      want: 'Transform AWS::LanguageExtensions failed with: the collection of Fn::ForEach must be a list of texts',
    },
  ]
  it.each(refused)('refuse $name', ({ given, want }) => {
    expect(() => expand(`${HEAD}${given}`)).toThrow(expect.objectContaining({ message: want }))
  })
})
