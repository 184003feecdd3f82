import { beforeAll, describe, expect, it } from 'vitest'
import type { ResourceFacts } from './facts.ts'
import { loadResourceFacts } from './spec-facts.ts'
import { type TemplateToValidate, validateTemplate } from './validate.ts'

let facts: ResourceFacts
beforeAll(async () => {
  facts = await loadResourceFacts()
})

function lines(given: TemplateToValidate): string[] {
  return validateTemplate(given).map(
    ({ line, column, severity, message }) => `${line}:${column} ${severity} ${message}`,
  )
}

const MISTAKES = `AWSTemplateFormatVersion: 2010-09-09
Parameters:
  DesiredCount: {Type: Number, MaxValue: 10}
  Env: {Type: String, AllowedValues: [dev, prod]}
  Broken: {Type: String, AllowedPattern: '[a-z]+', Default: X1}
  Needed: {Type: String}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: x
      AssumeRolePolicyDocument: {}
  Other: {Type: AWS::IAM::User, Properties: {UserName: x}}
  Typo:
    Type: AWS::S3::Buket
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketNam: !If [Missing, a, b]
      CorsConfiguration:
        CorsRules:
          - {AllowedMethod: [GET], AllowedMethods: [GET], AllowedOrigins: ['*']}
  Queue: {Type: AWS::SQS::Queue, DependsOn: Topic, Properties: {QueueName: !Ref Nme}}
  Topic: {Type: AWS::SNS::Topic, DependsOn: Queue, Properties: {TopicName: !GetAtt Bucket.Anr}}
  Thing: {Type: Custom::Thing, Properties: {ServiceToken: a, Anything: !GetAtt Ghost.Arn}}
  Module: {Type: My::Own::MODULE, Properties: {Anything: goes}}
`

it('everything is found at once, each at its place', () => {
  expect(
    lines({
      body: MISTAKES,
      facts,
      capabilities: ['CAPABILITY_IAM'],
      parameters: { DesiredCont: '1', DesiredCount: '12', Env: 'prd' },
    }),
  ).toEqual([
    '2:1 error the template has no parameter DesiredCont (did you mean DesiredCount?)',
    '3:3 error DesiredCount is "12", above the MaxValue 10',
    '4:3 error Env is "prd", which is not one of the AllowedValues dev, prod',
    '5:3 error Broken is "X1", which does not match the AllowedPattern [a-z]+',
    '6:3 error the parameter Needed has no default; give it a value',
    '11:7 error the template creates a named role (Resources.Role.Properties.RoleName and 1 more); add CAPABILITY_NAMED_IAM',
    '15:5 warning "AWS::S3::Buket" is not a known resource type (did you mean AWS::S3::Bucket?)',
    '19:7 error the condition "Missing" is not declared; add it to Conditions',
    '19:7 warning BucketNam is not a known property (did you mean BucketName?)',
    '22:14 warning AllowedMethod is not a known property (did you mean AllowedMethods?)',
    '23:3 error the resources wait for each other: Queue → Topic → Queue; take one reference out',
    '23:65 error there is no parameter or resource "Nme"',
    '24:65 warning Fn::GetAtt asks Bucket (AWS::S3::Bucket) for Anr, which is not a known attribute (did you mean Arn?)',
    '25:62 error there is no resource "Ghost"',
  ])
})

it('what the caller wrote is told from what the template says', () => {
  const findings = validateTemplate({
    body: MISTAKES,
    capabilities: [],
    parameters: { Env: 'prd', Extra: 'x' },
  })
  expect(findings.flatMap(({ about }) => (about ? [about] : []))).toEqual(
    expect.arrayContaining([
      { given: 'parameters', name: 'Env' },
      { given: 'parameters', name: 'Extra' },
      { given: 'parameters', name: 'Needed' },
      { given: 'capabilities' },
    ]),
  )
  expect(findings.find(({ path }) => path === 'Parameters.Broken')?.about).toBeUndefined()
})

describe('single findings', () => {
  const good = 'Resources: {T: {Type: AWS::SNS::Topic}}'
  const table: { name: string; given: Omit<TemplateToValidate, 'facts'>; want: string[] }[] = [
    { name: 'nothing wrong', given: { body: good, parameters: {}, capabilities: [] }, want: [] },
    {
      name: 'syntax',
      given: { body: 'Resources:\n  A: B: C' },
      want: ['2:6 error YAML not well-formed: nested mappings are not allowed in compact mappings'],
    },
    {
      name: 'no Resources',
      given: { body: 'Description: x' },
      want: ['1:1 error the template has no Resources; a stack needs at least one'],
    },
    {
      name: 'too large for a request',
      given: { body: `Description: x\n${good}\n#${'x'.repeat(51_200)}` },
      want: [
        '1:1 warning the template has 51256 bytes; above 51200 it goes through S3, so the controller needs a bucket',
      ],
    },
    {
      name: 'too large for CloudFormation',
      given: { body: `${good}\n#${'x'.repeat(1_000_000)}` },
      want: [
        '1:1 error the template has 1000041 bytes, CloudFormation takes at most 1000000; split it into nested stacks',
      ],
    },
    {
      name: 'a transform: a change set does not ask, so only a warning',
      given: { body: 'Transform: My::Macro\nResources: {T: {Type: AWS::S3::Buket}}', capabilities: [] },
      want: ['1:1 warning the template uses the transform My::Macro (Transform); add CAPABILITY_AUTO_EXPAND'],
    },
    {
      name: 'a type of a transform that is not named',
      given: { body: 'Resources: {F: {Type: AWS::Serverless::Function}}' },
      want: [
        '1:13 warning AWS::Serverless::Function needs the transform AWS::Serverless-2016-10-31; add `Transform: AWS::Serverless-2016-10-31`',
      ],
    },
    {
      name: 'a selection beyond the end of what is given',
      given: {
        body: 'Parameters: {L: {Type: CommaDelimitedList}}\nResources: {T: {Type: AWS::SNS::Topic, Properties: {TopicName: !Select [2, !Ref L]}}}',
        parameters: { L: 'a,b' },
      },
      want: ['2:53 error there is no item 2 in a list of 2'],
    },
    {
      name: 'a mapping by the region is not known here',
      given: {
        body: 'Mappings: {M: {eu-west-1: {A: x}}}\nResources: {T: {Type: AWS::SNS::Topic, Properties: {TopicName: !FindInMap [M, !Ref AWS::Region, A]}}}',
        parameters: {},
      },
      want: [],
    },
  ]
  it.each(table)('$name', ({ given, want }) => {
    expect(lines({ ...given, facts })).toEqual(want)
  })
})
