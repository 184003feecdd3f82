import type { ObjectRecord } from '../../api/record.ts'
import type { DemoFile } from '../demo-file.ts'

/** Something that a pretend cloud is told on its control endpoint. */
export interface Word {
  cloud: keyof DemoFile['clouds']
  command: string
  body: Record<string, unknown>
}

/** What can be done to the objects of the demo that share a file. */
export interface Trick {
  kind: 'CloudFormationStack' | 'AzureDeployment'
  /** Name of the objects. */
  name: string
  /** A commit that the cloud will refuse, where there is one. */
  breaking?: {
    file: string
    message: string
    /** What the file asks for then. */
    asksFor: string
    /** Makes the pretend cloud say what the real one would. */
    refusal: Word
    spoil: (text: string) => string
    mend: (text: string) => string
  }
  /** What somebody changes by hand, where there is something; `words` say what. */
  handwork?: { words: string; word: (record: ObjectRecord) => Word | undefined }
}

const badResource = 'Outbox'
const badStackLines = `
  # begin: broken by the demo
  ${badResource}:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 99999
  # end: broken by the demo`
const badStackBlock = /\n {2}# begin: broken by the demo[^]*?# end: broken by the demo/

function stackTrick(name: string, change: { logicalId: string; path: string; value: unknown }): Trick {
  return {
    kind: 'CloudFormationStack',
    name,
    breaking: {
      file: `stacks/${name}.cfn.yaml`,
      message: `an outbox for ${name}`,
      asksFor: 'a queue that SQS refuses',
      refusal: {
        cloud: 'aws',
        command: 'fail-resource',
        body: {
          stackName: '*',
          logicalId: badResource,
          on: 'create',
          // What SQS says to a visibility timeout beyond twelve hours.
          reason:
            'Value 99999 for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200, if provided. (Service: Sqs, Status Code: 400)',
        },
      },
      spoil: (text) =>
        badStackBlock.test(text) ? text : text.replace(/^Resources:$/m, `Resources:${badStackLines}`),
      mend: (text) => text.replace(badStackBlock, ''),
    },
    handwork: {
      words: `${change.logicalId}${change.path} to ${JSON.stringify(change.value)}`,
      word({ spec, status }) {
        const stackName = status.identity?.['stackId']
        if (stackName === undefined) return undefined
        const region = typeof spec['region'] === 'string' ? { region: spec['region'] } : {}
        return { cloud: 'aws', command: 'change-resource', body: { stackName, ...change, ...region } }
      },
    },
  }
}

const badSiteLines = /\n {2}# begin: broken by the demo[^]*?# end: broken by the demo/

const site: Trick = {
  kind: 'AzureDeployment',
  name: 'site',
  breaking: {
    file: 'stacks/azure/site.yaml',
    message: 'a better name for the site',
    asksFor: 'a name that is somebody else’s',
    refusal: {
      cloud: 'azure',
      command: 'fail-resource',
      body: {
        type: 'Microsoft.Web/sites',
        on: 'put',
        at: 'request',
        status: 409,
        code: 'Conflict',
        message: 'Website with given name already exists.',
      },
    },
    spoil: (text) =>
      badSiteLines.test(text)
        ? text
        : text.replace(
            /^spec:$/m,
            'spec:\n  # begin: broken by the demo\n  parameters:\n    name: www\n  # end: broken by the demo',
          ),
    mend: (text) => text.replace(badSiteLines, ''),
  },
}

const landing: Trick = {
  kind: 'AzureDeployment',
  name: 'landing',
  handwork: {
    words: 'virtualNetworks/demo-vnet properties.addressSpace.addressPrefixes[0] to "10.99.0.0/16"',
    word({ spec }) {
      const { scope } = spec as { scope?: { resourceGroup?: { subscriptionId: string; name: string } } }
      if (scope?.resourceGroup === undefined) return undefined
      const { subscriptionId, name } = scope.resourceGroup
      const group = `/subscriptions/${subscriptionId}/resourceGroups/${name}`
      return {
        cloud: 'azure',
        command: 'change-resource',
        body: {
          id: `${group}/providers/Microsoft.Network/virtualNetworks/demo-vnet`,
          path: '/properties/addressSpace/addressPrefixes/0',
          value: '10.99.0.0/16',
        },
      }
    },
  },
}

/** Everything that can be tried on the demo's fleet. */
export const tricks: readonly Trick[] = [
  stackTrick('network', {
    logicalId: 'InternalSecurityGroup',
    path: '/SecurityGroupIngress/0/CidrIp',
    value: '0.0.0.0/0',
  }),
  stackTrick('data', { logicalId: 'Work', path: '/VisibilityTimeout', value: 5 }),
  stackTrick('web', { logicalId: 'TargetGroup', path: '/HealthCheckPath', value: '/' }),
  stackTrick('api', { logicalId: 'Function', path: '/MemorySize', value: 3008 }),
  landing,
  site,
]
