import { resolve } from 'node:path'
import { parseDuration } from '../api/duration.ts'
import { HeadwaterError, stalled } from '../api/errors.ts'
import { gitProviders, providerProblem, type GitProvider } from '../api/git-provider.ts'
import * as azure from './azure-settings.ts'
import type { AwsFederationSettings, AzureSettings } from './azure-settings.ts'
import { logLevels } from './logger.ts'
import type { LogLevel } from './logger.ts'
import {
  branch,
  callers,
  controllerId,
  hostsIn,
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

/** What the controller is told from outside: the root of everything declared in git, and where its own state lives. */
export interface Settings {
  /** The root source; absent where only the store is looked at, or the store has a root already. */
  source?: {
    /** `https://…`, or the absolute path of a repository on this machine. */
    url: string
    branch: string
    /** Folder in the repository whose documents are loaded. */
    path: string
    /** Reference to its credentials. */
    secret?: string
    /** Who signs in to its host. */
    provider?: GitProvider
    /** Hosts of the registries that its Bicep files may fetch modules from. */
    bicepRegistries?: string[]
  }
  /** `sqlite:///path`, `dynamodb://table`, `aztable://account/table`, `memory:`. */
  store: string
  /** `file:///path`, `s3://bucket/prefix`, `azblob://account/container/prefix`, `memory:`. */
  blobs: string
  /** Where "due" is told to workers; absent: whoever looks for what is due does it. */
  queue?: string
  /** Part of the mark on everything this controller owns in a cloud: two controllers in one account need two. */
  controllerId: string
  /** How often the head of the root source is looked at, as written: `1m`. */
  interval: string
  /** How long a step may hold an object, in milliseconds; absent: the loop's own choice. */
  leaseMs?: number
  /** Region of stacks that name none; absent: none is assumed. */
  region?: string
  /** Absent on a person's machine where nothing was said. */
  azure?: AzureSettings
  /** Absent where AWS's own settings decide. */
  awsFederation?: AwsFederationSettings
  logLevel: LogLevel
  /** What sources may be besides https on public addresses; the root source, which is named here, may be any. */
  sourceAllow?: string
  /** Limits of what is read of git hosts, as written: `packBytes=100000000`. */
  gitLimits?: string
  /** References to the secrets that webhooks may be signed with: the current one, then the previous one. */
  webhookSecrets: string[]
  /** Who may call the `sync` function of a function app; absent: nobody. */
  sync?: { audience: string; callers: string[] }
}

type Environment = Readonly<Record<string, string | undefined>>

/** How one setting is named and read. `read` throws what is wrong with a value, in words to be put after the name. */
interface Setting {
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

/** Values that a person typed as flags; they go before the environment. */
export type SettingFlags = { readonly [Name in SettingName]?: string | undefined }

/**
 * Reads the settings. An empty variable counts as unset. Relative paths are meant from `cwd`. All that is wrong is told
 * at once, a line each, in one `stalled` error with reason `InvalidSettings`: name, value, what is allowed. Pure.
 */
export function readSettings(env: Environment, flags: SettingFlags = {}, cwd = '/'): Settings {
  const problems: string[] = []
  const read = (name: SettingName): string | undefined => {
    const setting: Setting = settingTable[name]
    const typed = flags[name]
    const value = typed ?? env[setting.variable]
    if (value === undefined || (typed === undefined && value === '')) return undefined
    try {
      return setting.read(value, cwd)
    } catch (error) {
      if (!(error instanceof HeadwaterError)) throw error
      problems.push(
        `${typed === undefined ? setting.variable : `--${setting.flag ?? name}`}: ${error.message}`,
      )
      return undefined
    }
  }
  const url = read('sourceUrl')
  const sourceAllow = read('sourceAllow')
  const gitLimits = read('gitLimits')
  const source = { branch: read('sourceBranch'), path: read('sourcePath'), secret: read('sourceSecret') }
  const provider = read('sourceProvider') as GitProvider | undefined
  const bicepHosts = read('bicepRegistries')
  const queue = read('queue')
  const leaseText = read('lease')
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION']
  const sync = { audience: read('syncAudience'), callers: read('syncCallers') }
  const secrets = [read('webhookSecret'), read('webhookSecretPrevious')]
  const settings: Settings = {
    store: read('store') ?? `sqlite://${resolve(cwd, '.headwater/state.db')}`,
    blobs: read('blobs') ?? `file://${resolve(cwd, '.headwater/blobs')}`,
    ...(queue === undefined ? {} : { queue }),
    controllerId: read('controllerId') ?? 'headwater',
    interval: read('interval') ?? '1m',
    ...(leaseText === undefined ? {} : { leaseMs: parseDuration(leaseText) }),
    ...(region === undefined || region === '' ? {} : { region }),
    ...(sourceAllow === undefined ? {} : { sourceAllow }),
    ...(gitLimits === undefined ? {} : { gitLimits }),
    logLevel: (read('logLevel') ?? 'info') as LogLevel,
    webhookSecrets: secrets.filter((secret) => secret !== undefined),
    ...syncSettings(sync.audience, sync.callers),
  }
  const clouds = readClouds(env, read, problems)
  if (url !== undefined) {
    const { branch: named, path, secret } = source
    const problem = providerProblem(provider ?? 'generic', url)
    if (problem !== undefined) problems.push(`HEADWATER_SOURCE_PROVIDER: ${problem}`)
    if (provider === 'github' && secret === undefined)
      problems.push('HEADWATER_SOURCE_SECRET: provider github needs a reference to the GitHub App')
    settings.source = {
      url,
      branch: named ?? 'main',
      path: path ?? './',
      ...(secret === undefined ? {} : { secret }),
      ...(provider === undefined ? {} : { provider }),
      ...(bicepHosts === undefined ? {} : { bicepRegistries: hostsIn(bicepHosts) }),
    }
  }
  if (problems.length > 0) throw stalled('InvalidSettings', problems.join('\n'))
  return { ...settings, ...clouds }
}

/** Who the controller is to the clouds. */
function readClouds(
  env: Environment,
  read: (name: SettingName) => string | undefined,
  problems: string[],
): Pick<Settings, 'azure' | 'awsFederation'> {
  const values = {
    credential: read('azureCredential'),
    tenantId: read('azureTenantId'),
    clientId: read('azureClientId'),
    clientSecret: read('azureClientSecret'),
    authority: read('azureAuthority'),
    endpoint: read('azureEndpoint'),
  }
  const role = {
    federation: read('awsFederation'),
    roleArn: read('awsRoleArn'),
    audience: read('awsFederationAudience'),
  }
  try {
    const toAzure = azure.azureSettings(env, values)
    const toAws = azure.awsFederation(role)
    return {
      ...(toAzure === undefined ? {} : { azure: toAzure }),
      ...(toAws === undefined ? {} : { awsFederation: toAws }),
    }
  } catch (error) {
    if (!(error instanceof HeadwaterError)) throw error
    problems.push(error.message)
    return {}
  }
}

function syncSettings(audience: string | undefined, callers: string | undefined): Pick<Settings, 'sync'> {
  if (audience === undefined || callers === undefined) return {}
  return { sync: { audience, callers: callers.split(',') } }
}

/** Hosts that `HEADWATER_BICEP_REGISTRIES` names; none where it is not set. What is wrong in it `readSettings` tells. */
export function bicepRegistries(env: Environment): string[] {
  return hostsIn(env[settingTable.bicepRegistries.variable] ?? '')
}
