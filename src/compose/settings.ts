import { resolve } from 'node:path'
import { parseDuration } from '../api/duration.ts'
import { HeadwaterError, stalled } from '../api/errors.ts'
import { providerProblem, type GitProvider } from '../api/git-provider.ts'
import * as azure from './azure-settings.ts'
import type { AwsFederationSettings, AzureSettings } from './azure-settings.ts'
import type { LogLevel } from './logger.ts'
import { settingTable, type Setting, type SettingName } from './setting-table.ts'
import { hostsIn } from './setting-values.ts'

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
