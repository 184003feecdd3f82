import { resolve } from 'node:path'
import { parseDuration } from '../api/duration.ts'
import { HeadwaterError, stalled } from '../api/errors.ts'
import { secretReferencePattern } from '../api/secret-reference.ts'
import { logLevels } from './logger.ts'
import type { LogLevel } from './logger.ts'
import { allowVariable, limitsVariable, parseAllowances, parseGitUrl, parseLimits } from '../source/index.ts'
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
  }
  /** `sqlite:///path`, `dynamodb://table`, `memory:`. */
  store: string
  /** `file:///path`, `s3://bucket/prefix`, `memory:`. */
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
  logLevel: LogLevel
  /** What sources may be besides https on public addresses; the root source, which is named here, may be any. */
  sourceAllow?: string
  /** Limits of what is read of git hosts, as written: `packBytes=100000000`. */
  gitLimits?: string
  /** References to the secrets that webhooks may be signed with: the current one, then the previous one. */
  webhookSecrets: string[]
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
    description: 'reference to its credentials: env://NAME, file:///path, aws-sm://id#key, aws-ssm:///name',
    read: secretReference,
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
      'where the state lives: sqlite:///path, dynamodb://table, memory: (default .headwater/state.db here)',
    read: storeUrl,
  },
  blobs: {
    variable: 'HEADWATER_BLOBS',
    flag: 'blobs',
    description:
      'where templates lie: file:///path, s3://bucket/prefix, memory: (default .headwater/blobs here)',
    read: blobsUrl,
  },
  queue: {
    variable: 'HEADWATER_QUEUE',
    flag: 'queue',
    description: 'SQS queue that workers listen to, by its https url (default: none)',
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
  const queue = read('queue')
  const leaseText = read('lease')
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION']
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
  }
  if (url !== undefined) {
    const { branch: named, path, secret } = source
    settings.source = {
      url,
      branch: named ?? 'main',
      path: path ?? './',
      ...(secret === undefined ? {} : { secret }),
    }
  }
  if (problems.length > 0) throw stalled('InvalidSettings', problems.join('\n'))
  return settings
}

function invalid(value: string, what: string): HeadwaterError {
  return stalled('InvalidSetting', `"${value}" ${what}`)
}

function sourceUrl(value: string, cwd: string): string {
  if (/^https?:\/\//i.test(value)) return remoteUrl(value)
  if (value.startsWith('ssh://')) {
    parseGitUrl(value)
    return value
  }
  const path = value.startsWith('file://') ? value.slice('file://'.length) : value
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) {
    throw invalid(value, 'has an unknown scheme; known: https, http, ssh, file, or a path on this machine')
  }
  if (path === '' || path.startsWith('-') || hasControl(path)) {
    throw invalid(value, 'is no repository; write https://host/path, or a path on this machine')
  }
  return resolve(cwd, path)
}

function remoteUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || url.hostname === '' || /\s/.test(value) || hasControl(value)) {
    throw invalid(value, 'is no url; write it like https://github.com/owner/repository')
  }
  if (url.username !== '' || url.password !== '') {
    const shown = value.replace(/\/\/[^/]*@/, '//…@')
    throw invalid(shown, 'holds credentials; leave them out and name them by HEADWATER_SOURCE_SECRET')
  }
  return value
}

function branch(value: string): string {
  const isRef =
    /^[^-\s~^:?*[\\][^\s~^:?*[\\]*$/.test(value) &&
    !value.includes('..') &&
    !/(^|\/)\.|\/$|\.lock$/.test(value)
  if (!isRef || hasControl(value)) throw invalid(value, 'is no branch; write its name alone, like main')
  return value
}

function sourcePath(value: string): string {
  const isOutside = value.split('/').includes('..') || value.startsWith('/')
  if (isOutside || value.includes('\\') || hasControl(value)) {
    throw invalid(value, 'is no folder of the repository; write it from its root, like ./clusters/production')
  }
  return value
}

function secretReference(value: string): string {
  // Never the value: who mistakes this setting for the secret itself would find it in a log.
  if (!secretReferencePattern.test(value)) {
    throw stalled(
      'InvalidSetting',
      'the value (not shown) is no reference to a secret; write env://NAME, file:///path, aws-sm://id#key or aws-ssm:///name',
    )
  }
  return value
}

function controllerId(value: string): string {
  if (!/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/.test(value)) {
    throw invalid(value, 'is no controller id; use lower-case letters, digits and "-", at most 40')
  }
  return value
}

const leastIntervalMs = 1000

function interval(value: string): string {
  if (parseDuration(value) < leastIntervalMs) throw invalid(value, 'is too short; 1s is the least')
  return value
}

function lease(value: string): string {
  const isUsable = parseDuration(value) >= 500 && parseDuration(value) <= 15 * 60_000
  if (!isUsable) throw invalid(value, 'is no lease; write 500ms to 15m')
  return value
}

function oneOf(allowed: readonly string[]) {
  return (value: string): string => {
    if (!allowed.includes(value)) throw invalid(value, `is not known; allowed: ${allowed.join(', ')}`)
    return value
  }
}

function hasControl(value: string): boolean {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return /[\u0000-\u001f\u007f]/.test(value)
}
