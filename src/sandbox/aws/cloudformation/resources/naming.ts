import type { Random } from '../../../../api/clock.ts'
import type { ResourceTypeFacts } from '../../../../template/cloudformation/facts.ts'
import { arn, partitionOf, randomText } from '../ids.ts'
import type { JsonObject } from '../model.ts'

/** What a physical id is made from. */
export interface NamingContext {
  random: Random
  place: { account: string; region: string }
  stackName: string
  logicalId: string
  type: string
  facts: ResourceTypeFacts | undefined
  properties: JsonObject
}

/**
 * The physical id of a new resource, in AWS's shape: what the properties name it, else what the service or
 * CloudFormation would generate. Composite identifiers are joined by `|`, as the registry does.
 */
export function newPhysicalId(context: NamingContext): string {
  const shape = SHAPES[context.type]
  if (shape !== undefined) return shape(context)
  const identifiers = context.facts?.refIdentifier ?? []
  if (identifiers.length === 0) return generatedName(context)
  return identifiers.map((name) => identifierPart(context, name)).join('|')
}

/** The name that the template gives a resource itself, when it does: such a resource cannot be replaced under its own name. */
export function customName(
  type: string,
  facts: ResourceTypeFacts | undefined,
  properties: JsonObject,
): string | undefined {
  for (const name of [NAME_PROPERTIES[type], ...(facts?.refIdentifier ?? [])]) {
    const value = name === undefined ? undefined : properties[name]
    if (typeof value === 'string' && facts?.causesReplacement([name ?? '']) === 'yes') return value
  }
  return undefined
}

/** `stack-Logical-A1b2C3d4E5f6`, cut to what the service allows. */
export function generatedName(context: NamingContext, maxLength = 64, suffixLength = 12): string {
  const suffix = randomText(context.random, suffixLength)
  const room = maxLength - suffixLength - 1
  const plain = `${context.stackName}-${context.logicalId}`
  return `${cut(plain, context, room)}-${suffix}`
}

function cut(plain: string, { stackName, logicalId }: NamingContext, room: number): string {
  if (plain.length <= room) return plain
  const logicalRoom = Math.min(logicalId.length, Math.floor((room - 1) / 2))
  return `${stackName.slice(0, room - 1 - logicalRoom)}-${logicalId.slice(0, logicalRoom)}`
}

function identifierPart(context: NamingContext, name: string): string {
  const own = context.properties[name]
  if (typeof own === 'string' || typeof own === 'number') return String(own)
  const word = name.split('/').at(-1) ?? name
  if (/arn$/i.test(word)) return generatedArn(context)
  if (/name$/i.test(word) || context.facts?.properties.has(word) === true) return generatedName(context)
  if (/ur[il]$/i.test(word))
    return `https://${randomText(context.random, 10, 'lower')}.${context.place.region}.amazonaws.com`
  return generatedId(context)
}

function generatedId(context: NamingContext): string {
  const [, service = '', resource = ''] = context.type.split('::')
  if (service === 'EC2') {
    const prefix = EC2_PREFIXES[resource] ?? dashed(resource)
    return `${prefix}-0${randomText(context.random, 16, 'hex')}`
  }
  if (service === 'ApiGateway' || service === 'ApiGatewayV2')
    return randomText(context.random, service === 'ApiGateway' ? 6 : 10, 'lower')
  if (UUID_SERVICES.has(service)) return context.random.uuid()
  return generatedName(context)
}

/** The ARN of a new resource that has no other name: from AWS's template of it, else in the usual form. */
export function generatedArn(context: NamingContext): string {
  const [, service = '', resource = ''] = context.type.split('::')
  const template = context.facts?.arnTemplate
  const named = customNameForArn(context) ?? generatedName(context)
  if (template !== undefined) return fillArn(template, context.place, named)
  return arn(context.place, service.toLowerCase(), `${dashed(resource)}/${named}`)
}

