import { expect, it } from 'vitest'
import { ssm, tryEngine } from './try-engine.ts'

const URL = 'https://bucket.s3.amazonaws.com/child.json'

function parent(attribute: string): unknown {
  return {
    Resources: {
      Child: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: URL } },
      After: ssm({ 'Fn::GetAtt': ['Child', attribute] }),
    },
  }
}

it('an output that a nested stack does not have fails who asks for it', async () => {
  const { changeSet, create, events, templates } = tryEngine()
  templates.set(URL, JSON.stringify({ Resources: { P: ssm('x') }, Outputs: { Here: { Value: 'y' } } }))
  expect(await create('stack', parent('Outputs.Here'))).toBe('CREATE_COMPLETE')
  const set = await changeSet('stack', parent('Outputs.Gone'), { IncludePropertyValues: 'true' })
  expect(set['Status']).toBe('CREATE_COMPLETE')
  expect(await create('other', parent('Outputs.Gone'))).toBe('ROLLBACK_COMPLETE')
  expect(await events('other')).toContain(
    'After CREATE_FAILED [Template error: resource Child does not support attribute type Outputs.Gone in Fn::GetAtt]',
  )
})

it('what is no output of a nested stack is refused on the call', async () => {
  const { refusal } = tryEngine()
  expect(
    await refusal('CreateStack', { StackName: 'stack', TemplateBody: JSON.stringify(parent('Gone')) }),
  ).toBe('ValidationError: Template error: resource Child does not support attribute type Gone in Fn::GetAtt')
})
