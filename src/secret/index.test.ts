import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { startFaultServer } from '../../test/fault-server.ts'
import type { Fate } from '../../test/fault-server.ts'
import { readParameterStoreSecret } from './aws-ssm.ts'
import { readKeyVaultSecret } from './azure-key-vault.ts'
import { readSecretsManagerSecret } from './aws-secrets-manager.ts'
import { createSecretResolver, secretCacheMs } from './index.ts'

const resolverOver = (env: Record<string, string | undefined> = {}) =>
  createSecretResolver({ env, clock: createVirtualClock(0) })

/** What no message may hold. */
const canary = 'c4nary-s3cret'

function textsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return `${error.message} ${error.stack ?? ''} ${textsOf(error.cause)}`
}

describe('env://', () => {
  it('reads the environment it was given', async () => {
    expect(await resolverOver({ TOKEN: canary }).resolve('env://TOKEN')).toBe(canary)
  })

  it.each([
    { name: 'a missing variable', reference: 'env://OTHER', reason: 'SecretNotFound' },
    { name: 'an empty one', reference: 'env://EMPTY', reason: 'SecretNotFound' },
    { name: 'no name', reference: 'env://', reason: 'InvalidReference' },
    { name: 'what is no name', reference: 'env://A-B', reason: 'InvalidReference' },
    { name: 'an inherited property', reference: 'env://constructor', reason: 'SecretNotFound' },
    { name: 'the own credentials', reference: 'env://AWS_SECRET_ACCESS_KEY', reason: 'InvalidReference' },
  ])('refuses $name', async ({ reference, reason }) => {
    const resolver = resolverOver({ TOKEN: canary, EMPTY: '', AWS_SECRET_ACCESS_KEY: canary })
    const error: unknown = await resolver.resolve(reference).catch((error: unknown) => error)
    expect(error).toMatchObject({
      class: 'stalled',
      reason,
      message: expect.stringContaining(reference) as unknown,
    })
    expect(textsOf(error)).not.toContain(canary)
  })
})

describe('file://', () => {
  const makeFolder = async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'headwater-secret-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    return folder
  }

  it.each([
    { name: 'as it is', content: ' a b ', want: ' a b ' },
    { name: 'without one line break at its end', content: 'a\n\n', want: 'a\n' },
    { name: 'without a Windows line break at its end', content: 'a\r\n', want: 'a' },
  ])('reads a file $name', async ({ content, want }) => {
    const file = path.join(await makeFolder(), 'my secret')
    await writeFile(file, content)
    expect(await resolverOver().resolve(`file://${file}`)).toBe(want)
  })

  it.each([
    { name: 'a missing file', at: '/missing', content: undefined, reason: 'SecretNotFound' },
    { name: 'an empty file', at: '/file', content: '\n', reason: 'SecretNotFound' },
    { name: 'a folder', at: '', content: undefined, reason: 'InvalidReference' },
    { name: 'what lies below a file', at: '/file/x', content: 'x', reason: 'SecretNotFound' },
    { name: 'a huge file', at: '/file', content: 'x'.repeat(300_000), reason: 'InvalidReference' },
  ])('refuses $name', async ({ at, content, reason }) => {
    const folder = await makeFolder()
    if (content !== undefined) await writeFile(path.join(folder, 'file'), content)
    const resolved = resolverOver().resolve(`file://${folder}${at}`)
    await expect(resolved).rejects.toMatchObject({ class: 'stalled', reason })
  })

  it.each([
    'file://relative/path',
    'file://',
    'file:///proc/self/environ',
    'file:///tmp/../proc/self/environ',
  ])('refuses %s', async (reference) => {
    const refused = { class: 'stalled', reason: 'InvalidReference' }
    await expect(resolverOver().resolve(reference)).rejects.toMatchObject(refused)
  })

  it("refuses a link into the system's own folders", async () => {
    const link = path.join(await makeFolder(), 'link')
    await symlink('/proc/self/environ', link)
    const refused = { class: 'stalled', reason: 'InvalidReference' }
    await expect(resolverOver().resolve(`file://${link}`)).rejects.toMatchObject(refused)
  })
})

