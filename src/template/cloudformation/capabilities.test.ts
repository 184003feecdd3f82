import { expect, it } from 'vitest'
import { capabilityNeeds, impliedNeeds, uncoveredNeeds } from './capabilities.ts'
import { parseTemplate } from './parse.ts'
import { readTemplate } from './structure.ts'

const table: { name: string; given: string; want: string[] }[] = [
  { name: 'nothing', given: 'Resources: {T: {Type: AWS::SNS::Topic}}', want: [] },
  { name: 'a role', given: 'Resources: {R: {Type: AWS::IAM::Role}}', want: ['CAPABILITY_IAM Resources.R'] },
  {
    name: 'a named role',
    given: 'Resources: {R: {Type: AWS::IAM::Role, Properties: {RoleName: x}}}',
    want: ['CAPABILITY_NAMED_IAM Resources.R.Properties.RoleName'],
  },
  {
    name: 'a policy’s own name is no custom name',
    given: 'Resources: {P: {Type: AWS::IAM::Policy, Properties: {PolicyName: x}}}',
    want: ['CAPABILITY_IAM Resources.P'],
  },
  {
    name: 'a macro',
    given: 'Transform: [My::Macro]\nResources: {T: {Type: X}}',
    want: ['CAPABILITY_AUTO_EXPAND Transform'],
  },
  {
    name: 'an include',
    given: 'Resources: {T: {Type: AWS::SNS::Topic, Properties: {Fn::Transform: {Name: AWS::Include}}}}',
    want: ['CAPABILITY_AUTO_EXPAND Resources.T.Properties.Fn::Transform'],
  },
]

it.each(table)('$name', ({ given, want }) => {
  const needs = capabilityNeeds(readTemplate(parseTemplate(given).value))
  expect(needs.map(({ capability, path }) => `${capability} ${path.join('.')}`)).toEqual(want)
})

it('CAPABILITY_NAMED_IAM covers the plain one, not the other way round', () => {
  const needs = capabilityNeeds(
    readTemplate(
      parseTemplate(
        'Resources: {R: {Type: AWS::IAM::Role}, U: {Type: AWS::IAM::User, Properties: {UserName: x}}}',
      ).value,
    ),
  )
  expect(uncoveredNeeds(needs, ['CAPABILITY_NAMED_IAM'])).toEqual([])
  expect(uncoveredNeeds(needs, ['CAPABILITY_IAM'])).toHaveLength(1)
})

const serverless = (resource: string, rest = '') =>
  `Transform: AWS::Serverless-2016-10-31\n${rest}Resources: {F: {Type: AWS::Serverless::Function, Properties: ${resource}}}`

it.each([
  { name: 'a serverless function without a role gets one', given: serverless('{}'), want: ['Resources.F'] },
  { name: 'one with a role does not', given: serverless('{Role: arn}'), want: [] },
  {
    name: 'nothing is said where Globals may name the role',
    given: serverless('{}', 'Globals: {}\n'),
    want: [],
  },
])('$name', ({ given, want }) => {
  const needs = impliedNeeds(readTemplate(parseTemplate(given).value))
  expect(needs.map(({ path }) => path.join('.'))).toEqual(want)
})
