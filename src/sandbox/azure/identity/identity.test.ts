import { createPublicKey, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { layAzureGround } from '../../../../test/support/azure-ground.ts'
import { defaultTenant } from '../world.ts'
import { claimsOf } from './tokens.ts'

const clientId = '11111111-2222-4333-8444-555555555555'
const jwt = (claims: object): string =>
  [{ alg: 'RS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.') + '.c2ln'

describe('signing in', () => {
  const ground = layAzureGround()
  const form = (fields: Record<string, string>) => ({
    body: new URLSearchParams(fields).toString(),
    authorization: '',
  })
  const token = (fields: Record<string, string>, path = `/${defaultTenant}/oauth2/v2.0/token?bare`) =>
    ground.call(`POST ${path}`, form({ grant_type: 'client_credentials', client_id: clientId, ...fields }))
  const scope = 'https://management.azure.com//.default'
  const now = Date.UTC(2026, 0, 1) / 1000

  it('by a secret gives a token with the claims of an application', async () => {
    const { status, body, headers } = await token({ client_secret: 'any', scope })
    expect([status, body['token_type'], body['expires_in']]).toEqual([200, 'Bearer', 3599])
    expect(headers.get('cache-control')).toBe('no-store, no-cache')
    expect(claimsOf(body['access_token'] ?? '')).toMatchObject({
      aud: 'https://management.azure.com/',
      iss: `https://sts.windows.net/${defaultTenant}/`,
      tid: defaultTenant,
      appid: clientId,
      idtyp: 'app',
      ver: '1.0',
      nbf: now,
      exp: now + 3599,
      oid: expect.stringMatching(/^[\da-f-]{36}$/) as string,
    })
  })

  it('gives tokens that ARM takes until they expire', async () => {
    const { body } = await token({ client_secret: 'any', scope })
    const authorization = `Bearer ${body['access_token'] ?? ''}`
    expect((await ground.call('GET ~', { authorization })).status).toBe(200)
    expect(ground.sandbox.calls.recent().at(-1)?.principal).toBe(clientId)
    ground.clock.advance(3_599_000)
    expect(await ground.refusal('GET ~', { authorization })).toBe('401 ExpiredAuthenticationToken')
  })

  it('signs them with the key of its metadata', async () => {
    const metadata = await ground.call(`GET /${defaultTenant}/v2.0/.well-known/openid-configuration?bare`, {
      authorization: '',
    })
    const base = `${ground.sandbox.url}/${defaultTenant}`
    expect(metadata.body).toMatchObject({
      issuer: `${base}/v2.0`,
      token_endpoint: `${base}/oauth2/v2.0/token`,
    })
    const { keys } = (await ground.call(`GET ${metadata.body['jwks_uri'] ?? ''}?bare`, { authorization: '' }))
      .body
    const [head = '', claims = '', signature = ''] = (
      (await token({ client_secret: 'any', scope })).body['access_token'] ?? ''
    ).split('.')
    const key = createPublicKey({ key: keys?.[0] as never, format: 'jwk' })
    expect(
      verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url')),
    ).toBe(true)
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toMatchObject({ kid: keys?.[0]?.['kid'] })
  })

  it('by version 1 names a resource, and tells its numbers as texts', async () => {
    const { body } = await token(
      { client_secret: 'any', resource: 'https://vault.azure.net' },
      `/${defaultTenant}/oauth2/token?bare`,
    )
    expect(body).toMatchObject({
      expires_in: '3599',
      expires_on: String(now + 3599),
      resource: 'https://vault.azure.net',
    })
  })

  it('knows common as its own tenant, and a GUID as another one', async () => {
    const other = '99999999-8888-4777-8666-555555555555'
    for (const [name, want] of [
      ['common', defaultTenant],
      ['contoso.example', defaultTenant],
      [other, other],
    ] as const) {
      const { body } = await token({ client_secret: 'any', scope }, `/${name}/oauth2/v2.0/token?bare`)
      expect(claimsOf(body['access_token'] ?? '')?.['tid']).toBe(want)
    }
  })

  it.each([
    {
      name: 'another grant',
      fields: { grant_type: 'password', scope },
      want: [400, 'unsupported_grant_type', 70003],
    },
    { name: 'no scope', fields: { client_secret: 'x' }, want: [400, 'invalid_request', 900144] },
    { name: 'no client', fields: { client_id: '', scope }, want: [400, 'invalid_request', 900144] },
    { name: 'neither secret nor assertion', fields: { scope }, want: [401, 'invalid_client', 7000218] },
    {
      name: 'an assertion that is no JWT',
      fields: { scope, client_assertion: 'abc' },
      want: [400, 'invalid_request', 50027],
    },
  ])('refuses $name', async ({ fields, want }) => {
    const { status, body } = await token(fields)
    expect([status, body['error'], body['error_codes']?.[0]]).toEqual(want)
    expect(body['error_description']).toContain(`AADSTS${String(want[2])}: `)
  })

  it.each([
    { rule: { denied: true }, want: 700016 },
    { rule: { secret: 'right' }, want: 7000215 },
  ])('refuses what it was told to: $rule', async ({ rule, want }) => {
    await ground.control('client', { clientId, ...rule })
    const { body } = await token({ client_secret: 'not-this-one', scope })
    expect(body['error_codes']).toEqual([want])
    expect(JSON.stringify(body)).not.toContain('not-this-one')
    expect((await token({ client_id: clientId.replace('1', '2'), client_secret: 'x', scope })).status).toBe(
      200,
    )
  })

  describe('by an assertion', () => {
    const github = {
      iss: 'https://token.actions.example',
      sub: 'repo:a/b',
      aud: 'api://AzureADTokenExchange',
      exp: now + 60,
    }
    const exchange = (claims: object) =>
      token({
        client_assertion: jwt(claims),
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        scope,
      })
    const presented = async (): Promise<unknown> =>
      (await fetch(`${ground.sandbox.url}/_sandbox/assertions`)).json()

    it.each([
      { name: 'of an outsider, for the exchange', claims: github, want: undefined },
      {
        name: 'of its own certificate',
        claims: { iss: clientId, sub: clientId, aud: 'the endpoint', exp: now + 60 },
        want: undefined,
      },
      { name: 'for something else', claims: { ...github, aud: 'sts.amazonaws.com' }, want: 700212 },
      { name: 'that is over', claims: { ...github, exp: now }, want: 700024 },
      {
        name: 'whose time has not come',
        claims: { ...github, exp: now + 9000, nbf: now + 301 },
        want: 700024,
      },
      { name: 'without an end', claims: { ...github, exp: undefined }, want: 700024 },
    ])('$name', async ({ claims, want }) => {
      const { body } = await exchange(claims)
      expect(body['error_codes']?.[0]).toBe(want)
      expect(await presented()).toEqual([
        {
          at: now * 1000,
          clientId,
          issuer: claims.iss,
          subject: claims.sub,
          audience: claims.aud,
          accepted: want === undefined,
        },
      ])
    })

    it.each([
      { change: {}, want: undefined },
      { change: { iss: 'https://other' }, want: 700211 },
      { change: { sub: 'repo:a/c' }, want: 700213 },
      { change: { aud: ['x'] }, want: 700212 },
    ])('is compared with what the application trusts: $change', async ({ change, want }) => {
      await ground.control('client', {
        clientId,
        federated: [{ issuer: github.iss, subject: github.sub, audience: github.aud }],
      })
      expect((await exchange({ ...github, ...change })).body['error_codes']?.[0]).toBe(want)
    })
  })
})

describe('managed identities', () => {
  const ground = layAzureGround()
  const metadata = { authorization: '', headers: { Metadata: 'true' } }

  it('of a machine need the Metadata header', async () => {
    const path =
      '/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com/'
    expect((await ground.call(`GET ${path}`, { authorization: '' })).status).toBe(400)
    const { body } = await ground.call(`GET ${path}`, metadata)
    expect(body).toMatchObject({
      token_type: 'Bearer',
      resource: 'https://management.azure.com/',
      expires_in: '86399',
      expires_on: String(Date.UTC(2026, 0, 1) / 1000 + 86_399),
    })
    expect(claimsOf(body['access_token'] ?? '')).toMatchObject({
      aud: 'https://management.azure.com/',
      appid: body['client_id'],
    })
  })

  it('of an app need the secret header', async () => {
    const path = '/msi/token?api-version=2019-08-01&resource=https://vault.azure.net&client_id=abc'
    expect((await ground.call(`GET ${path}`, { authorization: '' })).status).toBe(401)
    const { body } = await ground.call(`GET ${path}`, {
      authorization: '',
      headers: { 'X-IDENTITY-HEADER': 'any' },
    })
    expect(body).toMatchObject({ client_id: 'abc', resource: 'https://vault.azure.net' })
  })

  it('may not be there', async () => {
    await ground.control('client', { clientId: 'abc', denied: true })
    const query = 'api-version=2018-02-01&resource=x&client_id=abc'
    const imds = await ground.call(`GET /metadata/identity/oauth2/token?${query}`, metadata)
    expect([imds.status, imds.body['error_description']]).toEqual([400, 'Identity not found'])
    expect(
      (
        await ground.call(`GET /msi/token?${query}`, {
          authorization: '',
          headers: { 'X-IDENTITY-HEADER': 'any' },
        })
      ).status,
    ).toBe(400)
  })

  it('live on a machine that knows itself', async () => {
    const { body } = await ground.call('GET /metadata/instance?api-version=2021-02-01', metadata)
    expect(body['compute']).toMatchObject({ azEnvironment: 'AzurePublicCloud', name: 'pretend' })
  })
})

describe('the metadata of the cloud', () => {
  const ground = layAzureGround()

  it.each([
    { apiVersion: '2022-09-01', look: (body: unknown) => body },
    { apiVersion: '2019-05-01', look: (body: unknown) => (body as unknown[])[0] },
  ])('of $apiVersion names this endpoint as authority and resource manager', async ({ apiVersion, look }) => {
    const { body } = await ground.call(`GET /metadata/endpoints?api-version=${apiVersion}`, {
      authorization: '',
    })
    expect(look(body)).toMatchObject({
      resourceManager: ground.sandbox.url,
      authentication: {
        loginEndpoint: ground.sandbox.url,
        audiences: [`${ground.sandbox.url}/`, ground.sandbox.url],
        identityProvider: 'AAD',
      },
      suffixes: { storage: 'core.windows.net' },
    })
  })

  it('of long ago is a few urls', async () => {
    const { body } = await ground.call('GET /metadata/endpoints?api-version=2015-01-01', {
      authorization: '',
    })
    expect(Object.keys(body)).toEqual([
      'galleryEndpoint',
      'graphEndpoint',
      'portalEndpoint',
      'authentication',
    ])
  })
})
