import { isObject } from '../../input.ts'
import type { JsonObject } from '../../model.ts'
import { expandEvent } from './events.ts'
import { type Expansion, type ServerlessContext, attributesOf, propertiesOf, shortHash } from './parts.ts'

/** Properties that AWS::Lambda::Function takes as they are. */
const PLAIN = [
  'Architectures',
  'CodeSigningConfigArn',
  'Description',
  'Environment',
  'EphemeralStorage',
  'FileSystemConfigs',
  'FunctionName',
  'Handler',
  'ImageConfig',
  'KmsKeyArn',
  'Layers',
  'LoggingConfig',
  'MemorySize',
  'PackageType',
  'ReservedConcurrentExecutions',
  'Runtime',
  'SnapStart',
  'Timeout',
  'VpcConfig',
]

/** A function with its role, its alias and what triggers it. */
export function expandFunction(id: string, resource: JsonObject, context: ServerlessContext): Expansion {
  const properties = propertiesOf(resource)
  const attributes = attributesOf(resource)
  const expansion: Expansion = {
    [id]: { ...attributes, Type: 'AWS::Lambda::Function', Properties: functionProperties(id, properties) },
  }
  if (properties['Role'] === undefined)
    expansion[`${id}Role`] = { ...conditionOf(attributes), ...roleOf(id, properties, context) }
  let target: unknown = { Ref: id }
  const alias = properties['AutoPublishAlias']
  if (typeof alias === 'string') {
    const version = `${id}Version${shortHash(properties['CodeUri'] ?? properties['InlineCode'] ?? id)}`
    expansion[version] = {
      ...conditionOf(attributes),
      Type: 'AWS::Lambda::Version',
      DeletionPolicy: 'Retain',
      Properties: { FunctionName: { Ref: id } },
    }
    expansion[`${id}Alias${alias}`] = {
      ...conditionOf(attributes),
      Type: 'AWS::Lambda::Alias',
      Properties: {
        Name: alias,
        FunctionName: { Ref: id },
        FunctionVersion: { 'Fn::GetAtt': [version, 'Version'] },
      },
    }
    target = { Ref: `${id}Alias${alias}` }
  }
  const url = properties['FunctionUrlConfig']
  if (isObject(url)) Object.assign(expansion, functionUrl(id, url, target))
  const events = isObject(properties['Events']) ? properties['Events'] : {}
  for (const [name, event] of Object.entries(events))
    if (isObject(event))
      Object.assign(
        expansion,
        expandEvent({ functionId: id, name, event, target, attributes: conditionOf(attributes) }, context),
      )
  return expansion
}

function conditionOf(attributes: JsonObject): JsonObject {
  return attributes['Condition'] === undefined ? {} : { Condition: attributes['Condition'] }
}

function functionProperties(id: string, properties: JsonObject): JsonObject {
  const plain = Object.fromEntries(
    PLAIN.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]),
  )
  const tags = isObject(properties['Tags']) ? properties['Tags'] : {}
  const queue = properties['DeadLetterQueue']
  return {
    Code: codeOf(properties),
    ...plain,
    Role: properties['Role'] ?? { 'Fn::GetAtt': [`${id}Role`, 'Arn'] },
    ...(properties['Tracing'] === undefined ? {} : { TracingConfig: { Mode: properties['Tracing'] } }),
    ...(isObject(queue) ? { DeadLetterConfig: { TargetArn: queue['TargetArn'] } } : {}),
    Tags: [
      { Key: 'lambda:createdBy', Value: 'SAM' },
      ...Object.entries(tags).map(([key, value]) => ({ Key: key, Value: value })),
    ],
  }
}

/** A local path is what `sam package` would have uploaded; here it stands for itself. */
function codeOf(properties: JsonObject): JsonObject {
  const { InlineCode: inline, ImageUri: image, CodeUri: uri } = properties
  if (inline !== undefined) return { ZipFile: inline }
  if (image !== undefined) return { ImageUri: image }
  if (isObject(uri) && uri['Bucket'] !== undefined)
    return {
      S3Bucket: uri['Bucket'],
      S3Key: uri['Key'],
      ...(uri['Version'] === undefined ? {} : { S3ObjectVersion: uri['Version'] }),
    }
  if (isObject(uri)) return { S3Bucket: 'local', S3Key: uri }
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(String(uri))
  return { S3Bucket: match?.[1] ?? 'local', S3Key: match?.[2] ?? String(uri) }
}

function roleOf(id: string, properties: JsonObject, { partition }: ServerlessContext): JsonObject {
  const managed = (name: string): string => `arn:${partition}:iam::aws:policy/${name}`
  const given = properties['Policies']
  const policies: unknown[] = Array.isArray(given) ? given : given === undefined ? [] : [given]
  const arns: unknown[] = [managed('service-role/AWSLambdaBasicExecutionRole')]
  if (properties['VpcConfig'] !== undefined)
    arns.push(managed('service-role/AWSLambdaVPCAccessExecutionRole'))
  if (properties['Tracing'] === 'Active') arns.push(managed('AWSXRayDaemonWriteAccess'))
  const inline: JsonObject[] = []
  for (const policy of policies) {
    if (typeof policy === 'string') arns.push(policy.startsWith('arn:') ? policy : managed(policy))
    else if (isObject(policy)) {
      if (policy['Statement'] === undefined && isFunction(policy)) arns.push(policy)
      else inline.push({ PolicyName: `${id}RolePolicy${inline.length}`, PolicyDocument: documentOf(policy) })
    }
  }
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Action: ['sts:AssumeRole'], Effect: 'Allow', Principal: { Service: ['lambda.amazonaws.com'] } },
        ],
      },
      ManagedPolicyArns: arns,
      ...(inline.length === 0 ? {} : { Policies: inline }),
      Tags: [{ Key: 'lambda:createdBy', Value: 'SAM' }],
    },
  }
}

function isFunction(value: JsonObject): boolean {
  const [key = ''] = Object.keys(value)
  return key === 'Ref' || key.startsWith('Fn::')
}

/** A policy of its own, or one of SAM's templates, whose statements are not told here. */
function documentOf(policy: JsonObject): JsonObject {
  if (policy['Statement'] !== undefined) return policy
  const [name = ''] = Object.keys(policy)
  const service = (/^[A-Z]+(?=[A-Z][a-z]|$)|^[A-Z][a-z]+/.exec(name)?.[0] ?? 'lambda').toLowerCase()
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: [`${service}:*`], Resource: '*' }] }
}

function functionUrl(id: string, config: JsonObject, target: unknown): Expansion {
  const open = config['AuthType'] === 'NONE'
  return {
    [`${id}Url`]: { Type: 'AWS::Lambda::Url', Properties: { TargetFunctionArn: target, ...config } },
    ...(open
      ? {
          [`${id}UrlPublicPermissions`]: {
            Type: 'AWS::Lambda::Permission',
            Properties: {
              Action: 'lambda:InvokeFunctionUrl',
              FunctionName: target,
              FunctionUrlAuthType: 'NONE',
              Principal: '*',
            },
          },
        }
      : {}),
  }
}