describe('AWS', () => {
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' }
  const answer = (status: number, body: unknown): Fate => ({
    do: 'answer',
    status,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify(body),
  })
  const serve = async (...fates: Fate[]) => {
    const server = await startFaultServer()
    onTestFinished(() => server.close())
    server.next(...fates)
    return { endpoint: server.url, region: 'eu-west-1', credentials, server }
  }
  const sm = (location: object, key?: string) =>
    readSecretsManagerSecret('aws-sm://id', { ...location, id: 'id', ...(key === undefined ? {} : { key }) })
  const ssm = (location: object) => readParameterStoreSecret('aws-ssm:///a/b', { ...location, name: '/a/b' })

  it.each([
    { name: 'whole', secret: { SecretString: 'v' }, key: undefined, want: 'v' },
    {
      name: 'from bytes',
      secret: { SecretBinary: Buffer.from('v').toString('base64') },
      key: undefined,
      want: 'v',
    },
    { name: 'a key of it', secret: { SecretString: '{"a":"1","b":"2"}' }, key: 'b', want: '2' },
    { name: 'a number in it', secret: { SecretString: '{"port":5432}' }, key: 'port', want: '5432' },
  ])('Secrets Manager: $name', async ({ secret, key, want }) => {
    expect(await sm(await serve(answer(200, secret)), key)).toBe(want)
  })

  it('Parameter Store: decrypted', async () => {
    const { server, ...location } = await serve(answer(200, { Parameter: { Value: 'v' } }))
    expect(await ssm(location)).toBe('v')
    expect(JSON.parse(server.calls[0]?.body.toString() ?? '')).toEqual({ Name: '/a/b', WithDecryption: true })
  })

  it.each([
    { name: 'no JSON', text: canary, key: 'a', reason: 'InvalidReference' },
    { name: 'broken JSON', text: `{"a":"${canary}`, key: 'a', reason: 'InvalidReference' },
    { name: 'another key', text: `{"b":"${canary}"}`, key: 'a', reason: 'SecretNotFound' },
    { name: 'an object below the key', text: `{"a":{"b":"${canary}"}}`, key: 'a', reason: 'SecretNotFound' },
    { name: 'a key of every object', text: `{"b":"${canary}"}`, key: 'toString', reason: 'SecretNotFound' },
    { name: 'nothing', text: '', key: undefined, reason: 'SecretNotFound' },
  ])('a secret with $name is an error that shows none of it', async ({ text, key, reason }) => {
    const location = await serve(answer(200, { SecretString: text }))
    const error: unknown = await sm(location, key).catch((error: unknown) => error)
    expect(error).toMatchObject({
      class: 'stalled',
      reason,
      message: expect.stringContaining('aws-sm://id') as unknown,
    })
    expect(textsOf(error)).not.toContain(canary)
  })

  it.each([
    { code: 'ResourceNotFoundException', read: sm, want: { class: 'stalled', reason: 'SecretNotFound' } },
    { code: 'AccessDeniedException', read: sm, want: { class: 'stalled', reason: 'AccessDenied' } },
    { code: 'ParameterNotFound', read: ssm, want: { class: 'stalled', reason: 'SecretNotFound' } },
    { code: 'ThrottlingException', read: ssm, want: { class: 'backoff', reason: 'Throttled' } },
    { code: 'InternalServerError', read: ssm, want: { class: 'stalled', reason: 'Refused' } },
  ])('$code is $want.class, $want.reason', async ({ code, read, want }) => {
    const location = await serve(answer(400, { __type: code, message: 'no' }))
    await expect(read(location)).rejects.toMatchObject(want)
  })

  it('a connection that is cut is a back-off', async () => {
    await expect(ssm(await serve({ do: 'drop' }))).rejects.toMatchObject({ class: 'backoff' })
  })
})

