import { describe, expect, it } from 'vitest'
import { layAzureGround, subscription } from '../../../test/support/azure-ground.ts'
import { defaultTenant } from './world.ts'

const guid = /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/

describe('requests and answers', () => {
  const ground = layAzureGround()

  it('carry ids, limits and a time in their headers', async () => {
    const { headers } = await ground.call('GET ~')
    const id = headers.get('x-ms-request-id') ?? ''
    expect(id).toMatch(guid)
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-cache',
      pragma: 'no-cache',
      expires: '-1',
      'content-type': 'application/json; charset=utf-8',
      'x-ms-correlation-request-id': id,
      'x-ms-routing-request-id': `WESTEUROPE:20260101T000000Z:${id}`,
      'x-ms-ratelimit-remaining-subscription-reads': '1099',
      'x-ms-ratelimit-remaining-subscription-global-reads': '16499',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
    })
  })

  it('keep the correlation id of the client', async () => {
    const { headers } = await ground.call('GET ~', { headers: { 'x-ms-correlation-request-id': 'mine' } })
    expect(headers.get('x-ms-correlation-request-id')).toBe('mine')
    expect(headers.get('x-ms-request-id')).toMatch(guid)
  })

  it.each([
    { line: 'GET ~', header: 'x-ms-ratelimit-remaining-subscription-reads', want: ['1099', '1098'] },
    {
      line: 'DELETE ~/resourcegroups/g',
      header: 'x-ms-ratelimit-remaining-subscription-deletes',
      want: ['799', '798'],
    },
    {
      line: 'PUT ~/resourcegroups/g',
      header: 'x-ms-ratelimit-remaining-subscription-writes',
      want: ['799', '798'],
    },
    { line: 'GET /tenants', header: 'x-ms-ratelimit-remaining-tenant-reads', want: ['1099', '1098'] },
  ])('$line counts down $header, also when it is refused', async ({ line, header, want }) => {
    const left = [await ground.call(line), await ground.call(line)].map(({ headers }) => headers.get(header))
    expect(left).toEqual(want)
  })

  it('take doubled slashes, a slash at the end and any letter case', async () => {
    await ground.call('PUT ~/resourcegroups/g', { body: { location: 'westus' } })
    for (const path of [
      `${subscription.toUpperCase()}/RESOURCEGROUPS/G`,
      `/${subscription}//resourceGroups/g/`,
    ]) {
      expect((await ground.call(`GET ${path}`)).body['name']).toBe('g')
    }
  })

  it.each([
    { name: 'no api-version', line: 'GET ~?bare', want: '400 MissingApiVersionParameter' },
    {
      name: 'an api-version that is no date',
      line: 'GET ~?api-version=newest',
      want: '400 InvalidApiVersionParameter',
    },
    { name: 'a path that leads nowhere', line: 'GET /what', want: '404 MissingSubscription' },
    { name: 'a method that is not there', line: 'PATCH ~', want: '405 MethodNotAllowed' },
    {
      name: 'a subscription that is no GUID',
      line: 'GET /subscriptions/mine',
      want: '400 InvalidSubscriptionId',
    },
    {
      name: 'a body that is none',
      line: 'PUT ~/resourcegroups/g',
      body: '{"location" 1}',
      want: '400 InvalidRequestContent',
    },
    {
      name: 'an unknown provider',
      line: 'GET ~/providers/Microsoft.Stroage',
      want: '404 InvalidResourceNamespace',
    },
  ])('refuse $name', async ({ line, body, want }) => {
    expect(await ground.refusal(line, { body })).toBe(want)
  })

  it('say that a subscription was told to be missing', async () => {
    await ground.control('subscription', { id: subscription.split('/').at(-1), state: 'missing' })
    expect(await ground.refusal('GET ~/resourcegroups')).toBe('404 SubscriptionNotFound')
    expect((await ground.call('GET /subscriptions')).body['value']).toEqual([])
  })

  it('take the names of the query in any letter case', async () => {
    const headers = { authorization: 'Bearer any' }
    const url = `${ground.sandbox.url}${subscription}?Api-Version=2022-12-01`
    expect((await fetch(url, { headers })).status).toBe(200)
  })

  it('lead on from where the client asked', async () => {
    await ground.call('PUT ~/resourcegroups/g', { body: { location: 'westus' } })
    const host = `http://localhost:${ground.sandbox.port}`
    const { headers } = await ground.call(`DELETE ${host}${subscription}/resourcegroups/g`)
    expect(headers.get('location')).toMatch(`${host}${subscription}/operationresults/`)
  })

  it('let nothing be changed in one that is disabled', async () => {
    await ground.control('subscription', { id: subscription.split('/').at(-1), state: 'Disabled' })
    const body = { location: 'westus' }
    expect(await ground.refusal('PUT ~/resourcegroups/g', { body })).toBe('409 ReadOnlyDisabledSubscription')
    expect((await ground.call('GET ~/resourcegroups')).status).toBe(200)
  })

  it('know every other GUID as a subscription, from its first use on', async () => {
    const id = '33333333-4444-4555-8666-777777777777'
    expect((await ground.call(`GET /subscriptions/${id}`)).body['state']).toBe('Enabled')
    const { value } = (await ground.call('GET /subscriptions')).body
    expect(value?.map((each) => each['subscriptionId'])).toEqual([subscription.split('/').at(-1), id])
  })

  describe('need a token', () => {
    const jwt = (claims: object): string =>
      `Bearer ${[{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.x`

    it.each([
      { name: 'none', authorization: '', code: 'AuthenticationFailed' },
      { name: 'another scheme', authorization: 'Basic YTpi', code: 'AuthenticationFailed' },
      {
        name: 'an expired one',
        authorization: jwt({ exp: Date.UTC(2026, 0, 1) / 1000 }),
        code: 'ExpiredAuthenticationToken',
      },
    ])('$name is 401, with where to get one', async ({ authorization, code }) => {
      const { status, headers, body } = await ground.call('GET ~', { authorization })
      expect([status, body['error']?.['code']]).toEqual([401, code])
      expect(headers.get('www-authenticate')).toContain(
        `Bearer authorization_uri="${ground.sandbox.url}/${defaultTenant}"`,
      )
    })

    it('any other will do, and names the caller', async () => {
      await ground.call('GET ~', { authorization: jwt({ appid: 'app', tid: 't', oid: 'o', exp: 4e9 }) })
      await ground.call('GET ~', { authorization: 'Bearer whatever' })
      expect(ground.sandbox.calls.recent().map(({ principal }) => principal)).toEqual([
        'app',
        '00000000-0000-4000-8000-00000000c11e',
      ])
    })
  })

  it('a defect of the sandbox is a 500 that says so, and is told', async () => {
    ground.sandbox.world.graph.below = () => {
      throw new Error('planted')
    }
    const { status, body } = await ground.call('GET ~/resourcegroups')
    expect([status, body['error']?.['message']]).toEqual([500, 'the sandbox has a defect: planted'])
    expect(ground.sandbox.calls.recent().at(-1)).toMatchObject({
      outcome: 'InternalServerError',
      defect: expect.stringContaining('planted') as string,
    })
  })
})
