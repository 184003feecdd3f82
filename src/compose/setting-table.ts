import { gitProviders } from '../api/git-provider.ts'
import * as azure from './azure-settings.ts'
import { logLevels } from './logger.ts'
import {
  branch,
  callers,
  controllerId,
  interval,
  lease,
  oneOf,
  registries,
  secretReference,
  sourcePath,
  sourceUrl,
} from './setting-values.ts'
import { allowVariable, limitsVariable, parseAllowances, parseLimits } from '../source/index.ts'
import { storeUrl, blobsUrl, queueUrl } from './storage-urls.ts'

/** How one setting is named and read. `read` throws what is wrong with a value, in words to be put after the name. */
export interface Setting {
  variable: string
  /** The flag where a person would type it, without dashes. */
  flag?: string
  description: string
  read(value: string, cwd: string): string
}

/** Every setting: the source of the flags, of `--help` and of the documentation. */
export const settingTable = {
  sourceUrl: {
    variable: 'HEADWATER_SOURCE_URL',
    flag: 'source-url',
    description: 'git repository to start from: https://host/path, or a path on this machine',
    read: sourceUrl,
  },
  sourceBranch: {
    variable: 'HEADWATER_SOURCE_BRANCH',
    flag: 'source-branch',
    description: 'branch of it to follow (default main)',
    read: branch,
  },
  sourcePath: {
    variable: 'HEADWATER_SOURCE_PATH',
    flag: 'source-path',
    description: 'folder in it whose documents are loaded (default ./)',
    read: sourcePath,
  },
  sourceSecret: {
    variable: 'HEADWATER_SOURCE_SECRET',
    flag: 'source-secret',
    description:
      'reference to its credentials: env://NAME, file:///path, aws-sm://id#key, aws-ssm:///name, azure-kv://vault/name',
    read: secretReference,
  },
  sourceProvider: {
    variable: 'HEADWATER_SOURCE_PROVIDER',
    flag: 'source-provider',
    description: `who signs in to its host: ${gitProviders.join(', ')} (default generic)`,
    read: oneOf(gitProviders),
  },
  bicepRegistries: {
    variable: 'HEADWATER_BICEP_REGISTRIES',
    description:
      'hosts of the registries that its Bicep files may fetch modules from, separated by commas (default: none)',
    read: registries,
  },
  sourceAllow: {
    variable: allowVariable,
    description:
      'what other repositories may be besides https on public addresses: private, loopback, http, file, unknown-hosts (default: none)',
    read: (value: string) => [...parseAllowances(value)].join(','),
  },
  gitLimits: {
    variable: limitsVariable,
    description: 'limits of what is read of git hosts, like packBytes=100000000,idleMs=5000',
    read(value: string) {
      parseLimits(value)
      return value
    },
  },
  store: {
    variable: 'HEADWATER_STORE',
    flag: 'store',
    description:
      'where the state lives: sqlite:///path, dynamodb://table, aztable://account/table, memory: (default .headwater/state.db here)',
    read: storeUrl,
  },
  blobs: {
    variable: 'HEADWATER_BLOBS',
    flag: 'blobs',
    description:
      'where templates lie: file:///path, s3://bucket/prefix, azblob://account/container/prefix, memory: (default .headwater/blobs here)',
    read: blobsUrl,
  },
  queue: {
    variable: 'HEADWATER_QUEUE',
    flag: 'queue',
    description:
      'queue that workers listen to: an SQS queue by its https url, or azqueue://account/queue (default: none)',
    read: queueUrl,
  },
  controllerId: {
    variable: 'HEADWATER_CONTROLLER_ID',
    flag: 'controller-id',
    description: 'name of this controller in its ownership marks (default headwater)',
    read: controllerId,
  },
  interval: {
    variable: 'HEADWATER_INTERVAL',
    flag: 'interval',
    description: 'how often the head of the repository is looked at (default 1m)',
    read: interval,
  },
  lease: {
    variable: 'HEADWATER_LEASE',
    description:
      'how long what a dead controller was at rests before another takes it up (default 30s; longer than any one call to a cloud may take)',
    read: lease,
  },
  logLevel: {
    variable: 'HEADWATER_LOG_LEVEL',
    flag: 'log-level',
    description: `least level of the log lines: ${logLevels.join(', ')} (default info)`,
    read: oneOf(logLevels),
  },
  webhookSecret: {
    variable: 'HEADWATER_WEBHOOK_SECRET',
    description: 'reference to the secret that webhooks are signed with',
    read: secretReference,
  },
  webhookSecretPrevious: {
    variable: 'HEADWATER_WEBHOOK_SECRET_PREVIOUS',
    description: 'reference to the secret before that one, still taken while it is rotated',
    read: secretReference,
  },
  syncAudience: {
    variable: 'HEADWATER_SYNC_AUDIENCE',
    description:
      'audience of the Entra tokens that the function `sync` of a function app takes (default: none)',
    read: azure.audience,
  },
  syncCallers: {
    variable: 'HEADWATER_SYNC_CALLERS',
    description:
      'who may call it, by commas: application ids, object ids of people, role:NAME for an app role (default: nobody)',
    read: callers,
  },
  azureCredential: {
    variable: 'HEADWATER_AZURE_CREDENTIAL',
    description:
      'who the controller is to Azure: managed-identity, workload-identity, client-secret, aws-federation, default (default: that of the platform in a function, else "default")',
    read: azure.credential,
  },
  azureTenantId: {
    variable: 'HEADWATER_AZURE_TENANT_ID',
    description: 'tenant of that identity',
    read: azure.guid,
  },
  azureClientId: {
    variable: 'HEADWATER_AZURE_CLIENT_ID',
    description: 'client id of the application, or of a user-assigned managed identity',
    read: azure.guid,
  },
  azureClientSecret: {
    variable: 'HEADWATER_AZURE_CLIENT_SECRET',
    description: 'reference to the secret of the application, for client-secret',
    read: secretReference,
  },
  azureAuthority: {
    variable: 'HEADWATER_AZURE_AUTHORITY',
    description: 'where tokens come from (default https://login.microsoftonline.com)',
    read: azure.authority,
  },
  azureEndpoint: {
    variable: 'HEADWATER_AZURE_ENDPOINT',
    description: 'where Azure Resource Manager is (default https://management.azure.com)',
    read: azure.endpoint,
  },
  awsFederation: {
    variable: 'HEADWATER_AWS_FEDERATION',
    description:
      'azure: take a role in AWS in exchange for a token of the managed identity, without a stored key',
    read: azure.federation,
  },
  awsRoleArn: {
    variable: 'HEADWATER_AWS_ROLE_ARN',
    description: 'that role',
    read: azure.roleArn,
  },
  awsFederationAudience: {
    variable: 'HEADWATER_AWS_FEDERATION_AUDIENCE',
    description: 'what that token is for (default api://AzureADTokenExchange)',
    read: azure.audience,
  },
} as const satisfies Record<string, Setting>

/** Name of a setting, as commander gives a flag's value: `sourceUrl` for `--source-url`. */
export type SettingName = keyof typeof settingTable
