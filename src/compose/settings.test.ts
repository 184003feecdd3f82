import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../source/git/limits.ts'
import { readSettings } from './settings.ts'
import type { SettingFlags } from './settings.ts'

const cwd = '/home/ana/fleet'

describe('the settings', () => {
  it('have defaults that need nothing but a folder', () => {
    expect(readSettings({}, {}, cwd)).toEqual({
      store: 'sqlite:///home/ana/fleet/.headwater/state.db',
      blobs: 'file:///home/ana/fleet/.headwater/blobs',
      controllerId: 'headwater',
      interval: '1m',
      logLevel: 'info',
      webhookSecrets: [],
    })
  })

  it('come from the environment', () => {
    const env = {
      HEADWATER_SOURCE_URL: 'https://github.com/acme/fleet',
      HEADWATER_SOURCE_BRANCH: 'release/1.x',
      HEADWATER_SOURCE_PATH: './clusters/eu',
      HEADWATER_SOURCE_SECRET: 'aws-sm://fleet#token',
      HEADWATER_STORE: 'dynamodb://fleet?region=eu-west-1',
      HEADWATER_BLOBS: 's3://fleet-blobs/templates',
      HEADWATER_QUEUE: 'https://sqs.eu-west-1.amazonaws.com/123456789012/fleet',
      HEADWATER_CONTROLLER_ID: 'fleet',
      HEADWATER_INTERVAL: '30s',
      HEADWATER_LOG_LEVEL: 'debug',
      HEADWATER_WEBHOOK_SECRET: 'aws-ssm:///fleet/webhook',
      HEADWATER_WEBHOOK_SECRET_PREVIOUS: 'env://OLD',
      AWS_DEFAULT_REGION: 'eu-west-1',
    }
    expect(readSettings(env, {}, cwd)).toEqual({
      source: {
        url: 'https://github.com/acme/fleet',
        branch: 'release/1.x',
        path: './clusters/eu',
        secret: 'aws-sm://fleet#token',
      },
      store: 'dynamodb://fleet?region=eu-west-1',
      blobs: 's3://fleet-blobs/templates',
      queue: 'https://sqs.eu-west-1.amazonaws.com/123456789012/fleet',
      controllerId: 'fleet',
      interval: '30s',
      region: 'eu-west-1',
      logLevel: 'debug',
      webhookSecrets: ['aws-ssm:///fleet/webhook', 'env://OLD'],
    })
  })

  const paths: { name: string; given: SettingFlags; want: string }[] = [
    { name: 'a relative repository', given: { sourceUrl: '.' }, want: cwd },
    { name: 'a repository beside', given: { sourceUrl: '../other' }, want: '/home/ana/other' },
    {
      name: 'an absolute repository',
      given: { sourceUrl: '/srv/git/fleet.git' },
      want: '/srv/git/fleet.git',
    },
    { name: 'an ssh url', given: { sourceUrl: 'ssh://git@host/x' }, want: 'ssh://git@host/x' },
    { name: 'a file url', given: { sourceUrl: 'file:///srv/git/fleet.git' }, want: '/srv/git/fleet.git' },
  ]
  it.each(paths)('mean $name from the working directory', ({ given, want }) => {
    expect(readSettings({}, given, cwd).source?.url).toBe(want)
  })

  it('take a flag before the variable, and an empty variable for none', () => {
    const env = { HEADWATER_STORE: 'dynamodb://fleet', HEADWATER_INTERVAL: '' }
    const settings = readSettings(env, { store: 'sqlite:state.db' }, cwd)
    expect(settings).toMatchObject({ store: 'sqlite:///home/ana/fleet/state.db', interval: '1m' })
  })
})