describe('Azure Key Vault', () => {
  const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Fate => ({
    do: 'answer',
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const asked: unknown[] = []
  const credential = async () => ({
    getToken: async (scopes: string | string[]) => {
      asked.push(scopes)
      return { token: 'the-token', expiresOnTimestamp: 1 }
    },
  })
  const vault = async (...fates: Fate[]) => {
    const server = await startFaultServer()
    onTestFinished(() => server.close())
    server.next(...fates)
    const read = (path: string, key?: string) =>
      readKeyVaultSecret(
        'azure-kv://fleet/x',
        { path, ...(key === undefined ? {} : { key }) },
        { clock: createVirtualClock(0), credential, vaultUrl: (name) => `${server.url}/${name}` },
      )
    return { server, read }
  }

  it.each([
    { name: 'the newest', path: 'fleet/git', secret: 'v', key: undefined, want: 'v', asks: 'git' },
    {
      name: 'a version',
      path: `fleet/git/${'0a'.repeat(16)}`,
      secret: 'v',
      key: undefined,
      want: 'v',
      asks: `git/${'0a'.repeat(16)}`,
    },
    { name: 'a key of it', path: 'fleet/db', secret: '{"a":"1"}', key: 'a', want: '1', asks: 'db' },
  ])('reads $name', async ({ path, secret, key, want, asks }) => {
    const { server, read } = await vault(answer(200, { value: secret, id: 'https://…' }))
    expect(await read(path, key)).toBe(want)
    expect(server.calls).toMatchObject([
      { path: `/fleet/secrets/${asks}?api-version=7.4`, headers: { authorization: 'Bearer the-token' } },
    ])
    expect(asked.at(-1)).toBe('https://vault.azure.net/.default')
  })

  it.each([
    '',
    'fleet',
    'fleet/',
    'fleet/a/b/c',
    'fleet.evil.example/a',
    'fleet/a?b',
    '-fleet/a',
    'fleet/../a',
  ])('refuses "%s", and calls nobody', async (path) => {
    const { server, read } = await vault()
    await expect(read(path)).rejects.toMatchObject({ class: 'stalled', reason: 'InvalidReference' })
    expect(server.calls).toEqual([])
  })

  it.each([
    {
      name: 'no secret',
      fate: answer(404, { error: { message: canary } }),
      want: { class: 'stalled', reason: 'SecretNotFound' },
    },
    {
      name: 'no role',
      fate: answer(403, { error: { message: canary } }),
      want: { class: 'stalled', reason: 'AccessDenied' },
    },
    {
      name: 'a throttle',
      fate: answer(429, '', { 'retry-after': '3' }),
      want: { class: 'backoff', retryAfterMs: 3_000 },
    },
    { name: 'a fault', fate: answer(500, canary), want: { class: 'backoff', reason: 'Unavailable' } },
    {
      name: 'nonsense',
      fate: answer(200, `{"value":"${canary}`),
      want: { class: 'backoff', reason: 'Unavailable' },
    },
    {
      name: 'an empty secret',
      fate: answer(200, { value: '' }),
      want: { class: 'stalled', reason: 'SecretNotFound' },
    },
    {
      name: 'a redirect',
      fate: answer(302, '', { location: 'http://127.0.0.1:9/' }),
      want: { class: 'backoff' },
    },
    { name: 'a cut connection', fate: { do: 'drop' } as const, want: { class: 'backoff' } },
  ])('$name is an error that shows neither secret nor token', async ({ fate, want }) => {
    const { read } = await vault(fate)
    const error: unknown = await read('fleet/git').catch((error: unknown) => error)
    expect(error).toMatchObject(want)
    expect(textsOf(error)).not.toMatch(/c4nary|the-token/)
  })

  it('cannot be asked without an identity', async () => {
    const resolved = resolverOver().resolve('azure-kv://fleet/git')
    await expect(resolved).rejects.toMatchObject({ class: 'stalled', reason: 'InvalidSetting' })
  })
})

describe('the resolver', () => {
  it('does not quote what is no reference: it may be the secret itself', async () => {
    for (const wrong of [canary, `vault://${canary}`, '']) {
      const error: unknown = await resolverOver()
        .resolve(wrong)
        .catch((error: unknown) => error)
      expect(error).toMatchObject({ class: 'stalled', reason: 'InvalidReference' })
      expect(textsOf(error)).not.toContain(canary)
    }
  })

  it('asks again after a minute, and after a failure at once', async () => {
    const clock = createVirtualClock(0)
    const env: Record<string, string> = {}
    const resolver = createSecretResolver({ env, clock })
    await expect(resolver.resolve('env://A')).rejects.toMatchObject({ reason: 'SecretNotFound' })
    env['A'] = 'one'
    expect(await resolver.resolve('env://A')).toBe('one')
    env['A'] = 'two'
    clock.advance(secretCacheMs - 1)
    expect(await resolver.resolve('env://A')).toBe('one')
    clock.advance(1)
    expect(await resolver.resolve('env://A')).toBe('two')
  })
})
