import { arn, partitionOf, randomText } from '../ids.ts'
import type { ResourceTypeFacts } from '../../../../template/cloudformation/facts.ts'
import type { JsonObject } from '../model.ts'
import { type NamingContext, generatedName } from './generated-name.ts'
import { SHAPES } from './name-shapes.ts'

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
