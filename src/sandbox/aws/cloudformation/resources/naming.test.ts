import { expect, test } from 'vitest'
import { createSeededRandom } from '../../../../../test/support/virtual-clock.ts'
import type { JsonObject } from '../model.ts'
import { attributeOf } from './attributes.ts'
import { newPhysicalId } from './naming.ts'

const place = { account: '123456789012', region: 'eu-west-1' }

function name(type: string, properties: JsonObject, random = createSeededRandom(1)): string {
  return newPhysicalId({
    random,
    place,
    stackName: 'web',
    logicalId: 'Thing',
    type,
    facts: undefined,
    properties,
  })
}

test('elastic addresses of one account are told apart', () => {
  const random = createSeededRandom(1)
  const addresses = Array.from({ length: 100 }, () => name('AWS::EC2::EIP', { Domain: 'vpc' }, random))
  expect(new Set(addresses).size).toBe(100)
  for (const address of addresses) expect(address).toMatch(/^\d+(\.\d+){3}$/)
})

const UUID = '[0-9a-f]{8}-[0-9a-f-]{27}'

test.each<{ name: string; given: JsonObject; want: RegExp }>([
  { name: 'AWS::SNS::Topic', given: { FifoTopic: true }, want: /:web-Thing-\w{12}\.fifo$/ },
  { name: 'AWS::EC2::SecurityGroup', given: {}, want: /^web-Thing-\w{12}$/ },
  { name: 'AWS::EC2::SecurityGroup', given: { VpcId: 'vpc-1' }, want: /^sg-0[0-9a-f]{16}$/ },
  { name: 'AWS::EFS::FileSystem', given: {}, want: /^fs-0[0-9a-f]{16}$/ },
  { name: 'AWS::CertificateManager::Certificate', given: {}, want: new RegExp(`:certificate/${UUID}$`) },
  { name: 'AWS::Glue::Table', given: { TableInput: { Name: 'Orders' } }, want: /^orders$/ },
  { name: 'AWS::Logs::MetricFilter', given: { LogGroupName: 'g' }, want: /^web-Thing-\w{12}$/ },
  { name: 'AWS::OpenSearchService::Domain', given: {}, want: /^web-thing-[a-z0-9]{12}$/ },
  {
    name: 'AWS::IAM::ServiceLinkedRole',
    given: { AWSServiceName: 'autoscaling.amazonaws.com', CustomSuffix: 'x' },
    want: /^AWSServiceRoleForAutoScaling_x$/,
  },
  {
    name: 'AWS::IAM::OIDCProvider',
    given: { Url: 'https://issuer.example/id' },
    want: /:oidc-provider\/issuer\.example\/id$/,
  },
  {
    name: 'AWS::ElasticLoadBalancingV2::ListenerRule',
    given: {
      ListenerArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/lb/50dc/f2f7',
    },
    want: /:listener-rule\/app\/lb\/50dc\/f2f7\/[0-9a-f]{16}$/,
  },
  {
    name: 'AWS::CloudFormation::WaitConditionHandle',
    given: {},
    want: /\/arn%3Aaws%3Acloudformation%3Aeu-west-1%3A123456789012%3Astack\/web\//,
  },
])('$name is called as AWS calls it', ({ name: type, given, want }) => {
  expect(name(type, given)).toMatch(want)
})

test.each<{ name: string; type: string; id: string; want: string | RegExp }>([
  { name: 'Id', type: 'AWS::Lambda::Permission', id: 'web-Allow', want: 'web-Allow' },
  { name: 'GroupId', type: 'AWS::EC2::SecurityGroup', id: 'web-Group', want: /^sg-0[0-9a-f]{16}$/ },
  { name: 'Arn', type: 'AWS::Scheduler::Schedule', id: 'daily', want: /:schedule\/default\/daily$/ },
  { name: 'StateMachineRevisionId', type: 'AWS::StepFunctions::StateMachine', id: 'a', want: 'INITIAL' },
  { name: 'Arn', type: 'AWS::WAFv2::WebACL', id: 'acl|1|REGIONAL', want: /:regional\/webacl\/acl\/1$/ },
  {
    name: 'RepositoryUri',
    type: 'AWS::ECR::Repository',
    id: 'web',
    want: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web',
  },
  {
    name: 'Arn',
    type: 'AWS::Events::Connection',
    id: 'crm',
    want: new RegExp(`^arn:aws:events:eu-west-1:123456789012:connection/crm/${UUID}$`),
  },
])('$type has AWS’s $name', ({ name: attribute, type, id, want }) => {
  const live = { type, physicalId: id, attributes: {}, properties: {} }
  expect(attributeOf(live, attribute, { place, facts: undefined })).toMatch(want)
})
