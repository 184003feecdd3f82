import { expect, test } from 'vitest'
import { createEvaluator } from './evaluate.ts'
import type { EvaluationContext } from './evaluation.ts'
import { resolveParameters } from './parameters.ts'
import { parseTemplate } from './parse.ts'
import { brokenRule } from './rules.ts'
import { readTemplate } from './structure.ts'

const BROKEN = { rule: 'R', description: 'why' }

test.each<{ name: string; given: string; want: unknown }>([
  { name: 'contains', given: '!Contains [[a, b], !Ref P]', want: undefined },
  { name: 'contains not', given: '!Contains [[b, c], !Ref P]', want: BROKEN },
  { name: 'not', given: '!Not [!Contains [[a, b], !Ref P]]', want: BROKEN },
  { name: 'and', given: '!And [!Equals [!Ref P, a], !Equals [!Ref P, b]]', want: BROKEN },
  { name: 'or', given: '!Or [!Equals [!Ref P, a], !Equals [!Ref P, b]]', want: undefined },
  { name: 'each member in', given: '!EachMemberIn [!Ref L, [x, y, z]]', want: undefined },
  { name: 'each member in not', given: '!EachMemberIn [!Ref L, [x]]', want: BROKEN },
  { name: 'each member equals', given: '!EachMemberEquals [[x, x], x]', want: undefined },
  { name: 'all of a type', given: '!EachMemberIn [!RefAll String, [a]]', want: undefined },
  { name: 'what only AWS knows', given: '!EachMemberEquals [!ValueOfAll [x, VpcId], y]', want: undefined },
])('an assertion: $name', ({ given, want }) => {
  const json = parseTemplate(`
Parameters: {P: {Type: String, Default: a}, L: {Type: CommaDelimitedList, Default: 'x,y'}}
Rules: {R: {Assertions: [{Assert: ${given}, AssertDescription: why}]}}
Resources: {T: {Type: 'AWS::SNS::Topic'}}`).value
  const template = readTemplate(json)
  const context: EvaluationContext = {
    parameters: resolveParameters(template, { given: [] }),
    pseudo: {
      accountId: '1',
      region: 'r',
      partition: 'aws',
      urlSuffix: 'x',
      stackId: 'i',
      stackName: 'n',
      notificationArns: [],
    },
    ref: () => '',
    getAtt: () => '',
  }
  const evaluator = createEvaluator(template, context)
  expect(
    brokenRule({ template, context, evaluate: (value, path) => evaluator.evaluate(value, path) }),
  ).toEqual(want)
})
