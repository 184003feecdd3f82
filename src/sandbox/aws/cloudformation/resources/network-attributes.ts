import { arn, urlSuffixOf } from '../ids.ts'
import {
  type Known,
  awsHost,
  cacheEndpoint,
  hexId,
  ipOf,
  last,
  portOf,
  searchEndpoint,
  secondaryIps,
  securityGroupId,
  uuidOf,
} from './attribute-parts.ts'

/** Attributes of what stands in a network: machines, balancers, databases. */
export const IN_NETWORKS: Readonly<Record<string, Readonly<Record<string, (known: Known) => unknown>>>> = {
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
  'AWS::EKS::Cluster': {
    Endpoint: ({ place, seed }) =>
      `https://${seed.slice(0, 32).toUpperCase()}.gr7.${place.region}.eks.${urlSuffixOf(place.region)}`,
    ClusterSecurityGroupId: hexId('sg'),
    OpenIdConnectIssuerUrl: ({ place, seed }) =>
      `https://oidc.eks.${place.region}.${urlSuffixOf(place.region)}/id/${seed.slice(0, 32).toUpperCase()}`,
  },
}
