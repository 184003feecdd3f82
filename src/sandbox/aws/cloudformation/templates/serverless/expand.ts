import { isObject, text } from '../../input.ts'
import type { JsonObject } from '../../model.ts'
import { expandApi, expandHttpApi } from './api.ts'
import { expandFunction } from './function.ts'
import { type Expansion, type ServerlessContext, attributesOf, entries, propertiesOf } from './parts.ts'

/** The transform's name in a header. */
export const SERVERLESS = 'AWS::Serverless-2016-10-31'

type Expand = (id: string, resource: JsonObject, context: ServerlessContext) => Expansion

const EXPANSIONS: Readonly<Record<string, { expand: Expand; globals: string }>> = {
  'AWS::Serverless::Function': { expand: expandFunction, globals: 'Function' },
  'AWS::Serverless::Api': { expand: expandApi, globals: 'Api' },
  'AWS::Serverless::HttpApi': { expand: expandHttpApi, globals: 'HttpApi' },
  'AWS::Serverless::SimpleTable': { expand: expandTable, globals: 'SimpleTable' },
  'AWS::Serverless::LayerVersion': { expand: expandLayer, globals: 'LayerVersion' },
  'AWS::Serverless::StateMachine': { expand: expandStateMachine, globals: 'StateMachine' },
  'AWS::Serverless::Application': { expand: expandApplication, globals: 'Application' },
}

/**
 * Writes the serverless types of a template out as AWS SAM does: functions with roles, permissions and what triggers
 * them, APIs with deployments and stages. What it does not know it leaves as it stands.
 */
export function expandServerless(template: JsonObject, partition: string): JsonObject {
  const { Globals: globals, ...rest } = template
  const resources = isObject(template['Resources']) ? template['Resources'] : {}
  const context: ServerlessContext = { partition, implicit: { rest: false, http: false }, resources }
  const expanded: JsonObject = {}
  for (const [id, resource] of Object.entries(resources)) {
    const rule = isObject(resource) ? EXPANSIONS[String(resource['Type'])] : undefined
    if (rule === undefined || !isObject(resource)) {
      expanded[id] ??= resource
      continue
    }
    const shared = isObject(globals) ? globals[rule.globals] : undefined
    const merged = { ...resource, Properties: merge(shared, resource['Properties']) }
    Object.assign(expanded, rule.expand(id, merged, context))
  }
  const plain = { Type: 'AWS::Serverless::Api' }
  if (context.implicit.rest)
    Object.assign(
      expanded,
      expandApi('ServerlessRestApi', { ...plain, Properties: { StageName: 'Prod' } }, context),
    )
  if (context.implicit.http) Object.assign(expanded, expandHttpApi('ServerlessHttpApi', plain, context))
  return { ...rest, Resources: withSettledReferences(expanded, expanded) }
}

/** Globals below, the resource's own above; maps are merged, lists are joined. */
function merge(shared: unknown, own: unknown): unknown {
  if (shared === undefined) return own ?? {}
  if (own === undefined) return shared
  if (Array.isArray(shared) && Array.isArray(own)) return [...shared, ...own]
  if (!isObject(shared) || !isObject(own)) return own
  const names = new Set([...Object.keys(shared), ...Object.keys(own)])
  return Object.fromEntries([...names].map((name) => [name, merge(shared[name], own[name])]))
}

/** `!Ref Function.Alias` and the like name what was generated. */
function withSettledReferences(value: unknown, resources: JsonObject): unknown {
  if (Array.isArray(value)) return value.map((item) => withSettledReferences(item, resources))
  if (!isObject(value)) return value
  const { Ref: name } = value
  if (typeof name === 'string' && /^\w+\.(?:Alias|Version|Stage|Deployment)$/.test(name)) {
    const [id = '', part = ''] = name.split('.')
    const generated = Object.keys(resources).find((key) =>
      part === 'Stage' ? key.startsWith(id) && key.endsWith('Stage') : key.startsWith(`${id}${part}`),
    )
    return { Ref: generated ?? id }
  }
  return entries(value, (child) => withSettledReferences(child, resources))
}

function expandTable(id: string, resource: JsonObject): Expansion {
  const { PrimaryKey: key, ProvisionedThroughput: throughput, ...rest } = propertiesOf(resource)
  const primary = isObject(key) ? key : {}
  const name = primary['Name'] ?? 'id'
  const types: Readonly<Record<string, string>> = { String: 'S', Number: 'N', Binary: 'B' }
  return {
    [id]: {
      ...attributesOf(resource),
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        AttributeDefinitions: [
          { AttributeName: name, AttributeType: types[text(primary, 'Type') ?? 'String'] ?? 'S' },
        ],
        ...(throughput === undefined
          ? { BillingMode: 'PAY_PER_REQUEST' }
          : { ProvisionedThroughput: throughput }),
        KeySchema: [{ AttributeName: name, KeyType: 'HASH' }],
        ...rest,
      },
    },
  }
}

function expandLayer(id: string, resource: JsonObject): Expansion {
  const { ContentUri: content, RetentionPolicy: retention, ...rest } = propertiesOf(resource)
  return {
    [id]: {
      ...attributesOf(resource),
      Type: 'AWS::Lambda::LayerVersion',
      DeletionPolicy: String(retention).toLowerCase() === 'delete' ? 'Delete' : 'Retain',
      Properties: { LayerName: id, ...rest, Content: s3Location(content) },
    },
  }
}

function expandStateMachine(id: string, resource: JsonObject): Expansion {
  const {
    Definition: definition,
    DefinitionUri: uri,
    Name: name,
    Type: type,
    Role: role,
    ...rest
  } = propertiesOf(resource)
  const { Policies: _policies, Events: _events, Tracing: _tracing, Tags: _tags, ...kept } = rest
  const attributes = attributesOf(resource)
  const machine = {
    ...attributes,
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      ...kept,
      ...(definition === undefined ? {} : { DefinitionString: JSON.stringify(definition) }),
      ...(uri === undefined ? {} : { DefinitionS3Location: s3Location(uri, 'Bucket', 'Key') }),
      ...(name === undefined ? {} : { StateMachineName: name }),
      ...(type === undefined ? {} : { StateMachineType: type }),
      RoleArn: role ?? { 'Fn::GetAtt': [`${id}Role`, 'Arn'] },
      Tags: [{ Key: 'stateMachine:createdBy', Value: 'SAM' }],
    },
  }
  if (role !== undefined) return { [id]: machine }
  return { [id]: machine, [`${id}Role`]: stateMachineRole(attributes) }
}

function stateMachineRole(attributes: JsonObject): JsonObject {
  return {
    ...attributes,
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: ['states.amazonaws.com'] }, Action: ['sts:AssumeRole'] },
        ],
      },
    },
  }
}

function expandApplication(id: string, resource: JsonObject): Expansion {
  const { Location: location, ...rest } = propertiesOf(resource)
  if (typeof location !== 'string') return { [id]: resource }
  return {
    [id]: {
      ...attributesOf(resource),
      Type: 'AWS::CloudFormation::Stack',
      Properties: { ...rest, TemplateURL: location },
    },
  }
}

function s3Location(value: unknown, bucket = 'S3Bucket', key = 'S3Key'): JsonObject {
  if (isObject(value)) return { [bucket]: value['Bucket'], [key]: value['Key'] }
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(String(value))
  return { [bucket]: match?.[1] ?? 'local', [key]: match?.[2] ?? String(value) }
}