describe('a wrong setting', () => {
  const wrong: { name: string; env?: Record<string, string>; flags?: SettingFlags; want: string }[] = [
    {
      name: 'an unknown store',
      env: { HEADWATER_STORE: 'dynamo://fleet' },
      want: 'HEADWATER_STORE: "dynamo://fleet" has an unknown scheme; known: sqlite, dynamodb, aztable, memory',
    },
    {
      name: 'the same as a flag',
      flags: { store: 'dynamo://fleet' },
      want: '--store: "dynamo://fleet" has an unknown scheme; known: sqlite, dynamodb, aztable, memory',
    },
    {
      name: 'a store without a table',
      env: { HEADWATER_STORE: 'dynamodb://' },
      want: 'HEADWATER_STORE: "dynamodb://" names no table; write dynamodb://table',
    },
    {
      name: 'an unknown scheme',
      env: { HEADWATER_SOURCE_URL: 'git://host/x' },
      want: 'HEADWATER_SOURCE_URL: "git://host/x" has an unknown scheme; known: https, http, ssh, file, or a path on this machine',
    },
    {
      name: 'an ssh url with a password, which is not repeated',
      env: { HEADWATER_SOURCE_URL: 'ssh://git:hunter2@host/x' },
      want: 'HEADWATER_SOURCE_URL: "ssh://host/x" holds credentials; move them to secretRef',
    },
    {
      name: 'an allowance that is none',
      env: { HEADWATER_SOURCE_ALLOW: 'private,all' },
      want: 'HEADWATER_SOURCE_ALLOW: "all" is not known; allowed: private, loopback, http, file, unknown-hosts',
    },
    {
      name: 'a limit that is none',
      env: { HEADWATER_GIT_LIMITS: 'packBytes=lots' },
      want: `HEADWATER_GIT_LIMITS: "packBytes=lots" is no limit; write name=number with one of ${Object.keys(defaultLimits).join(', ')}`,
    },
    {
      name: 'git’s ext:: transport',
      env: { HEADWATER_SOURCE_URL: 'ext::sh -c whoami' },
      want: 'HEADWATER_SOURCE_URL: "ext::sh -c whoami" has an unknown scheme; known: https, http, ssh, file, or a path on this machine',
    },
    {
      name: 'an option in place of a path',
      env: { HEADWATER_SOURCE_URL: '--upload-pack=x' },
      want: 'HEADWATER_SOURCE_URL: "--upload-pack=x" is no repository; write https://host/path, or a path on this machine',
    },
    {
      name: 'credentials in the url, which are not repeated',
      env: { HEADWATER_SOURCE_URL: 'https://me:hunter2@host/x' },
      want: 'HEADWATER_SOURCE_URL: "https://…@host/x" holds credentials; leave them out and name them by HEADWATER_SOURCE_SECRET',
    },
    {
      name: 'a secret in place of its reference, which is not repeated',
      env: { HEADWATER_SOURCE_SECRET: 'ghp_hunter2' },
      want: 'HEADWATER_SOURCE_SECRET: the value (not shown) is no reference to a secret; write env://NAME, file:///path, aws-sm://id#key, aws-ssm:///name or azure-kv://vault/name',
    },
    {
      name: 'a provider that is none',
      env: { HEADWATER_SOURCE_PROVIDER: 'gitlab' },
      want: 'HEADWATER_SOURCE_PROVIDER: "gitlab" is not known; allowed: generic, github, aws, azure',
    },
    {
      name: 'a provider for another host',
      env: { HEADWATER_SOURCE_PROVIDER: 'aws', HEADWATER_SOURCE_URL: 'https://github.com/acme/fleet' },
      want: 'HEADWATER_SOURCE_PROVIDER: provider aws is for https://git-codecommit.REGION.amazonaws.com/v1/repos/NAME, not for "https://github.com/acme/fleet"; correct one of them',
    },
    {
      name: 'a GitHub App that nobody names',
      env: { HEADWATER_SOURCE_PROVIDER: 'github', HEADWATER_SOURCE_URL: 'https://github.com/acme/fleet' },
      want: 'HEADWATER_SOURCE_SECRET: provider github needs a reference to the GitHub App',
    },
    {
      name: 'a branch that is an option',
      env: { HEADWATER_SOURCE_BRANCH: '-x' },
      want: 'HEADWATER_SOURCE_BRANCH: "-x" is no branch; write its name alone, like main',
    },
    {
      name: 'a path out of the repository',
      env: { HEADWATER_SOURCE_PATH: '../etc' },
      want: 'HEADWATER_SOURCE_PATH: "../etc" is no folder of the repository; write it from its root, like ./clusters/production',
    },
    {
      name: 'an interval that is none',
      env: { HEADWATER_INTERVAL: '5 minutes' },
      want: 'HEADWATER_INTERVAL: "5 minutes" is not a duration; write it like 30s, 5m, 1h30m or 24h',
    },
    {
      name: 'an interval that would flood',
      env: { HEADWATER_INTERVAL: '1ms' },
      want: 'HEADWATER_INTERVAL: "1ms" is too short; 1s is the least',
    },
    {
      name: 'a level that is none',
      env: { HEADWATER_LOG_LEVEL: 'loud' },
      want: 'HEADWATER_LOG_LEVEL: "loud" is not known; allowed: debug, info, warn, error, silent',
    },
    {
      name: 'a controller id with a slash',
      env: { HEADWATER_CONTROLLER_ID: 'a/b' },
      want: 'HEADWATER_CONTROLLER_ID: "a/b" is no controller id; use lower-case letters, digits and "-", at most 40',
    },
  ]
  it.each(wrong)('is told by name, value and what is allowed: $name', ({ env, flags, want }) => {
    expect(() => readSettings(env ?? {}, flags, cwd)).toThrow(
      expect.objectContaining({ message: want, class: 'stalled', reason: 'InvalidSettings' }),
    )
  })

  it('is told together with all the others', () => {
    const env = { HEADWATER_STORE: 'x', HEADWATER_QUEUE: 'x', HEADWATER_BLOBS: 'x', HEADWATER_INTERVAL: 'x' }
    const read = () => readSettings(env, {}, cwd)
    expect(read).toThrow(
      /^HEADWATER_QUEUE: .*\nHEADWATER_STORE: .*\nHEADWATER_BLOBS: .*\nHEADWATER_INTERVAL: .*$/,
    )
  })
})

