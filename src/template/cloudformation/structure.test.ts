import { describe, expect, it } from 'vitest'
import { parseTemplate } from './parse.ts'
import type { Problem } from './problem.ts'
import { readTemplate } from './structure.ts'

function read(body: string) {
  return readTemplate(parseTemplate(body).value)
}

const topic = 'T: {Type: AWS::SNS::Topic}'

describe('the first problem, in CloudFormation’s words', () => {
  const table: { name: string; given: string; want: string }[] = [
    {
      name: 'no Resources',
      given: 'Description: x',
      want: 'Template format error: At least one Resources member must be defined.',
    },
    {
      name: 'empty Resources',
      given: 'Resources: {}',
      want: 'Template format error: At least one Resources member must be defined.',
    },
    {
      name: 'Resources a text',
      given: 'Resources: x',
      want: 'Template format error: Any Resources member must be an object.',
    },
    {
      name: 'no Type',
      given: 'Resources: {A: {Properties: {}}}',
      want: 'Template format error: [/Resources/A] Every Resources object must contain a Type member.',
    },
    {
      name: 'unknown resource attribute',
      given: 'Resources: {A: {Type: AWS::SNS::Topic, Invalid: 1}}',
      want: "Invalid template resource property 'Invalid'",
    },
    {
      name: 'unknown section',
      given: `Foo: 1\nBar: 2\nResources: {${topic}}`,
      want: 'Invalid template property or properties [Foo, Bar]',
    },
    {
      name: 'version',
      given: `AWSTemplateFormatVersion: 2012-10-17\nResources: {${topic}}`,
      want: 'Template format error: unsupported value for AWSTemplateFormatVersion.',
    },
    {
      name: 'logical id',
      given: 'Resources: {"AWS::NoValue": {Type: AWS::SNS::Topic}}',
      want: 'Template format error: Resource name AWS::NoValue is non alphanumeric.',
    },
    {
      name: 'parameter name',
      given: `Parameters: {my-name: {Type: String}}\nResources: {${topic}}`,
      want: 'Template format error: Parameter name my-name is non alphanumeric.',
    },
    {
      name: 'parameter type',
      given: `Parameters: {P: {Type: Text}}\nResources: {${topic}}`,
      want: 'Template format error: Unrecognized parameter type: Text',
    },
    {
      name: 'parameter without type',
      given: `Parameters: {P: {Default: x}}\nResources: {${topic}}`,
      want: 'Template format error: Every Parameters object must contain a Type member.',
    },
    {
      name: 'parameter property',
      given: `Parameters: {P: {Type: String, Defualt: x}}\nResources: {${topic}}`,
      want: "Invalid template parameter property 'Defualt'",
    },
    {
      name: 'Default a list',
      given: `Parameters: {P: {Type: CommaDelimitedList, Default: [a]}}\nResources: {${topic}}`,
      want: 'Template format error: Every Default member must be a string.',
    },
    {
      name: 'AllowedValues a text',
      given: `Parameters: {P: {Type: String, AllowedValues: a b}}\nResources: {${topic}}`,
      want: 'Template format error: Every AllowedValues member must be a list.',
    },
    {
      name: 'null in an output',
      given: `Resources: {${topic}}\nOutputs: {MyOutput: {Value: }}`,
      want: "[/Outputs/MyOutput/Value] 'null' values are not allowed in templates",
    },
    {
      name: 'null in a property',
      given: 'Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: ~}}}',
      want: "[/Resources/A/Properties/TopicName] 'null' values are not allowed in templates",
    },
    {
      name: 'output without Value',
      given: `Resources: {${topic}}\nOutputs: {O: {Description: x}}`,
      want: 'Template format error: Every Outputs member must contain a Value object',
    },
    {
      name: 'output with a list',
      given: `Resources: {${topic}}\nOutputs: {O: {Value: [a]}}`,
      want: 'Template format error: The Value field of every Outputs member must evaluate to a String.',
    },
    {
      name: 'Ref of nothing',
      given: 'Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Nope}}}',
      want: 'Template format error: Unresolved resource dependencies [Nope] in the Resources block of the template',
    },
    {
      name: 'several Refs of nothing',
      given:
        'Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref X, DisplayName: !Sub "${Y}"}}}',
      want: 'Template format error: Unresolved resource dependencies [X, Y] in the Resources block of the template',
    },
    {
      name: 'what every object inherits is no resource',
      given: 'Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref constructor}}}',
      want: 'Template format error: Unresolved resource dependencies [constructor] in the Resources block of the template',
    },
    {
      name: 'GetAtt of nothing',
      given: 'Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: !GetAtt Nope.Arn}}}',
      want: 'Template error: instance of Fn::GetAtt references undefined resource Nope',
    },
    {
      name: 'GetAtt of nothing in Sub',
      given: 'Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub "${Nope.Arn}"}}}',
      want: 'Template error: instance of Fn::Sub references invalid resource attribute Nope.Arn',
    },
    {
      name: 'DependsOn nothing',
      given: 'Resources: {A: {Type: AWS::SNS::Topic, DependsOn: B}}',
      want: 'Template format error: Unresolved resource dependencies [B] in the Resources block of the template',
    },
    {
      name: 'DependsOn a function',
      given: 'Resources: {A: {Type: AWS::SNS::Topic, DependsOn: !Ref A}}',
      want: 'Template format error: DependsOn must be a string or list of strings.',
    },
    {
      name: 'a cycle',
      given:
        'Resources: {A: {Type: AWS::SNS::Topic, DependsOn: B}, B: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref A}}}',
      want: 'Circular dependency between resources: [A, B]',
    },
    {
      name: 'DeletionPolicy a function',
      given: 'Resources: {A: {Type: AWS::SNS::Topic, DeletionPolicy: !Ref AWS::Region}}',
      want: 'Template format error: Every DeletionPolicy member must be a string.',
    },
    {
      name: 'DeletionPolicy unknown',
      given: 'Resources: {A: {Type: AWS::SNS::Topic, DeletionPolicy: Keep}}',
      want: 'Template format error: Unrecognized DeletionPolicy Keep for the resource A',
    },
    {
      name: 'Condition a function',
      given: 'Resources: {A: {Type: AWS::SNS::Topic, Condition: !Equals [a, b]}}',
      want: 'Template format error: Every Condition member must be a string.',
    },
    {
      name: 'Condition undeclared',
      given: 'Resources: {A: {Type: AWS::SNS::Topic, Condition: Nope}}',
      want: 'Template format error: Condition Nope is not defined.',
    },
    {
      name: 'an import that waits for a resource',
      given: `Resources: {${topic}, A: {Type: AWS::SNS::Topic, Properties: {TopicName: !ImportValue {Fn::Sub: '\${T}'}}}}`,
      want: 'Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs',
    },
    {
      name: 'If with an undeclared condition',
      given: 'Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: !If [MissingCondition, a, b]}}}',
      want: 'Template error: unresolved condition dependency MissingCondition in Fn::If',
    },
    {
      name: 'Equals with one',
      given: `Conditions: {C: !Equals [a]}\nResources: {${topic}}`,
      want: 'Template error: every Fn::Equals object requires a list of 2 string parameters.',
    },
    {
      name: 'a condition that asks a resource',
      given: `Conditions: {C: !Equals [!Ref T, a]}\nResources: {${topic}}`,
      want: 'Template format error: Unresolved dependencies [T]. Cannot reference resources in the Conditions block of the template',
    },
    {
      name: 'Join with a text',
      given: 'Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Join ["", a]}}}',
      want: 'Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.',
    },
    {
      name: 'Sub with odd names',
      given: 'Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub "${a-b}"}}}',
      want: 'Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons',
    },
    {
      name: 'FindInMap without the map',
      given: 'Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: !FindInMap [M, a, b]}}}',
      want: "Template error: Mapping named 'M' is not present in the 'Mappings' section of template.",
    },
    {
      name: 'FindInMap with a default, without the extensions',
      given: `Mappings: {M: {a: {b: c}}}\nResources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: !FindInMap [M, a, b, {DefaultValue: d}]}}}`,
      want: 'Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value',
    },
    {
      name: 'a function of the extensions without them',
      given: 'Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: {"Fn::Length": [a]}}}}',
      want: 'Template Error: Encountered unsupported function: Fn::Length Supported functions are: [Fn::Base64, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, Fn::FindInMap, Fn::Select, Ref, Fn::Equals, Fn::If, Fn::Not, Condition, Fn::And, Fn::Or, Fn::Contains, Fn::EachMemberEquals, Fn::EachMemberIn, Fn::ValueOf, Fn::ValueOfAll, Fn::RefAll, Fn::Sub, Fn::Cidr]',
    },
    {
      name: 'Not of a text',
      given: `Conditions: {C: !Not [x]}\nResources: {${topic}}`,
      want: 'Template error: every Fn::Not object requires one boolean parameter.',
    },
    {
      name: 'an import in a condition',
      given: `Conditions: {C: !Equals [!ImportValue a, b]}\nResources: {${topic}}`,
      want: 'Template error: Cannot use Fn::ImportValue in Conditions.',
    },
    {
      name: 'mapping with a function',
      given: `Mappings: {M: {a: {b: !Ref T}}}\nResources: {${topic}}`,
      want: 'Template format error: Every Mappings attribute must be a String or a List.',
    },
    {
      name: 'too many resources',
      given: `Resources: {${Array.from({ length: 501 }, (_, index) => `T${index}: {Type: AWS::SNS::Topic}`).join(', ')}}`,
      want: 'Template format error: Number of resources, 501, is greater than maximum allowed, 500',
    },
  ]
  it.each(table)('$name', ({ given, want }) => {
    expect(() => read(given)).toThrow(expect.objectContaining({ message: want, code: 'ValidationError' }))
  })
})

