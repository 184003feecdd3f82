import { arn, partitionOf, urlSuffixOf } from '../ids.ts'
import { isObject } from '../input.ts'
import type { JsonObject, LiveObject } from '../model.ts'

/** A private or public address that always is the same for the same seed. */
export function ipOf(seed: string, prefix: string): string {
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

function itself({ live }: Known): string {
  return live.physicalId
}

/** A UUID made of a digest. */
function uuidOf(seed: string): string {
  return seed.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** A group outside a VPC is called by its name and still has an id. */
function securityGroupId({ live, seed }: Known): string {
  return live.physicalId.startsWith('sg-') ? live.physicalId : `sg-0${seed.slice(0, 16)}`
}

function snapStart(live: LiveObject): string | undefined {
  const setting = live.properties['SnapStart']
  const applyOn = isObject(setting) ? setting['ApplyOn'] : undefined
  return typeof applyOn === 'string' && applyOn !== 'None' ? applyOn : undefined
}

function searchEndpoint({ live, place, seed }: Known): string {
  return `search-${live.physicalId}-${seed.slice(0, 26)}.${place.region}.es.${urlSuffixOf(place.region)}`
}

function cacheEndpoint({ live, place, seed }: Known): string {
  return `${live.physicalId}.${seed.slice(0, 6)}.0001.use1.cache.${urlSuffixOf(place.region)}`
}

/** Attributes of common types whose form does not follow from their name. */
export const KNOWN: Readonly<Record<string, Readonly<Record<string, (known: Known) => unknown>>>> = {
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
  'AWS::DynamoDB::GlobalTable': {
    Arn: ({ live, place }) => arn(place, 'dynamodb', `table/${live.physicalId}`),
    TableId: ({ seed }) => uuidOf(seed),
    StreamArn: ({ live, place }) =>
      arn(place, 'dynamodb', `table/${live.physicalId}/stream/2024-01-01T00:00:00.000`),
  },
  'AWS::DynamoDB::Table': {
    StreamArn: ({ live, place }) =>
      arn(place, 'dynamodb', `table/${live.physicalId}/stream/2024-01-01T00:00:00.000`),
  },
  'AWS::Lambda::Function': {
    Arn: ({ live, place }) => arn(place, 'lambda', `function:${live.physicalId}`),
    'SnapStartResponse.ApplyOn': ({ live }) => snapStart(live) ?? 'None',
    'SnapStartResponse.OptimizationStatus': ({ live }) => (snapStart(live) === undefined ? 'Off' : 'On'),
  },
  'AWS::Lambda::Permission': { Id: itself },
  'AWS::Lambda::CodeSigningConfig': { CodeSigningConfigId: ({ live }) => last(live.physicalId, ':') },
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
    StateMachineRevisionId: () => 'INITIAL',
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
    GroupId: securityGroupId,
    Id: securityGroupId,
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
    VpcId: hexId('vpc'),
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
    DbiResourceId: ({ seed }) => `db-${seed.slice(0, 26).toUpperCase()}`,
    'Endpoint.Address': ({ live, place, seed }) =>
      `${live.physicalId}.${seed.slice(0, 12)}.${place.region}.rds.${urlSuffixOf(place.region)}`,
    'Endpoint.Port': ({ live }) => live.properties['Port'] ?? portOf(String(live.properties['Engine'])),
  },
  'AWS::RDS::DBCluster': {
    'ReadEndpoint.Address': ({ live, place, seed }) =>
      `${live.physicalId}.cluster-ro-${seed.slice(0, 12)}.${place.region}.rds.${urlSuffixOf(place.region)}`,
    DBClusterResourceId: ({ seed }) => `cluster-${seed.slice(0, 26).toUpperCase()}`,
    'Endpoint.Address': ({ live, place, seed }) =>
      `${live.physicalId}.cluster-${seed.slice(0, 12)}.${place.region}.rds.${urlSuffixOf(place.region)}`,
    'Endpoint.Port': ({ live }) => live.properties['Port'] ?? portOf(String(live.properties['Engine'])),
  },
  'AWS::IAM::ManagedPolicy': {
    AttachmentCount: () => '0',
    DefaultVersionId: () => 'v1',
    IsAttachable: () => 'true',
    PermissionsBoundaryUsageCount: () => '0',
    PolicyId: ({ seed }) => `ANPA${seed.slice(0, 17).toUpperCase()}`,
  },
  'AWS::Events::Connection': {
    Arn: ({ live, place, seed }) => arn(place, 'events', `connection/${live.physicalId}/${uuidOf(seed)}`),
    SecretArn: ({ live, place, seed }) =>
      arn(
        place,
        'secretsmanager',
        `secret:events!connection/${live.physicalId}/${uuidOf(seed)}-${seed.slice(32, 38)}`,
      ),
  },
  'AWS::Events::ApiDestination': {
    Arn: ({ live, place, seed }) =>
      arn(place, 'events', `api-destination/${live.physicalId}/${uuidOf(seed)}`),
  },
  'AWS::Scheduler::Schedule': {
    Arn: ({ live, place }) =>
      arn(
        place,
        'scheduler',
        `schedule/${typeof live.properties['GroupName'] === 'string' ? live.properties['GroupName'] : 'default'}/${live.physicalId}`,
      ),
  },
  'AWS::SecretsManager::ResourcePolicy': {
    Id: itself,
  },
  'AWS::SecretsManager::SecretTargetAttachment': {
    Id: itself,
  },
  'AWS::SecretsManager::RotationSchedule': {
    Id: itself,
  },
  'AWS::ApiGateway::UsagePlanKey': {
    Id: itself,
  },
  'AWS::ApplicationAutoScaling::ScalableTarget': {
    Id: itself,
  },
  'AWS::ApiGateway::DomainName': {
    DistributionDomainName: ({ seed }) => `d${seed.slice(0, 13)}.cloudfront.net`,
    DistributionHostedZoneId: () => 'Z2FDTNDATAQYW2',
    RegionalDomainName: awsHost(({ place, seed }) => `d-${seed.slice(0, 10)}.execute-api.${place.region}`),
    RegionalHostedZoneId: ({ seed }) => `Z${seed.slice(0, 13).toUpperCase()}`,
  },
  'AWS::ApiGatewayV2::DomainName': {
    DistributionDomainName: ({ seed }) => `d${seed.slice(0, 13)}.cloudfront.net`,
    DistributionHostedZoneId: () => 'Z2FDTNDATAQYW2',
    RegionalDomainName: awsHost(({ place, seed }) => `d-${seed.slice(0, 10)}.execute-api.${place.region}`),
    RegionalHostedZoneId: ({ seed }) => `Z${seed.slice(0, 13).toUpperCase()}`,
  },
  'AWS::EC2::KeyPair': {
    KeyPairId: hexId('key'),
    KeyFingerprint: ({ seed }) => seed.slice(0, 40).replaceAll(/..(?=.)/g, '$&:'),
  },
  'AWS::EC2::VPCGatewayAttachment': {
    AttachmentType: ({ live }) => live.physicalId.split('|')[0],
  },
  'AWS::AutoScaling::AutoScalingGroup': {
    AutoScalingGroupARN: ({ live, place, seed }) =>
      arn(place, 'autoscaling', `autoScalingGroup:${uuidOf(seed)}:autoScalingGroupName/${live.physicalId}`),
  },
  'AWS::AutoScaling::ScalingPolicy': {
    PolicyName: ({ live }) => last(live.physicalId, '/'),
  },
  'AWS::ECR::Repository': {
    RepositoryUri: ({ live, place }) =>
      `${place.account}.dkr.ecr.${place.region}.${urlSuffixOf(place.region)}/${live.physicalId}`,
  },
  'AWS::OpenSearchService::Domain': {
    DomainEndpoint: searchEndpoint,
    DomainEndpointV2: searchEndpoint,
    Id: ({ live, place }) => `${place.account}/${live.physicalId}`,
  },
  'AWS::Elasticsearch::Domain': {
    DomainEndpoint: searchEndpoint,
  },
  'AWS::ElastiCache::CacheCluster': {
    'RedisEndpoint.Address': cacheEndpoint,
    'RedisEndpoint.Port': () => '6379',
    'ConfigurationEndpoint.Address': cacheEndpoint,
    'ConfigurationEndpoint.Port': () => '11211',
  },
  'AWS::ElastiCache::ReplicationGroup': {
    'PrimaryEndPoint.Address': cacheEndpoint,
    'PrimaryEndPoint.Port': () => '6379',
    'ReaderEndPoint.Address': cacheEndpoint,
    'ReaderEndPoint.Port': () => '6379',
    'ConfigurationEndPoint.Address': cacheEndpoint,
    'ConfigurationEndPoint.Port': () => '6379',
  },
  'AWS::Redshift::Cluster': {
    'Endpoint.Address': awsHost(
      ({ live, place, seed }) => `${live.physicalId}.${seed.slice(0, 12)}.${place.region}.redshift`,
    ),
    'Endpoint.Port': ({ live }) => live.properties['Port'] ?? '5439',
  },
  'AWS::AppSync::GraphQLApi': {
    ApiId: ({ live }) => last(live.physicalId, '/'),
    GraphQLUrl: ({ place, seed }) =>
      `https://${seed.slice(0, 26)}.appsync-api.${place.region}.${urlSuffixOf(place.region)}/graphql`,
  },
  'AWS::EKS::Cluster': {
    Endpoint: ({ place, seed }) =>
      `https://${seed.slice(0, 32).toUpperCase()}.gr7.${place.region}.eks.${urlSuffixOf(place.region)}`,
    ClusterSecurityGroupId: hexId('sg'),
    OpenIdConnectIssuerUrl: ({ place, seed }) =>
      `https://oidc.eks.${place.region}.${urlSuffixOf(place.region)}/id/${seed.slice(0, 32).toUpperCase()}`,
  },
  'AWS::WAFv2::WebACL': {
    Arn: ({ live, place }) => {
      const [name, id, scope] = live.physicalId.split('|')
      return arn(place, 'wafv2', `${scope === 'CLOUDFRONT' ? 'global' : 'regional'}/webacl/${name}/${id}`)
    },
    Id: ({ live }) => live.physicalId.split('|')[1],
    LabelNamespace: ({ live, place }) => `awswaf:${place.account}:webacl:${live.physicalId.split('|')[0]}:`,
  },
  'AWS::Kinesis::StreamConsumer': {
    ConsumerCreationTimestamp: () => '1704067200',
  },
  'AWS::CloudFront::Function': {
    Stage: () => 'LIVE',
    'FunctionMetadata.FunctionARN': itself,
  },
  'AWS::Cognito::UserPoolClient': {
    ClientSecret: ({ seed }) => seed.slice(0, 51),
  },
  'AWS::Cognito::UserPoolDomain': {
    CloudFrontDistribution: ({ seed }) => `d${seed.slice(0, 13)}.cloudfront.net`,
    Id: itself,
  },
  'AWS::Route53::HealthCheck': {
    HealthCheckId: itself,
  },
  'AWS::CertificateManager::Certificate': {
    Id: itself,
  },
  'AWS::CloudFront::Distribution': { DomainName: ({ seed }) => `d${seed.slice(0, 13)}.cloudfront.net` },
}

function portOf(engine: string): string {
  if (engine.includes('postgres')) return '5432'
  if (engine.includes('oracle')) return '1521'
  return engine.includes('sqlserver') ? '1433' : '3306'
}
