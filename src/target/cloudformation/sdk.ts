import {
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeEventsCommand,
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  ExecuteChangeSetCommand,
  GetStackPolicyCommand,
  ListChangeSetsCommand,
  RollbackStackCommand,
  SetStackPolicyCommand,
  UpdateTerminationProtectionCommand,
  type CloudFormationClientConfig,
} from '@aws-sdk/client-cloudformation'
import { fromTemporaryCredentials, fromWebToken } from '@aws-sdk/credential-providers'
import type { CallClass } from '../limiter.ts'
import type { CloudFormationApi } from './api.ts'

/** Whose rights to use where. */
export interface Place {
  region: string | undefined
  roleArn?: string
  externalId?: string
  /** Name of the sessions of an assumed role. */
  sessionName: string
  /** Endpoint of CloudFormation and STS; otherwise the SDK's own settings decide. */
  endpoint?: string
  /** Who the controller is to AWS where no key of it is stored; otherwise the SDK's own settings decide. */
  webIdentity?: WebIdentity
}

/** A role that trusts an identity of another cloud, and that identity's token. */
export interface WebIdentity {
  roleArn: string
  /** A fresh token of the other cloud's; errors are ours already. */
  token: () => Promise<string>
}

/** What goes around every call: the budget, and the translation of errors. */
export type Around = <Output>(
  call: string,
  callClass: CallClass,
  run: () => Promise<Output>,
) => Promise<Output>

/** The SDK's calls for one place. One attempt a call: when to try again is decided by the loop. */
export function connect(place: Place, around: Around): CloudFormationApi {
  const client = clientOf(place)

  return {
    describeStacks: (input) =>
      around('DescribeStacks', 'read', () => client.send(new DescribeStacksCommand(input))),
    describeChangeSet: (input) =>
      around('DescribeChangeSet', 'read', () => client.send(new DescribeChangeSetCommand(input))),
    describeStackEvents: (input) =>
      around('DescribeStackEvents', 'read', () => client.send(new DescribeStackEventsCommand(input))),
    describeEvents: (input) =>
      around('DescribeEvents', 'read', () => client.send(new DescribeEventsCommand(input))),
    describeStackResources: (input) =>
      around('DescribeStackResources', 'read', () => client.send(new DescribeStackResourcesCommand(input))),
    describeDriftDetection: (input) =>
      around('DescribeStackDriftDetectionStatus', 'read', () =>
        client.send(new DescribeStackDriftDetectionStatusCommand(input)),
      ),
    describeResourceDrifts: (input) =>
      around('DescribeStackResourceDrifts', 'read', () =>
        client.send(new DescribeStackResourceDriftsCommand(input)),
      ),
    getStackPolicy: (input) =>
      around('GetStackPolicy', 'read', () => client.send(new GetStackPolicyCommand(input))),
    listChangeSets: (input) =>
      around('ListChangeSets', 'read', () => client.send(new ListChangeSetsCommand(input))),
    createChangeSet: (input) =>
      around('CreateChangeSet', 'write', () => client.send(new CreateChangeSetCommand(input))),
    executeChangeSet: (input) =>
      around('ExecuteChangeSet', 'write', () => client.send(new ExecuteChangeSetCommand(input))),
    deleteChangeSet: (input) =>
      around('DeleteChangeSet', 'write', () => client.send(new DeleteChangeSetCommand(input))),
    setStackPolicy: (input) =>
      around('SetStackPolicy', 'write', () => client.send(new SetStackPolicyCommand(input))),
    updateTerminationProtection: (input) =>
      around('UpdateTerminationProtection', 'write', () =>
        client.send(new UpdateTerminationProtectionCommand(input)),
      ),
    deleteStack: (input) => around('DeleteStack', 'write', () => client.send(new DeleteStackCommand(input))),
    rollbackStack: (input) =>
      around('RollbackStack', 'write', () => client.send(new RollbackStackCommand(input))),
    continueUpdateRollback: (input) =>
      around('ContinueUpdateRollback', 'write', () => client.send(new ContinueUpdateRollbackCommand(input))),
    detectStackDrift: (input) =>
      around('DetectStackDrift', 'write', () => client.send(new DetectStackDriftCommand(input))),
  }
}

/**
 * What calls of one place are signed with, for whoever signs something else by it; the SDK renews it before it ends.
 * Throws errors of the SDK's.
 */
export function credentialsOf(place: Place): CloudFormationClient['config']['credentials'] {
  return clientOf(place).config.credentials
}

function clientOf(place: Place): CloudFormationClient {
  const base = {
    ...(place.region === undefined ? {} : { region: place.region }),
    ...(place.endpoint === undefined ? {} : { endpoint: place.endpoint }),
    maxAttempts: 1,
    // Of STS too: a call that hangs must end well before the lease of its step does.
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 20_000, throwOnRequestTimeout: true },
  }
  const { roleArn, externalId, sessionName, webIdentity } = place
  const own = webIdentity === undefined ? undefined : webCredentials(webIdentity, { sessionName, base })
  const credentials =
    roleArn === undefined
      ? own === undefined
        ? {}
        : { credentials: own }
      : {
          credentials: fromTemporaryCredentials({
            ...(own === undefined ? {} : { masterCredentials: own }),
            params: {
              RoleArn: roleArn,
              RoleSessionName: sessionName,
              ...(externalId === undefined ? {} : { ExternalId: externalId }),
            },
            clientConfig: base,
          }),
        }
  const config: CloudFormationClientConfig = { ...base, ...credentials }
  return new CloudFormationClient(config)
}

/** Credentials of a role in exchange for a token of another cloud; the SDK asks again when they are about to end. */
function webCredentials(
  { roleArn, token }: WebIdentity,
  { sessionName, base }: { sessionName: string; base: { region?: string; endpoint?: string } },
) {
  return async () => {
    const webIdentityToken = await token()
    return fromWebToken({ roleArn, webIdentityToken, roleSessionName: sessionName, clientConfig: base })()
  }
}
