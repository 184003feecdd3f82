import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** One stack of the bench: what both sides deploy. */
export interface BenchStack {
  name: string
  /** Absolute path of its template. */
  template: string
}

/** The names of the stacks of a fleet. */
const nameOf = (index: number) => `bench-${String(index).padStart(4, '0')}`

/** Six resources with references among them, some parameters: what a small service has. */
const template = (name: string) => `AWSTemplateFormatVersion: '2010-09-09'
Description: ${name}
Parameters:
  Retention: {Type: Number, Default: 345600}
Resources:
  Dead:
    Type: AWS::SQS::Queue
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      MessageRetentionPeriod: !Ref Retention
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: ${name}}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  Address:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Ref Queue}
Outputs:
  QueueUrl: {Value: !Ref Queue}
`

const manifest = (name: string) => `apiVersion: headwater.dev/v1alpha1
kind: CloudFormationStack
metadata: {name: ${name}, namespace: bench}
spec:
  template: ${name}.cfn.yaml
  region: eu-west-1
  parameters: {Retention: 86400}
  tags: {team: bench}
`

/** Writes a repository with that many independent stacks into a folder and commits it. */
export async function writeFleet(folder: string, count: number): Promise<BenchStack[]> {
  const stacks = join(folder, 'stacks')
  await mkdir(stacks, { recursive: true })
  const made = Array.from({ length: count }, (_, index) => nameOf(index))
  for (const name of made) {
    await writeFile(join(stacks, `${name}.cfn.yaml`), template(name))
    await writeFile(join(stacks, `${name}.yaml`), manifest(name))
  }
  const author = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', '-c', 'commit.gpgsign=false']
  await run('git', ['init', '--quiet', '-b', 'main', folder])
  await run('git', ['-C', folder, 'add', '--all'])
  await run('git', ['-C', folder, ...author, 'commit', '--quiet', '-m', `${count} stacks`])
  return made.map((name) => ({ name, template: join(stacks, `${name}.cfn.yaml`) }))
}
