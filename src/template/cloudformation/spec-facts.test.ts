import { beforeAll, describe, expect, it } from 'vitest'
import type { ResourceFacts } from './facts.ts'
import { loadResourceFacts } from './spec-facts.ts'

let facts: ResourceFacts
beforeAll(async () => {
  facts = await loadResourceFacts()
})

describe('AWS’s own schemas', () => {
  it('know the types, what identifies them and what can be asked of them', () => {
    const topic = facts.typeFacts('AWS::SNS::Topic')
    expect(topic?.refIdentifier).toEqual(['TopicArn'])
    expect([...(topic?.attributes.keys() ?? [])]).toContain('TopicName')
    expect(topic?.tags).toEqual({ property: 'Tags', variant: 'standard' })
    expect(facts.typeFacts('AWS::IAM::Role')?.properties.get('AssumeRolePolicyDocument')?.required).toBe(true)
    expect(facts.typeFacts('AWS::Serverless::Function')?.transform).toBe('AWS::Serverless-2016-10-31')
    expect([...(facts.typeNames?.() ?? [])].length).toBeGreaterThan(1500)
  })

  it('do not know what is no type', () => {
    for (const type of ['AWS::S3::Buket', 'Custom::Thing', 'constructor'])
      expect(facts.typeFacts(type)).toBeUndefined()
  })

  const table: { type: string; path: string[]; want: 'yes' | 'no' | 'maybe' }[] = [
    { type: 'AWS::SNS::Topic', path: ['TopicName'], want: 'yes' },
    { type: 'AWS::SNS::Topic', path: ['DisplayName'], want: 'no' },
    { type: 'AWS::EC2::Instance', path: ['InstanceType'], want: 'maybe' },
    { type: 'AWS::EC2::Instance', path: ['CpuOptions', 'CoreCount'], want: 'yes' },
    { type: 'AWS::SNS::Topic', path: ['NoSuchProperty'], want: 'no' },
  ]
  it.each(table)('$type $path is replaced: $want', ({ type, path, want }) => {
    expect(facts.typeFacts(type)?.causesReplacement(path)).toBe(want)
  })
})
