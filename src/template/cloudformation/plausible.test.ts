import { expect, it } from 'vitest'
import { resolveParameters } from './parameters.ts'
import { parseTemplate } from './parse.ts'
import { plausibleParameters } from './plausible.ts'
import { readTemplate } from './structure.ts'

const PARAMETERS = [
  '{Type: String}',
  '{Type: String, AllowedValues: [x, y]}',
  '{Type: String, MinLength: 12, AllowedPattern: "[a-z]+"}',
  '{Type: Number, MinValue: 5}',
  '{Type: List<AWS::EC2::Subnet::Id>}',
  '{Type: CommaDelimitedList, AllowedPattern: "vpc-[0-9a-f]{17}"}',
  `{Type: String, AllowedPattern: '(\\d{1,3}\\.){3}\\d{1,3}/\\d+'}`,
  '{Type: AWS::EC2::VPC::Id}',
]

it.each(PARAMETERS)('%s accepts what is made up for it', (parameter) => {
  const template = readTemplate(
    parseTemplate(
      `Parameters: {P: ${parameter}, D: {Type: String, Default: x}}\nResources: {T: {Type: AWS::SNS::Topic}}`,
    ).value,
  )
  const values = plausibleParameters(template)
  expect(Object.keys(values)).toEqual(['P'])
  const given = Object.entries(values).map(([key, value]) => ({ key, value }))
  expect(() => resolveParameters(template, { given })).not.toThrow()
})
