import { isObject, text } from '../../input.ts'
import type { JsonObject } from '../../model.ts'
import type { Expansion, ServerlessContext } from './parts.ts'

/** One event of a function. */
export interface FunctionEvent {
  functionId: string
  name: string
  event: JsonObject
  /** What is invoked: the function or its alias. */
  target: unknown
  attributes: JsonObject
}

/** What triggers a function: a rule, a subscription, a mapping, an API's permission. */
export function expandEvent(from: FunctionEvent, context: ServerlessContext): Expansion {
  const { event } = from
  const properties = isObject(event['Properties']) ? event['Properties'] : {}
  const id = `${from.functionId}${from.name}`
  switch (String(event['Type'])) {
    case 'Api':
      return restApi(from, properties, context)
    case 'HttpApi':
      return httpApi(from, properties, context)
    case 'Schedule':
      return rule(from, { ScheduleExpression: properties['Schedule'] }, properties)
    case 'CloudWatchEvent':
    case 'EventBridgeRule':
      return rule(from, { EventPattern: properties['Pattern'] }, properties)
    case 'SNS':
      return {
        [id]: {
          ...from.attributes,
          Type: 'AWS::SNS::Subscription',
          Properties: {
            Endpoint: arnOf(from),
            Protocol: 'lambda',
            TopicArn: properties['Topic'],
            ...(properties['FilterPolicy'] === undefined ? {} : { FilterPolicy: properties['FilterPolicy'] }),
          },
        },
        ...permission(from, `${id}Permission`, 'sns.amazonaws.com', properties['Topic']),
      }
    case 'S3':
      return permission(from, `${id}Permission`, 's3.amazonaws.com', undefined)
    case 'SQS':
      return mapping(from, properties['Queue'], properties)
    case 'Kinesis':
    case 'DynamoDB':
      return mapping(from, properties['Stream'], properties)
    default:
      return {}
  }
}

function arnOf({ functionId, target }: FunctionEvent): unknown {
  const isAlias = isObject(target) && target['Ref'] !== functionId
  return isAlias ? target : { 'Fn::GetAtt': [functionId, 'Arn'] }
}

function permission(from: FunctionEvent, id: string, principal: string, source: unknown): Expansion {
  return {
    [id]: {
      ...from.attributes,
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: from.target,
        Principal: principal,
        ...(source === undefined ? {} : { SourceArn: source }),
      },
    },
  }
}

function rule(from: FunctionEvent, trigger: JsonObject, properties: JsonObject): Expansion {
  const id = `${from.functionId}${from.name}`
  const { Name: name, Description: description, Input: input, Enabled: enabled } = properties
  return {
    [id]: {
      ...from.attributes,
      Type: 'AWS::Events::Rule',
      Properties: {
        ...trigger,
        ...(name === undefined ? {} : { Name: name }),
        ...(description === undefined ? {} : { Description: description }),
        ...(enabled === undefined
          ? {}
          : { State: enabled === true || enabled === 'true' ? 'ENABLED' : 'DISABLED' }),
        Targets: [
          { Arn: arnOf(from), Id: `${id}LambdaTarget`, ...(input === undefined ? {} : { Input: input }) },
        ],
      },
    },
    ...permission(from, `${id}Permission`, 'events.amazonaws.com', { 'Fn::GetAtt': [id, 'Arn'] }),
  }
}

function mapping(from: FunctionEvent, source: unknown, properties: JsonObject): Expansion {
  const { Queue: _queue, Stream: _stream, ...rest } = properties
  return {
    [`${from.functionId}${from.name}`]: {
      ...from.attributes,
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { ...rest, EventSourceArn: source, FunctionName: from.target },
    },
  }
}

function restApi(from: FunctionEvent, properties: JsonObject, context: ServerlessContext): Expansion {
  const declared = isObject(properties['RestApiId']) ? properties['RestApiId']['Ref'] : undefined
  const api = typeof declared === 'string' ? declared : 'ServerlessRestApi'
  if (typeof declared !== 'string') context.implicit.rest = true
  const stage = typeof declared === 'string' ? stageOf(context, declared) : 'Prod'
  const method = (text(properties, 'Method') ?? 'any').toUpperCase()
  const path = (text(properties, 'Path') ?? '/').replaceAll(/\{[^}]*\}/g, '*')
  return permission(from, `${from.functionId}${from.name}Permission${stage}`, 'apigateway.amazonaws.com', {
    'Fn::Sub': [
      `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${__ApiId__}/\${__Stage__}/${method === 'ANY' ? '*' : method}${path}`,
      { __ApiId__: { Ref: api }, __Stage__: '*' },
    ],
  })
}

function stageOf({ resources }: ServerlessContext, api: string): string {
  const resource = resources[api]
  const properties = isObject(resource) ? resource['Properties'] : undefined
  const stage = isObject(properties) ? properties['StageName'] : undefined
  return typeof stage === 'string' ? stage.replaceAll(/\W/g, '') : 'Stage'
}

function httpApi(from: FunctionEvent, properties: JsonObject, context: ServerlessContext): Expansion {
  const declared = isObject(properties['ApiId']) ? properties['ApiId']['Ref'] : undefined
  const api = typeof declared === 'string' ? declared : 'ServerlessHttpApi'
  if (typeof declared !== 'string') context.implicit.http = true
  return permission(from, `${from.functionId}${from.name}Permission`, 'apigateway.amazonaws.com', {
    'Fn::Sub': [
      'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/${__Stage__}/*',
      { __ApiId__: { Ref: api }, __Stage__: '*' },
    ],
  })
}