describe('what is right', () => {
  it('is read whole', () => {
    const template = read(`
Description: d
Parameters: {P: {Type: Number, Default: 5, AllowedValues: [5, 6], NoEcho: true}}
Conditions: {C: !Equals [!Ref P, 5]}
Resources:
  A: {Type: AWS::SNS::Topic, Condition: C, DependsOn: B, DeletionPolicy: Retain}
  B: {Type: Custom::Thing, Properties: {ServiceToken: !Sub "\${P}\${!P}"}}
Outputs: {O: {Value: !GetAtt A.TopicName, Condition: C, Export: {Name: x}}}
`)
    expect(template.parameters.get('P')).toEqual({
      type: 'Number',
      default: '5',
      allowedValues: ['5', '6'],
      noEcho: true,
    })
    expect(template.resources.get('A')).toMatchObject({
      condition: 'C',
      dependsOn: ['B'],
      deletionPolicy: 'Retain',
    })
    expect(template.outputs.get('O')).toMatchObject({ condition: 'C', exportName: 'x' })
  })

  const table: { name: string; given: string }[] = [
    {
      name: 'a macro’s own sections and names',
      given:
        'Transform: My::Macro\nGlobals: {}\nResources: {A: {Type: X, Count: 3, Properties: {B: !Ref Made}}}',
    },
    {
      name: 'a module’s resources',
      given:
        'Resources: {M: {Type: My::Vpc::MODULE}, T: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref MSubnet}}}',
    },
    {
      name: 'a function as DeletionPolicy with the extensions',
      given:
        'Transform: AWS::LanguageExtensions\nResources: {A: {Type: AWS::SNS::Topic, DeletionPolicy: !Ref AWS::Region}}',
    },
    {
      name: 'Condition as a key of a policy',
      given: 'Resources: {A: {Type: AWS::IAM::Role, Properties: {P: [{Condition: {StringEquals: {a: b}}}]}}}',
    },
  ]
  it.each(table)('$name', ({ given }) => {
    expect(() => read(given)).not.toThrow()
  })
})

it('with a report of its own, every problem is told', () => {
  const problems: Problem[] = []
  const body =
    'Foo: 1\nParameters: {P: {Type: Text}}\nResources: {A: {Typ: x}, B: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Q}}}'
  readTemplate(parseTemplate(body).value, (problem) => problems.push(problem))
  expect(problems.map(({ path }) => path.join('.'))).toEqual([
    'Foo',
    'Parameters.P.Type',
    'Resources.A.Typ',
    'Resources.A',
    'Resources.B.Properties.TopicName.Ref',
  ])
  for (const { advice } of problems) expect(advice).toMatch(/[^.]$/)
})