describe('the settings of Azure', () => {
  const tenant = '00000000-0000-0000-0000-000000000001'
  const client = '00000000-0000-0000-0000-000000000002'

  it.each([
    ['nothing on a laptop', {}, undefined],
    ['nothing in Azure Functions', { FUNCTIONS_WORKER_RUNTIME: 'node' }, { credential: 'managed-identity' }],
    ['nothing in Lambda', { AWS_LAMBDA_FUNCTION_NAME: 'worker' }, { credential: 'aws-federation' }],
    [
      'everything',
      {
        HEADWATER_AZURE_CREDENTIAL: 'client-secret',
        HEADWATER_AZURE_TENANT_ID: tenant,
        HEADWATER_AZURE_CLIENT_ID: client,
        HEADWATER_AZURE_CLIENT_SECRET: 'env://AZURE_SECRET',
        HEADWATER_AZURE_AUTHORITY: 'https://login.microsoftonline.us/',
        HEADWATER_AZURE_ENDPOINT: 'https://management.usgovcloudapi.net',
      },
      {
        credential: 'client-secret',
        tenantId: tenant,
        clientId: client,
        clientSecret: 'env://AZURE_SECRET',
        authority: 'https://login.microsoftonline.us',
        endpoint: 'https://management.usgovcloudapi.net',
      },
    ],
    [
      'a pretend ARM on this machine',
      { HEADWATER_AZURE_ENDPOINT: 'http://127.0.0.1:4600' },
      { credential: 'default', endpoint: 'http://127.0.0.1:4600' },
    ],
  ])('%s', (_, env, want) => {
    expect(readSettings(env, {}, cwd).azure).toEqual(want)
  })

  it('name the role to take in AWS', () => {
    const env = {
      HEADWATER_AWS_FEDERATION: 'azure',
      HEADWATER_AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/headwater',
    }
    expect(readSettings(env, {}, cwd).awsFederation).toEqual({
      roleArn: 'arn:aws:iam::123456789012:role/headwater',
      audience: 'api://AzureADTokenExchange',
    })
  })

  it.each([
    [{ HEADWATER_AZURE_CREDENTIAL: 'password' }, 'HEADWATER_AZURE_CREDENTIAL: "password" is not known'],
    [
      { HEADWATER_AZURE_CREDENTIAL: 'default', FUNCTIONS_WORKER_RUNTIME: 'node' },
      'HEADWATER_AZURE_CREDENTIAL: "default" tries one credential after another',
    ],
    [
      { HEADWATER_AZURE_CREDENTIAL: 'default', AWS_LAMBDA_FUNCTION_NAME: 'worker' },
      'HEADWATER_AZURE_CREDENTIAL: "default" tries one credential after another',
    ],
    [{ HEADWATER_AZURE_TENANT_ID: 'contoso' }, 'HEADWATER_AZURE_TENANT_ID: "contoso" is no GUID'],
    [
      { HEADWATER_AZURE_AUTHORITY: 'http://127.0.0.1:1' },
      'HEADWATER_AZURE_AUTHORITY: "http://127.0.0.1:1" is no origin',
    ],
    [{ HEADWATER_AZURE_ENDPOINT: 'http://arm.example' }, 'http only on this machine'],
    [{ HEADWATER_AZURE_ENDPOINT: 'http://localhost.arm.example' }, 'http only on this machine'],
    [{ HEADWATER_AZURE_ENDPOINT: 'http://127.0.0.1.arm.example' }, 'http only on this machine'],
    [{ HEADWATER_AZURE_ENDPOINT: 'http://127.0.0.2:4600' }, 'http only on this machine'],
    [{ HEADWATER_AZURE_ENDPOINT: 'http://10.0.0.1:4600' }, 'http only on this machine'],
    [{ HEADWATER_AZURE_ENDPOINT: 'http://127.0.0.1@arm.example' }, 'http only on this machine'],
    [{ HEADWATER_AZURE_ENDPOINT: 'https://arm.example/path' }, 'is no origin'],
    [{ HEADWATER_AWS_FEDERATION: 'azure' }, 'HEADWATER_AWS_FEDERATION: needs HEADWATER_AWS_ROLE_ARN'],
    [{ HEADWATER_AWS_ROLE_ARN: 'headwater' }, 'HEADWATER_AWS_ROLE_ARN: "headwater" is no role'],
  ])('%j is refused', (env, want) => {
    expect(() => readSettings(env, {}, cwd)).toThrow(want)
  })

  it('never show a secret that was mistaken for its reference', () => {
    const env = { HEADWATER_AZURE_CLIENT_SECRET: 'hunter2' }
    expect(() => readSettings(env, {}, cwd)).toThrow('the value (not shown) is no reference')
  })
})
