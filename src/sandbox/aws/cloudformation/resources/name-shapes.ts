import type { Random } from '../../../../api/clock.ts'
import { arn, partitionOf, randomText } from '../ids.ts'
import { isObject } from '../input.ts'
import {
  type Shape,
  hexId,
  generatedName,
  given,
  lowerId,
  lowered,
  named,
  shortened,
  unnamed,
  word,
} from './generated-name.ts'

/** Name shapes of the common types; everything else follows from the schema's identifier. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  'AWS::CloudFormation::WaitConditionHandle': ({ place, stackName, logicalId, random }) => {
    const stack = arn(place, 'cloudformation', `stack/${stackName}`).replaceAll(':', '%3A')
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
  'AWS::SNS::Topic': (context) => {
    const fifo = String(context.properties['FifoTopic']) === 'true'
    const name = given(
      'TopicName',
      (c) => generatedName(c, fifo ? 251 : 256) + (fifo ? '.fifo' : ''),
    )(context)
    return arn(context.place, 'sns', name)
  },
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
  'AWS::ElasticLoadBalancingV2::ListenerRule': ({ properties, random, place }) => {
    const listener = word(
      properties['ListenerArn'],
      arn(place, 'elasticloadbalancing', 'listener/app/balancer/0/0'),
    )
    return `${listener.replace(':listener/', ':listener-rule/')}/${randomText(random, 16, 'hex')}`
  },
  'AWS::CloudFront::Distribution': ({ random }) => `E${randomText(random, 13, 'upper')}`,
  'AWS::Route53::HostedZone': ({ random }) => `Z${randomText(random, 20, 'upper')}`,
  'AWS::Route53::RecordSet': given('Name', generatedName),
  'AWS::EC2::EIP': ({ random }) => publicIp(random),
  'AWS::EC2::Instance': hexId('i'),
  'AWS::EC2::Route': ({ properties, random }) =>
    `${word(properties['RouteTableId'], 'rtb')}|${word(properties['DestinationCidrBlock'] ?? properties['DestinationIpv6CidrBlock'] ?? properties['DestinationPrefixListId'], randomText(random, 8, 'hex'))}`,
  'AWS::EC2::VPCGatewayAttachment': ({ properties }) =>
    `${properties['InternetGatewayId'] === undefined ? 'VGW' : 'IGW'}|${String(properties['VpcId'])}`,
  'AWS::AutoScaling::AutoScalingGroup': named('AutoScalingGroupName', 255),
  'AWS::AutoScaling::LaunchConfiguration': named('LaunchConfigurationName', 255),
  'AWS::SQS::QueuePolicy': unnamed,
  'AWS::SNS::TopicPolicy': unnamed,
  'AWS::CDK::Metadata': ({ random }) => random.uuid(),
  'AWS::CloudFormation::Macro': given('Name', unnamed),
  // Without a VPC it answers its name, as in the days of EC2-Classic; its id is an attribute.
  'AWS::EC2::SecurityGroup': (context) =>
    context.properties['VpcId'] === undefined ? named('GroupName', 255)(context) : hexId('sg')(context),
  'AWS::EC2::NetworkAclEntry': unnamed,
  'AWS::EFS::FileSystem': hexId('fs'),
  'AWS::EFS::MountTarget': hexId('fsmt'),
  'AWS::EFS::AccessPoint': hexId('fsap'),
  'AWS::SSM::MaintenanceWindow': hexId('mw'),
  'AWS::SSM::Association': uuid,
  'AWS::Logs::QueryDefinition': uuid,
  'AWS::Logs::MetricFilter': named('FilterName', 512),
  'AWS::Route53::HealthCheck': uuid,
  'AWS::CertificateManager::Certificate': ({ place, random }) =>
    arn(place, 'acm', `certificate/${random.uuid()}`),
  'AWS::CloudFront::CloudFrontOriginAccessIdentity': upperId('E', 13),
  'AWS::CloudFront::OriginAccessControl': upperId('E', 13),
  'AWS::Lambda::CodeSigningConfig': (context) =>
    arn(context.place, 'lambda', `code-signing-config:${hexId('csc')(context)}`),
  'AWS::IAM::ServiceLinkedRole': serviceLinkedRole,
  'AWS::IAM::OIDCProvider': ({ place, properties }) =>
    `arn:${partitionOf(place.region)}:iam::${place.account}:oidc-provider/${word(properties['Url'], '').replace(/^https:\/\//, '')}`,
  'AWS::Events::EventBusPolicy': ({ properties }) =>
    `${word(properties['EventBusName'], 'default')}|${word(properties['StatementId'], '')}`,
  'AWS::ApiGateway::Account': shortened,
  'AWS::ApiGateway::UsagePlanKey': ({ properties }) =>
    `${word(properties['KeyId'], '')}:${word(properties['UsagePlanId'], '')}`,
  'AWS::ApiGateway::BasePathMapping': ({ properties }) =>
    `${word(properties['DomainName'], '')}|${word(properties['BasePath'], '(none)')}`,
  'AWS::SecretsManager::RotationSchedule': ({ properties }) => word(properties['SecretId'], ''),
  'AWS::AutoScaling::ScalingPolicy': (context) =>
    arn(
      context.place,
      'autoscaling',
      `scalingPolicy:${context.random.uuid()}:autoScalingGroupName/${word(context.properties['AutoScalingGroupName'], '')}:policyName/${unnamed(context)}`,
    ),
  'AWS::AutoScaling::LifecycleHook': named('LifecycleHookName', 255),
  'AWS::Kinesis::StreamConsumer': ({ properties, place }) =>
    `${word(properties['StreamARN'], arn(place, 'kinesis', 'stream/stream'))}/consumer/${word(properties['ConsumerName'], '')}:1704067200`,
  'AWS::OpenSearchService::Domain': lowered('DomainName', 28),
  'AWS::Elasticsearch::Domain': lowered('DomainName', 28),
  'AWS::ECR::Repository': lowered('RepositoryName', 256),
  'AWS::ElastiCache::CacheCluster': lowered('ClusterName', 50),
  'AWS::ElastiCache::ReplicationGroup': lowered('ReplicationGroupId', 40),
  'AWS::Redshift::Cluster': lowered('ClusterIdentifier', 63),
  'AWS::Glue::Database': inner('DatabaseInput'),
  'AWS::Glue::Table': inner('TableInput'),
  'AWS::Glue::Job': named('Name', 255),
  'AWS::Glue::Crawler': named('Name', 255),
  'AWS::Glue::Trigger': named('Name', 255),
  'AWS::AppSync::GraphQLApi': ({ place, random }) =>
    arn(place, 'appsync', `apis/${randomText(random, 26, 'lower')}`),
}

/** An address in one of AWS's own ranges: those for documentation are so small that two in a stack would soon be one. */
function publicIp(random: Random): string {
  const part = (): number => Math.floor(random.next() * 254) + 1
  return `54.${part()}.${part()}.${part()}`
}

