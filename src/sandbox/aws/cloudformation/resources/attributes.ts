import { createHash } from 'node:crypto'
import type { PropertyShape, ResourceTypeFacts } from '../../../../template/cloudformation/facts.ts'
import { arn, partitionOf, urlSuffixOf } from '../ids.ts'
import type { JsonObject, LiveObject } from '../model.ts'
import { fillArn } from './naming.ts'

/** The place and the schema that a resource's attributes follow from. */
export interface AttributeContext {
  place: { account: string; region: string }
  facts: ResourceTypeFacts | undefined
}

/**
 * What Fn::GetAtt answers for a resource that exists. The same question always has the same answer: it follows from
 * the properties, the physical id and AWS's ARN template, and where nothing is known from a digest of the id.
 */
export function attributeOf(live: LiveObject, name: string, context: AttributeContext): unknown {
  const settled = live.attributes[name]
  if (settled !== undefined) return settled
  const known = KNOWN[live.type]?.[name]
  if (known !== undefined) return known({ live, place: context.place, seed: seedOf(live, name) })
  const own = at(live.properties, name)
  if (own !== undefined) return own
  const { facts, place } = context
  const last = name.split('.').at(-1) ?? name
  if (facts?.refIdentifier.length === 1 && facts.refIdentifier[0] === name) return live.physicalId
  if (live.physicalId.startsWith('arn:') && last.endsWith('Arn') && name === facts?.refIdentifier[0])
    return live.physicalId
  if (/^(?:\w*)Arn$/i.test(name)) return ownArn(live, name, context)
  return generic(live, last, facts?.attributes.get(name), place)
}

/** The ARN of a resource, by AWS's template of it. */
export function ownArn(live: LiveObject, name: string, { facts, place }: AttributeContext): string {
  if (live.physicalId.startsWith('arn:')) return live.physicalId
  const [, service = 'aws', resource = 'resource'] = live.type.split('::')
  const mine = name === 'Arn' || name.startsWith(resource) || facts?.arnTemplate === undefined
  if (facts?.arnTemplate !== undefined && mine)
    return fillArn(facts.arnTemplate, place, live.physicalId.split('|').at(-1) ?? live.physicalId)
  return arn(place, service.toLowerCase(), `${resource.toLowerCase()}/${live.physicalId}`)
}

/** A value at a dotted path. */
function at(properties: JsonObject, path: string): unknown {
  let value: unknown = properties
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as JsonObject)[step]
  }
  return value
}

function seedOf(live: LiveObject, name: string): string {
  return createHash('sha256').update(`${live.type}|${live.physicalId}|${name}`).digest('hex')
}

function generic(
  live: LiveObject,
  name: string,
  shape: PropertyShape | undefined,
  place: { account: string; region: string },
): unknown {
  const seed = seedOf(live, name)
  const [, service = 'aws'] = live.type.split('::')
  const word = live.physicalId.split(/[/|:]/).at(-1)?.toLowerCase() ?? 'resource'
  const kind = shape?.kind
  if (kind === 'number' || kind === 'integer') return /port/i.test(name) ? '443' : '1'
  if (kind === 'boolean') return 'false'
  if (kind === 'list') return listOf(name, seed, word)
  if (kind === 'object' || kind === 'map' || kind === 'json') return {}
  if (/port$/i.test(name)) return '443'
  if (/(?:ip|address)$/i.test(name) && !/endpoint/i.test(name)) return ipOf(seed, '10.0')
  if (/(?:url|uri)$/i.test(name))
    return `https://${word}.${service.toLowerCase()}.${place.region}.${urlSuffixOf(place.region)}`
  if (/(?:endpoint|dnsname|domainname|host|address)$/i.test(name))
    return `${word}.${seed.slice(0, 12)}.${place.region}.${service.toLowerCase()}.${urlSuffixOf(place.region)}`
  if (/(?:status|state)$/i.test(name)) return 'ACTIVE'
  if (/(?:time|date|at|on)$/i.test(name) && /(?:time|date|created|updated|modified)/i.test(name))
    return '2024-01-01T00:00:00.000Z'
  if (/version(?:number)?$/i.test(name)) return '1'
  if (/(?:uu)?id$/i.test(name)) return seed.slice(0, 20)
  if (/name$/i.test(name)) return live.physicalId.split(/[/|:]/).at(-1) ?? live.physicalId
  return `${word}-${seed.slice(0, 12)}`
}

/** Lists have two members: templates pick the first, and pairs of addresses. */
function listOf(name: string, seed: string, word: string): string[] {
  return [seed, seed.slice(4)].map((part) =>
    /(?:ip|address)/i.test(name) ? ipOf(part, '10.0') : `${word}-${part.slice(0, 8)}`,
  )
}

