import { describe, expect, it } from 'vitest'
import { ssm, topics, tryEngine } from './try-engine.ts'

describe('Dynamic references', () => {
  it('name things by what they stand for, and show only themselves', async () => {
    const { call, create, settled, stack } = tryEngine()
    await create('secrets', {
      Resources: {
        Secret: {
          Type: 'AWS::SecretsManager::Secret',
          Properties: { Name: 'mine', SecretString: '{"user":"ana"}' },
        },
        Plain: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/name', Type: 'String', Value: 'plain' } },
      },
    })
    const reference = '{{resolve:secretsmanager:mine:SecretString:user}}'
    expect(
      await create('stack', {
        Resources: {
          Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: reference } },
          P: ssm('{{resolve:ssm:/name}}'),
        },
        Outputs: { Arn: { Value: { Ref: 'Topic' } }, P: { Value: { 'Fn::GetAtt': ['P', 'Value'] } } },
      }),
    ).toBe('CREATE_COMPLETE')
    const outputs = ((await stack('stack'))['Outputs'] ?? []).map((output) => output['OutputValue'])
    expect(outputs).toEqual(['arn:aws:sns:eu-west-1:123456789012:ana', 'plain'])
    const { StackEvents: events = [] } = await call('DescribeStackEvents', { StackName: 'stack' })
    const shown = events.find((event) => event['LogicalResourceId'] === 'Topic')
    expect(shown?.['ResourceProperties']).toBe(JSON.stringify({ TopicName: reference }))
    await call('DetectStackDrift', { StackName: 'stack' })
    await settled('stack')
    const drifts = await call('DescribeStackResourceDrifts', { StackName: 'stack' })
    expect(JSON.stringify(drifts)).not.toContain('MODIFIED')
  })

  it('fail the resource when the secret lacks the key', async () => {
    const { create, events } = tryEngine()
    await create('secrets', {
      Resources: {
        Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'mine', SecretString: '{}' } },
      },
    })
    const reference = '{{resolve:secretsmanager:mine:SecretString:user}}'
    expect(await create('stack', topics({ Topic: { DisplayName: reference } }))).toBe('ROLLBACK_COMPLETE')
    expect(await events('stack')).toContain(
      'Topic CREATE_FAILED [Could not find a value associated with JSONKey in SecretString]',
    )
  })

  it('stand for themselves where nobody set the secret', async () => {
    const { create } = tryEngine()
    const reference = '{{resolve:secretsmanager:none}}'
    expect(await create('stack', topics({ Topic: { DisplayName: reference } }))).toBe('CREATE_COMPLETE')
  })
})