function customNameForArn({ type, facts, properties }: NamingContext): string | undefined {
  const [, , resource = ''] = type.split('::')
  const names = [
    NAME_PROPERTIES[type],
    'Name',
    `${resource}Name`,
    ...[...(facts?.properties.keys() ?? [])].filter(
      (name) => name.endsWith('Name') && resource.endsWith(name.slice(0, -4)),
    ),
  ]
  for (const name of names) {
    const value = name === undefined ? undefined : properties[name]
    if (typeof value === 'string') return value
  }
  return undefined
}

/** Fills AWS's `arn:${Partition}:…` template: the place, and the last variable with the name. */
export function fillArn(template: string, place: { account: string; region: string }, name: string): string {
  return template.replaceAll(/\$\{([^}]+)\}/g, (_match, variable: string) => {
    if (variable === 'Partition') return partitionOf(place.region)
    if (variable === 'Region') return place.region
    if (variable === 'Account') return place.account
    return name.replace(/^\//, '')
  })
}

function dashed(word: string): string {
  return word.replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase()
}

/** A property's text, or what stands for it. */
function word(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}

type Shape = (context: NamingContext) => string

function given(property: string, otherwise: Shape): Shape {
  return (context) => {
    const value = context.properties[property]
    return typeof value === 'string' && value !== '' ? value : otherwise(context)
  }
}

function named(property: string, maxLength: number): Shape {
  return given(property, (context) => generatedName(context, maxLength))
}

function lowered(property: string, maxLength: number): Shape {
  return given(property, (context) => generatedName(context, maxLength).toLowerCase())
}

function shortened(context: NamingContext): string {
  return `${context.stackName.slice(0, 5)}-${context.logicalId.slice(0, 5)}-${randomText(context.random, 12)}`
}

function unnamed(context: NamingContext): string {
  return generatedName(context, 255)
}

function ec2(prefix: string): Shape {
  return ({ random }) => `${prefix}-0${randomText(random, 16, 'hex')}`
}

function lowerId(length: number): Shape {
  return ({ random }) => randomText(random, length, 'lower')
}

/** Properties that name a resource although they are not its identifier. */
const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::ElasticLoadBalancingV2::LoadBalancer': 'Name',
  'AWS::ElasticLoadBalancingV2::TargetGroup': 'Name',
}

const EC2_PREFIXES: Readonly<Record<string, string>> = {
  Instance: 'i',
  VPC: 'vpc',
  Subnet: 'subnet',
  SecurityGroup: 'sg',
  RouteTable: 'rtb',
  InternetGateway: 'igw',
  NatGateway: 'nat',
  NetworkAcl: 'acl',
  NetworkInterface: 'eni',
  Volume: 'vol',
  VPCEndpoint: 'vpce',
  VPNGateway: 'vgw',
  VPNConnection: 'vpn',
  CustomerGateway: 'cgw',
  DHCPOptions: 'dopt',
  FlowLog: 'fl',
  LaunchTemplate: 'lt',
  TransitGateway: 'tgw',
  TransitGatewayAttachment: 'tgw-attach',
  TransitGatewayRouteTable: 'tgw-rtb',
  VPCPeeringConnection: 'pcx',
  SubnetRouteTableAssociation: 'rtbassoc',
  SubnetNetworkAclAssociation: 'aclassoc',
  EgressOnlyInternetGateway: 'eigw',
  PrefixList: 'pl',
  EC2Fleet: 'fleet',
  Host: 'h',
  CapacityReservation: 'cr',
  ClientVpnEndpoint: 'cvpn-endpoint',
  SecurityGroupIngress: 'sgr',
  SecurityGroupEgress: 'sgr',
  PlacementGroup: 'pg',
}

/** Services whose generated ids are UUIDs. */
const UUID_SERVICES = new Set([
  'KMS',
  'Lambda',
  'Glue',
  'Backup',
  'Connect',
  'IoT',
  'CloudFront',
  'FIS',
  'WAF',
  'WAFv2',
])