function ipOf(seed: string, prefix: string): string {
  return `${prefix}.${Number.parseInt(seed.slice(0, 2), 16)}.${Number.parseInt(seed.slice(2, 4), 16)}`
}

/** What an interface says of itself besides its primary address: those named, then as many as were asked for by number. */
function secondaryIps({ live, seed }: Known): string[] {
  const listed = live.properties['PrivateIpAddresses']
  const named = (Array.isArray(listed) ? (listed as JsonObject[]) : [])
    .filter((entry) => String(entry['Primary']) !== 'true')
    .map((entry) => String(entry['PrivateIpAddress']))
  const count = Number(live.properties['SecondaryPrivateIpAddressCount'] ?? 0)
  return [...named, ...Array.from({ length: count }, (_, index) => ipOf(seed.slice(index * 2), '10.0'))]
}

interface Known {
  live: LiveObject
  place: { account: string; region: string }
  seed: string
}

function last(text: string, separator: string): string {
  return text.split(separator).at(-1) ?? text
}

function queueName({ live }: Known): string {
  return last(live.physicalId, '/')
}

function hexId(prefix: string): (known: Known) => string {
  return ({ seed }) => `${prefix}-0${seed.slice(0, 16)}`
}

function awsHost(render: (known: Known) => string): (known: Known) => string {
  return (known) => `${render(known)}.${urlSuffixOf(known.place.region)}`
}