function uuid({ random }: Parameters<Shape>[0]): string {
  return random.uuid()
}

function upperId(prefix: string, length: number): Shape {
  return ({ random }) => `${prefix}${randomText(random, length, 'upper')}`
}

/** The name in a property that holds the whole definition, which the service keeps in lower case. */
function inner(property: string): Shape {
  return (context) => {
    const definition = context.properties[property]
    const name = isObject(definition) ? definition['Name'] : undefined
    return word(name, generatedName(context, 255)).toLowerCase()
  }
}

/** `AWSServiceRoleForAutoScaling_suffix`, from `autoscaling.amazonaws.com`. */
function serviceLinkedRole({ properties }: Parameters<Shape>[0]): string {
  const service = word(properties['AWSServiceName'], 'service').split('.')[0] ?? 'service'
  const known: Readonly<Record<string, string>> = {
    autoscaling: 'AutoScaling',
    ecs: 'ECS',
    elasticloadbalancing: 'ElasticLoadBalancing',
    es: 'AmazonElasticsearchService',
    opensearchservice: 'AmazonOpenSearchService',
    rds: 'RDS',
  }
  const suffix = properties['CustomSuffix']
  const name = known[service] ?? `${service.slice(0, 1).toUpperCase()}${service.slice(1)}`
  return `AWSServiceRoleFor${name}${typeof suffix === 'string' ? `_${suffix}` : ''}`
}