/** Name shapes of the common types; everything else follows from the schema's identifier. */
const SHAPES: Readonly<Record<string, Shape>> = {
  'AWS::CloudFormation::WaitConditionHandle': ({ place, stackName, logicalId, random }) => {
    const stack = encodeURIComponent(arn(place, 'cloudformation', `stack/${stackName}`))
    return `https://cloudformation-waitcondition-${place.region}.s3.amazonaws.com/${stack}/${random.uuid()}/${logicalId}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=${randomText(random, 64, 'hex')}`
  },
  'AWS::CloudFormation::WaitCondition': (context) =>
    arn(
      context.place,
      'cloudformation',
      `stack/${context.stackName}/${context.random.uuid()}/${context.logicalId}`,
    ),
  'AWS::SSM::Parameter': given(
    'Name',
    ({ random, logicalId }) => `CFN-${logicalId}-${randomText(random, 12)}`,
  ),
  'AWS::S3::Bucket': lowered('BucketName', 63),
  'AWS::SNS::Topic': (context) => arn(context.place, 'sns', named('TopicName', 256)(context)),
  'AWS::SNS::Subscription': (context) => {
    const topic = context.properties['TopicArn']
    const owner = typeof topic === 'string' ? topic : arn(context.place, 'sns', 'topic')
    return `${owner}:${context.random.uuid()}`
  },
  'AWS::SQS::Queue': (context) => {
    const fifo = String(context.properties['FifoQueue']) === 'true'
    const name = given('QueueName', (c) => generatedName(c, fifo ? 75 : 80) + (fifo ? '.fifo' : ''))(context)
    return `https://sqs.${context.place.region}.amazonaws.com/${context.place.account}/${name}`
  },
  'AWS::IAM::Role': named('RoleName', 64),
  'AWS::IAM::User': named('UserName', 64),
  'AWS::IAM::Group': named('GroupName', 128),
  'AWS::IAM::InstanceProfile': named('InstanceProfileName', 128),
  'AWS::IAM::Policy': shortened,
  'AWS::IAM::AccessKey': ({ random }) => `AKIA${randomText(random, 16, 'upper')}`,
  'AWS::IAM::ManagedPolicy': (context) =>
    `arn:${partitionOf(context.place.region)}:iam::${context.place.account}:policy/${named('ManagedPolicyName', 128)(context)}`,
  'AWS::DynamoDB::Table': named('TableName', 255),
  'AWS::Lambda::Function': named('FunctionName', 64),
  'AWS::Lambda::Permission': unnamed,
  'AWS::Lambda::EventSourceMapping': ({ random }) => random.uuid(),
  'AWS::Lambda::Version': ({ properties, place }) => {
    const name = word(properties['FunctionName'], 'function').split(':').at(-1) ?? 'function'
    return arn(place, 'lambda', `function:${name}:1`)
  },
  'AWS::Lambda::Alias': ({ properties, place }) => {
    const name = word(properties['FunctionName'], 'function').split(':').at(-1) ?? 'function'
    return arn(place, 'lambda', `function:${name}:${String(properties['Name'])}`)
  },
  'AWS::Lambda::LayerVersion': (context) =>
    arn(
      context.place,
      'lambda',
      `layer:${given('LayerName', ({ logicalId, random }) => `${logicalId}${randomText(random, 8, 'hex')}`)(context)}:1`,
    ),
  'AWS::Lambda::Url': ({ properties, place }) => {
    const name = word(properties['TargetFunctionArn'], 'function').split(':').at(-1) ?? 'function'
    return arn(place, 'lambda', `function:${name}`)
  },
  'AWS::Logs::LogGroup': named('LogGroupName', 512),
  'AWS::Events::Rule': (context) => {
    const name = named('Name', 64)(context)
    const bus = context.properties['EventBusName']
    return typeof bus === 'string' && bus !== 'default' ? `${bus}|${name}` : name
  },
  'AWS::StepFunctions::StateMachine': (context) => {
    const name = given(
      'StateMachineName',
      ({ logicalId, random }) => `${logicalId}-${randomText(random, 12)}`,
    )(context)
    return arn(context.place, 'states', `stateMachine:${name}`)
  },
  'AWS::SecretsManager::Secret': (context) => {
    const name = given('Name', ({ logicalId, random }) => `${logicalId}-${randomText(random, 12)}`)(context)
    return arn(context.place, 'secretsmanager', `secret:${name}-${randomText(context.random, 6)}`)
  },
  'AWS::KMS::Key': ({ random }) => random.uuid(),
  'AWS::ApiGateway::RestApi': lowerId(10),
  'AWS::ApiGatewayV2::Api': lowerId(10),
  'AWS::ApiGateway::Deployment': lowerId(6),
  'AWS::ApiGateway::ApiKey': lowerId(10),
  'AWS::ApiGateway::UsagePlan': lowerId(6),
  'AWS::Cognito::UserPool': ({ place, random }) => `${place.region}_${randomText(random, 9)}`,
  'AWS::Cognito::UserPoolClient': lowerId(26),
  'AWS::Cognito::IdentityPool': ({ place, random }) => `${place.region}:${random.uuid()}`,
  'AWS::RDS::DBInstance': lowered('DBInstanceIdentifier', 63),
  'AWS::RDS::DBCluster': lowered('DBClusterIdentifier', 63),
  'AWS::RDS::DBSubnetGroup': lowered('DBSubnetGroupName', 255),
  'AWS::RDS::DBParameterGroup': lowered('DBParameterGroupName', 255),
  'AWS::ECS::Cluster': named('ClusterName', 255),
  'AWS::ECS::TaskDefinition': (context) => {
    const family = given(
      'Family',
      ({ stackName, logicalId, random }) => `${stackName}${logicalId}-${randomText(random, 12)}`,
    )(context)
    return arn(context.place, 'ecs', `task-definition/${family}:1`)
  },
  'AWS::ECS::Service': (context) => {
    const cluster = word(context.properties['Cluster'], 'default').split('/').at(-1) ?? 'default'
    return arn(context.place, 'ecs', `service/${cluster}/${named('ServiceName', 255)(context)}`)
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': (context) => {
    const kind = context.properties['Type'] === 'network' ? 'net' : 'app'
    const name = named('Name', 32)(context)
    return arn(
      context.place,
      'elasticloadbalancing',
      `loadbalancer/${kind}/${name}/${randomText(context.random, 16, 'hex')}`,
    )
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': (context) =>
    arn(
      context.place,
      'elasticloadbalancing',
      `targetgroup/${named('Name', 32)(context)}/${randomText(context.random, 16, 'hex')}`,
    ),
  'AWS::ElasticLoadBalancingV2::Listener': ({ properties, random, place }) => {
    const balancer = properties['LoadBalancerArn']
    const base =
      typeof balancer === 'string'
        ? balancer
        : arn(place, 'elasticloadbalancing', 'loadbalancer/app/balancer/0')
    return `${base.replace(':loadbalancer/', ':listener/')}/${randomText(random, 16, 'hex')}`
  },
  'AWS::CloudFront::Distribution': ({ random }) => `E${randomText(random, 13, 'upper')}`,
  'AWS::Route53::HostedZone': ({ random }) => `Z${randomText(random, 20, 'upper')}`,
  'AWS::Route53::RecordSet': given('Name', generatedName),
  'AWS::EC2::EIP': ({ random }) => publicIp(random),
  'AWS::EC2::Instance': ec2('i'),
  'AWS::EC2::Route': ({ properties, random }) =>
    `${word(properties['RouteTableId'], 'rtb')}|${word(properties['DestinationCidrBlock'] ?? properties['DestinationIpv6CidrBlock'] ?? properties['DestinationPrefixListId'], randomText(random, 8, 'hex'))}`,
  'AWS::EC2::VPCGatewayAttachment': ({ properties }) =>
    `${properties['InternetGatewayId'] === undefined ? 'VGW' : 'IGW'}|${String(properties['VpcId'])}`,
  'AWS::AutoScaling::AutoScalingGroup': named('AutoScalingGroupName', 255),
  'AWS::AutoScaling::LaunchConfiguration': named('LaunchConfigurationName', 255),
  'AWS::SQS::QueuePolicy': unnamed,
  'AWS::SNS::TopicPolicy': unnamed,
  'AWS::CDK::Metadata': ({ random }) => random.uuid(),
}

/** An address in one of AWS's own ranges: those for documentation are so small that two in a stack would soon be one. */
function publicIp(random: Random): string {
  const part = (): number => Math.floor(random.next() * 254) + 1
  return `54.${part()}.${part()}.${part()}`
}