function iamArn(kind: string): (known: Known) => string {
  return ({ live, place }) => {
    const path = live.properties['Path']
    const folder = typeof path === 'string' ? path.replace(/^\//, '') : ''
    return `arn:${partitionOf(place.region)}:iam::${place.account}:${kind}/${folder}${live.physicalId}`
  }
}

/** Attributes of common types whose form does not follow from their name. */
const KNOWN: Readonly<Record<string, Readonly<Record<string, (known: Known) => unknown>>>> = {
  'AWS::SQS::Queue': {
    Arn: (known) => arn(known.place, 'sqs', queueName(known)),
    QueueName: queueName,
    QueueUrl: ({ live }) => live.physicalId,
  },
  'AWS::SNS::Topic': {
    TopicArn: ({ live }) => live.physicalId,
    TopicName: ({ live }) => last(live.physicalId, ':'),
  },
  'AWS::S3::Bucket': {
    Arn: ({ live, place }) => `arn:${partitionOf(place.region)}:s3:::${live.physicalId}`,
    DomainName: awsHost(({ live }) => `${live.physicalId}.s3`),
    DualStackDomainName: awsHost(({ live, place }) => `${live.physicalId}.s3.dualstack.${place.region}`),
    RegionalDomainName: awsHost(({ live, place }) => `${live.physicalId}.s3.${place.region}`),
    WebsiteURL: awsHost(
      ({ live, place }) =>
        `http://${live.physicalId}.s3-website${place.region === 'us-east-1' || place.region === 'us-west-2' || place.region === 'eu-west-1' ? '-' : '.'}${place.region}`,
    ),
  },
  'AWS::IAM::Role': { Arn: iamArn('role'), RoleId: ({ seed }) => `AROA${seed.slice(0, 17).toUpperCase()}` },
  'AWS::IAM::User': { Arn: iamArn('user') },
  'AWS::IAM::Group': { Arn: iamArn('group') },
  'AWS::IAM::InstanceProfile': { Arn: iamArn('instance-profile') },
  'AWS::IAM::AccessKey': { SecretAccessKey: ({ seed }) => seed.slice(0, 40) },
  'AWS::DynamoDB::Table': {
    StreamArn: ({ live, place }) =>
      arn(place, 'dynamodb', `table/${live.physicalId}/stream/2024-01-01T00:00:00.000`),
  },
  'AWS::Lambda::Function': { Arn: ({ live, place }) => arn(place, 'lambda', `function:${live.physicalId}`) },
  'AWS::Lambda::Version': { Version: ({ live }) => last(live.physicalId, ':') },
  'AWS::Lambda::Url': {
    FunctionUrl: ({ place, seed }) => `https://${seed.slice(0, 32)}.lambda-url.${place.region}.on.aws/`,
    FunctionArn: ({ live }) => live.physicalId,
  },
  'AWS::Logs::LogGroup': { Arn: ({ live, place }) => arn(place, 'logs', `log-group:${live.physicalId}:*`) },
  'AWS::KMS::Key': {
    Arn: ({ live, place }) => arn(place, 'kms', `key/${live.physicalId}`),
    KeyId: ({ live }) => live.physicalId,
  },
  'AWS::Events::Rule': {
    Arn: ({ live, place }) => arn(place, 'events', `rule/${live.physicalId.replace('|', '/')}`),
  },
  'AWS::StepFunctions::StateMachine': {
    Arn: ({ live }) => live.physicalId,
    Name: ({ live }) => last(live.physicalId, ':'),
  },
  'AWS::ApiGateway::RestApi': { RootResourceId: ({ seed }) => seed.slice(0, 10) },
  'AWS::ApiGatewayV2::Api': {
    ApiEndpoint: awsHost(({ live, place }) => `https://${live.physicalId}.execute-api.${place.region}`),
  },
  'AWS::Cognito::UserPool': {
    Arn: ({ live, place }) => arn(place, 'cognito-idp', `userpool/${live.physicalId}`),
    ProviderName: ({ live, place }) =>
      `cognito-idp.${place.region}.${urlSuffixOf(place.region)}/${live.physicalId}`,
    ProviderURL: ({ live, place }) =>
      `https://cognito-idp.${place.region}.${urlSuffixOf(place.region)}/${live.physicalId}`,
  },
  'AWS::EC2::VPC': {
    CidrBlock: ({ live }) => live.properties['CidrBlock'] ?? '10.0.0.0/16',
    CidrBlockAssociations: ({ seed }) => [`vpc-cidr-assoc-0${seed.slice(0, 16)}`],
    DefaultNetworkAcl: hexId('acl'),
    DefaultSecurityGroup: hexId('sg'),
    Ipv6CidrBlocks: () => [],
  },
  'AWS::EC2::Subnet': {
    AvailabilityZone: ({ live, place }) => live.properties['AvailabilityZone'] ?? `${place.region}a`,
    NetworkAclAssociationId: hexId('aclassoc'),
    Ipv6CidrBlocks: () => [],
  },
  'AWS::EC2::SecurityGroup': {
    GroupId: ({ live }) => live.physicalId,
    VpcId: ({ live, seed }) => live.properties['VpcId'] ?? `vpc-0${seed.slice(0, 16)}`,
  },
  'AWS::EC2::EIP': { AllocationId: hexId('eipalloc'), PublicIp: ({ live }) => live.physicalId },
  'AWS::EC2::Instance': {
    AvailabilityZone: ({ live, place }) => live.properties['AvailabilityZone'] ?? `${place.region}a`,
    PrivateDnsName: ({ seed }) => `ip-${ipOf(seed, '10.0').replaceAll('.', '-')}.ec2.internal`,
    PrivateIp: ({ live, seed }) => live.properties['PrivateIpAddress'] ?? ipOf(seed, '10.0'),
    PublicDnsName: awsHost(
      ({ place, seed }) => `ec2-${ipOf(seed, '203.0').replaceAll('.', '-')}.${place.region}.compute`,
    ),
    PublicIp: ({ seed }) => ipOf(seed, '203.0'),
  },
  'AWS::EC2::NetworkInterface': {
    PrimaryPrivateIpAddress: ({ live, seed }) => live.properties['PrivateIpAddress'] ?? ipOf(seed, '10.0'),
    SecondaryPrivateIpAddresses: secondaryIps,
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    DNSName: ({ live, place, seed }) =>
      `${live.physicalId.split('/')[2] ?? 'balancer'}-${Number.parseInt(seed.slice(0, 8), 16)}.${place.region}.elb.${urlSuffixOf(place.region)}`,
    CanonicalHostedZoneID: ({ seed }) => `Z${seed.slice(0, 13).toUpperCase()}`,
    LoadBalancerFullName: ({ live }) => live.physicalId.split('loadbalancer/')[1] ?? live.physicalId,
    LoadBalancerName: ({ live }) => live.physicalId.split('/')[2] ?? live.physicalId,
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    TargetGroupFullName: ({ live }) => `targetgroup/${live.physicalId.split('targetgroup/')[1] ?? ''}`,
    TargetGroupName: ({ live }) => live.physicalId.split('/')[1] ?? live.physicalId,
  },
  'AWS::RDS::DBInstance': {
    'Endpoint.Address': ({ live, place, seed }) =>
      `${live.physicalId}.${seed.slice(0, 12)}.${place.region}.rds.${urlSuffixOf(place.region)}`,
    'Endpoint.Port': ({ live }) => live.properties['Port'] ?? portOf(String(live.properties['Engine'])),
  },
  'AWS::RDS::DBCluster': {
    'Endpoint.Address': ({ live, place, seed }) =>
      `${live.physicalId}.cluster-${seed.slice(0, 12)}.${place.region}.rds.${urlSuffixOf(place.region)}`,
    'Endpoint.Port': ({ live }) => live.properties['Port'] ?? portOf(String(live.properties['Engine'])),
  },
  'AWS::CloudFront::Distribution': { DomainName: ({ seed }) => `d${seed.slice(0, 13)}.cloudfront.net` },
}

function portOf(engine: string): string {
  if (engine.includes('postgres')) return '5432'
  if (engine.includes('oracle')) return '1521'
  return engine.includes('sqlserver') ? '1433' : '3306'
}
