import { arn, partitionOf, urlSuffixOf } from '../ids.ts'
import { type Known, awsHost, iamArn, itself, last, queueName, snapStart, uuidOf } from './attribute-parts.ts'
import { IN_NETWORKS } from './network-attributes.ts'

/** Attributes of common types whose form does not follow from their name. */
export const KNOWN: Readonly<Record<string, Readonly<Record<string, (known: Known) => unknown>>>> = {
  ...IN_NETWORKS,
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
  'AWS::AppSync::GraphQLApi': {
    ApiId: ({ live }) => last(live.physicalId, '/'),
    GraphQLUrl: ({ place, seed }) =>
      `https://${seed.slice(0, 26)}.appsync-api.${place.region}.${urlSuffixOf(place.region)}/graphql`,
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
