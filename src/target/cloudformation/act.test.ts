import { describe, expect, test } from 'vitest'
import { changeSetInput, templateInput } from './act.ts'
import { settings, subjectOf } from './decide.fixture.ts'

const role = 'arn:aws:iam::123456789012:role/deployer'

function inputOf(
  spec: Record<string, unknown>,
  more: Partial<Parameters<typeof changeSetInput>[0]['action']> = {},
) {
  return changeSetInput({
    settings,
    record: subjectOf({ spec }).record,
    operation: { id: 'headwater-x-1', token: 'headwater-x-1', revision: 'main@sha1:1' },
    action: {
      type: 'create-change-set',
      stack: 'web',
      changeSetType: 'UPDATE',
      clearRollbackTriggers: false,
      ...more,
    },
    template: { TemplateBody: '{}' },
  })
}

describe('what a change set is made from', () => {
  test('the least there is', () => {
    expect(inputOf({}, { changeSetType: 'CREATE' })).toEqual({
      StackName: 'web',
      ChangeSetName: 'headwater-x-1',
      ClientToken: 'headwater-x-1',
      ChangeSetType: 'CREATE',
      Description: 'main@sha1:1',
      TemplateBody: '{}',
      Parameters: [],
      Tags: [{ Key: 'headwater:owner', Value: 'hw/eu/web' }],
      Capabilities: [],
      OnStackFailure: 'ROLLBACK',
    })
  })

  const cases: {
    name: string
    spec: Record<string, unknown>
    more?: Parameters<typeof inputOf>[1]
    want: object
  }[] = [
    {
      name: 'numbers, booleans and lists are texts',
      spec: { parameters: { A: 1, B: true, C: ['x', 2] } },
      want: {
        Parameters: [
          { ParameterKey: 'A', ParameterValue: '1' },
          { ParameterKey: 'B', ParameterValue: 'true' },
          { ParameterKey: 'C', ParameterValue: 'x,2' },
        ],
      },
    },
    {
      name: 'our tag cannot be overwritten',
      spec: { tags: { 'headwater:owner': 'me', team: 'net' } },
      want: {
        Tags: [
          { Key: 'headwater:owner', Value: 'hw/eu/web' },
          { Key: 'team', Value: 'net' },
        ],
      },
    },
    { name: 'topics that are declared no more are taken away', spec: {}, want: { NotificationARNs: [] } },
    { name: 'a service role', spec: { roleArn: role }, want: { RoleARN: role } },
    {
      name: 'a create that keeps what failed',
      spec: { onFailure: 'keep' },
      more: { changeSetType: 'CREATE' },
      want: { OnStackFailure: 'DO_NOTHING' },
    },
    {
      name: 'alarms that roll back',
      spec: { rollbackTriggers: { monitoringTime: 5, alarms: ['arn:aws:cloudwatch:eu-west-1:1:alarm:a'] } },
      want: {
        RollbackConfiguration: {
          MonitoringTimeInMinutes: 5,
          RollbackTriggers: [
            { Arn: 'arn:aws:cloudwatch:eu-west-1:1:alarm:a', Type: 'AWS::CloudWatch::Alarm' },
          ],
        },
      },
    },
    {
      name: 'alarms that are declared no more are taken away',
      spec: {},
      more: { clearRollbackTriggers: true },
      want: { RollbackConfiguration: { RollbackTriggers: [], MonitoringTimeInMinutes: 0 } },
    },
    {
      name: 'imports and nested stacks',
      spec: { importExistingResources: true, includeNestedStacks: true },
      want: { ImportExistingResources: true, IncludeNestedStacks: true },
    },
    {
      name: 'drift to be reverted',
      spec: {},
      more: { mode: 'revert-drift' },
      want: { DeploymentMode: 'REVERT_DRIFT' },
    },
  ]
  test.each(cases)('$name', ({ spec, more, want }) => {
    expect(inputOf(spec, more)).toMatchObject(want)
  })

  test('an update says nothing of a failing create, and drift is not reverted unless asked', () => {
    const input = inputOf({})
    expect(input).not.toHaveProperty('OnStackFailure')
    expect(input).not.toHaveProperty('DeploymentMode')
    expect(input).not.toHaveProperty('RollbackConfiguration')
  })
})

describe('where the template comes from', () => {
  const ports = (url?: string) => ({
    templateBody: async () => new TextEncoder().encode('ä'),
    templateUrl: () => url,
  })
  const of = (bytes: number) => ({
    inputs: { revision: 'r', digest: 'd', files: { template: { path: 'web.yaml', sha256: 'aa', bytes } } },
  })

  test('in the call up to 51,200 bytes', async () => {
    expect(await templateInput(of(51_200), ports('https://b'))).toEqual({ TemplateBody: 'ä' })
  })
  test('by url above that', async () => {
    expect(await templateInput(of(51_201), ports('https://b'))).toEqual({ TemplateURL: 'https://b' })
  })
  test.each([
    [
      'above that with bodies on this machine only',
      of(51_201),
      /web.yaml has 51201 bytes.*HEADWATER_BLOBS=s3:/,
    ],
    ['not at all above 1,000,000 bytes', of(1_000_001), /web.yaml has 1000001 bytes.*split it/],
    ['not at all when it was not packaged', {}, /was not packaged/],
  ])('%s', async (_, record, message) => {
    await expect(templateInput(record, ports())).rejects.toMatchObject({
      class: 'stalled',
      message: expect.stringMatching(message) as unknown,
    })
  })
})
