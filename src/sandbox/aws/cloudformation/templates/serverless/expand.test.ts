import { describe, expect, it } from 'vitest'
import { tryEngine } from '../../try-engine.ts'
import { expandServerless } from './expand.ts'

/** Logical id → type of what a function with some properties stands for. */
function typesOf(
  properties: Record<string, unknown>,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  const { Resources: resources } = expandServerless(
    { ...more, Resources: { Fn: { Type: 'AWS::Serverless::Function', Properties: properties } } },
    'aws',
  )
  return Object.fromEntries(
    Object.entries(resources as Record<string, { Type: string }>).map(([id, { Type: type }]) => [id, type]),
  )
}

const FUNCTION = { Fn: 'AWS::Lambda::Function', FnRole: 'AWS::IAM::Role' }
const event = (type: string, properties: Record<string, unknown> = {}) => ({
  Events: { On: { Type: type, Properties: properties } },
})

describe('Transforms: AWS::Serverless', () => {
  it.each([
    { name: 'a function has a role', given: {}, want: FUNCTION },
    { name: 'unless it is given one', given: { Role: 'arn' }, want: { Fn: 'AWS::Lambda::Function' } },
    {
      name: 'a schedule is a rule and a permission',
      given: event('Schedule', { Schedule: 'rate(1 hour)' }),
      want: { ...FUNCTION, FnOn: 'AWS::Events::Rule', FnOnPermission: 'AWS::Lambda::Permission' },
    },
    {
      name: 'a queue is a mapping',
      given: event('SQS', { Queue: 'arn' }),
      want: { ...FUNCTION, FnOn: 'AWS::Lambda::EventSourceMapping' },
    },
    {
      name: 'a topic is a subscription and a permission',
      given: event('SNS', { Topic: 'arn' }),
      want: { ...FUNCTION, FnOn: 'AWS::SNS::Subscription', FnOnPermission: 'AWS::Lambda::Permission' },
    },
    {
      name: 'an HTTP API nobody declared is made',
      given: event('HttpApi'),
      want: {
        ...FUNCTION,
        FnOnPermission: 'AWS::Lambda::Permission',
        ServerlessHttpApi: 'AWS::ApiGatewayV2::Api',
        ServerlessHttpApiApiGatewayDefaultStage: 'AWS::ApiGatewayV2::Stage',
      },
    },
  ])('$name', ({ given, want }) => {
    expect(typesOf(given)).toEqual(want)
  })

  it('makes an API with deployment and stage', () => {
    expect(Object.keys(typesOf(event('Api', { Path: '/', Method: 'get' }))).toSorted()).toEqual([
      'Fn',
      'FnOnPermissionProd',
      'FnRole',
      'ServerlessRestApi',
      expect.stringMatching(/^ServerlessRestApiDeployment[0-9a-f]{10}$/),
      'ServerlessRestApiProdStage',
    ])
  })

  it('puts globals below', () => {
    const { Resources: resources } = expandServerless(
      {
        Globals: { Function: { Runtime: 'nodejs24.x', Environment: { Variables: { A: '1' } } } },
        Resources: {
          Fn: {
            Type: 'AWS::Serverless::Function',
            Properties: { Environment: { Variables: { B: '2' } }, CodeUri: 's3://bucket/key.zip' },
          },
        },
      },
      'aws',
    )
    expect(resources).toMatchObject({
      Fn: {
        Properties: {
          Runtime: 'nodejs24.x',
          Environment: { Variables: { A: '1', B: '2' } },
          Code: { S3Bucket: 'bucket', S3Key: 'key.zip' },
        },
      },
    })
  })

  it('deploys', async () => {
    const { create } = tryEngine()
    const template = {
      Transform: 'AWS::Serverless-2016-10-31',
      Resources: {
        Fn: {
          Type: 'AWS::Serverless::Function',
          Properties: {
            Handler: 'index.handler',
            Runtime: 'nodejs24.x',
            InlineCode: 'x',
            AutoPublishAlias: 'live',
            ...event('Api', { Path: '/a', Method: 'get' }),
          },
        },
        Table: { Type: 'AWS::Serverless::SimpleTable' },
      },
      Outputs: { Alias: { Value: { Ref: 'Fn.Alias' } } },
    }
    const capabilities = { Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'] }
    expect(await create('stack', template, capabilities)).toBe('CREATE_COMPLETE')
  })
})
