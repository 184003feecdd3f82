/** How long AWS takes for a resource of a type, in its milliseconds. */
export interface Durations {
  /** From the first event to `Resource creation Initiated`. */
  initiateMs: number
  createMs: number
  updateMs: number
  deleteMs: number
}

/** Orders of magnitude, as seen in the events of real stacks; the first pattern that fits counts. */
const TABLE: readonly (readonly [RegExp, number, number, number])[] = [
  [/^AWS::CloudFront::Distribution$/, 240_000, 180_000, 240_000],
  [/^AWS::(?:RDS|DocDB|Neptune)::DB(?:Cluster|Instance)$/, 300_000, 120_000, 240_000],
  [/^AWS::(?:OpenSearchService|Elasticsearch)::Domain$/, 900_000, 600_000, 300_000],
  [/^AWS::ElastiCache::(?:ReplicationGroup|CacheCluster)$/, 360_000, 240_000, 240_000],
  [/^AWS::EKS::(?:Cluster|Nodegroup)$/, 540_000, 300_000, 300_000],
  [/^AWS::Redshift::Cluster$/, 240_000, 180_000, 120_000],
  [/^AWS::ElasticLoadBalancingV2::LoadBalancer$/, 150_000, 15_000, 15_000],
  [/^AWS::EC2::NatGateway$/, 100_000, 15_000, 60_000],
  [/^AWS::EC2::(?:VPNConnection|TransitGateway\w*|VPCEndpoint)$/, 90_000, 30_000, 60_000],
  [/^AWS::ECS::Service$/, 60_000, 60_000, 45_000],
  [/^AWS::AutoScaling::AutoScalingGroup$/, 30_000, 30_000, 60_000],
  [/^AWS::IAM::InstanceProfile$/, 120_000, 15_000, 3000],
  [/^AWS::EC2::Instance$/, 30_000, 15_000, 45_000],
  [/^AWS::DynamoDB::(?:Global)?Table$/, 30_000, 15_000, 15_000],
  [/^AWS::EC2::(?:InternetGateway|VPCGatewayAttachment|EIP)$/, 15_000, 10_000, 10_000],
  [/^AWS::IAM::/, 15_000, 10_000, 3000],
  [/^AWS::S3::Bucket$/, 20_000, 10_000, 3000],
  [/^AWS::EC2::/, 10_000, 6000, 3000],
  [/^AWS::KMS::Key$/, 15_000, 5000, 3000],
  [/^AWS::SQS::Queue$/, 10_000, 5000, 10_000],
  [/^AWS::(?:CloudFormation::WaitConditionHandle|CDK::Metadata)$/, 500, 500, 500],
]

/** The durations of a type; what the table does not know takes a few seconds. */
export function durationsOf(type: string): Durations {
  const row = TABLE.find(([pattern]) => pattern.test(type))
  const [, createMs, updateMs, deleteMs] = row ?? [type, 4000, 3000, 2500]
  return { initiateMs: Math.min(1000, createMs / 4), createMs, updateMs, deleteMs }
}
