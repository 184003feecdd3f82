import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { HeadwaterError } from '../../api/errors.ts'
import { createLimiter } from '../limiter.ts'
import { createArmClient, retryAfterOf, type ArmClient } from './client.ts'
import { failureOf } from './errors.ts'

const limits = { service: 'ARM', startRate: { read: 25, write: 10 }, burstSeconds: 8, maxRate: 50 }
const clock = {
  now: () => Date.now(),
  sleep: async (ms: number, signal?: AbortSignal) => sleep(ms, undefined, { signal }),
}

interface Seen {
  method: string
  url: string
  authorization: string
  body: string
}

let close: (() => Promise<void>) | undefined
afterEach(async () => {
  await close?.()
  close = undefined
})

/** A client on a server of our own that answers as told. */
async function setup(
  answer: (response: ServerResponse, seen: Seen, count: number) => void,
  timeoutMs = 5_000,
): Promise<{ client: ArmClient; seen: Seen[]; url: string }> {
  const seen: Seen[] = []
  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const body = Buffer.concat(chunks).toString()
      const call = { method, url, authorization: headers.authorization ?? '', body }
      seen.push(call)
      answer(response, call, seen.length)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  close = () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  let tokens = 0
  const client = createArmClient({
    endpoint: url,
    clock,
    principal: 'the own identity',
    limiter: createLimiter(clock, limits),
    token: async (isStale) => (isStale ? `fresh-${++tokens}` : 'first'),
    timeoutMs,
  })
  return { client, seen, url }
}

const get = { method: 'GET', path: '/subscriptions/s/x', apiVersion: '2025-04-01', what: 'x' } as const

async function failure(promise: Promise<unknown>): Promise<HeadwaterError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof HeadwaterError) return error
    throw error
  }
  throw new Error('it did not fail')
}

describe('a call to ARM', () => {
  test('carries version, token and body as given, and keeps every field of the answer', async () => {
    const { client, seen } = await setup((response) => {
      response.writeHead(201, {
        'azure-asyncoperation': 'https://arm/op',
        location: '/poll',
        'retry-after': '17',
        'x-ms-correlation-request-id': 'c',
        'x-ms-request-id': 'r',
      })
      response.end('{"a":{"unheard":[1]}}')
    })
    const body = '{"n": 12345678901234567890}'
    const answer = await client.send({ ...get, method: 'PUT', body, query: { 'a.b': 'c d' } })
    expect(answer).toEqual({
      status: 201,
      body: { a: { unheard: [1] } },
      asyncOperation: 'https://arm/op',
      location: '/poll',
      retryAfterMs: 17_000,
      correlationId: 'c',
      requestId: 'r',
    })
    expect(seen).toEqual([
      {
        method: 'PUT',
        url: '/subscriptions/s/x?a.b=c+d&api-version=2025-04-01',
        authorization: 'Bearer first',
        body,
      },
    ])
  })
  test('never goes to another host, nor after a redirect: the token would go with it', async () => {
    const { client, seen } = await setup((response) =>
      response.writeHead(302, { location: 'http://evil.example/' }).end(),
    )
    const foreign = await failure(client.send({ ...get, path: 'http://127.0.0.1:1/elsewhere' }))
    expect(foreign).toMatchObject({ class: 'stalled', reason: 'ForeignAddress' })
    expect(seen).toEqual([])
    expect(await failure(client.send(get))).toMatchObject({ class: 'stalled', reason: 'Redirected' })
    expect(seen).toHaveLength(1)
  })
  test('a token that is not taken is replaced once', async () => {
    const { client, seen } = await setup((response, { authorization }) =>
      response.writeHead(authorization === 'Bearer first' ? 401 : 200).end('{}'),
    )
    await client.send(get)
    expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer first', 'Bearer fresh-1'])
    const never = await setup((response) => response.writeHead(401).end('{}'))
    expect(await failure(never.client.send(get))).toMatchObject({
      class: 'backoff',
      reason: 'AuthenticationFailed',
    })
    expect(never.seen).toHaveLength(2)
  })
  test.each([
    ['hangs', (_: ServerResponse) => {}],
    ['drips', (response: ServerResponse) => response.writeHead(200).write('{')],
  ])('one that %s has an end', async (_, answer) => {
    const { client } = await setup(answer, 150)
    expect(await failure(client.send(get))).toMatchObject({
      class: 'backoff',
      reason: 'CloudUnavailable',
      message: 'GET x: no answer within 150 ms',
    })
  })
  test('one whose connection breaks may have taken effect', async () => {
    const { client } = await setup((response) => response.destroy())
    expect(await failure(client.send(get))).toMatchObject({ class: 'backoff', reason: 'CloudUnavailable' })
  })
  test('an answer without end is refused', async () => {
    const { client } = await setup((response) =>
      response.writeHead(200, { 'content-length': '99999999' }).write('x'),
    )
    expect(await failure(client.send(get))).toMatchObject({ class: 'stalled', reason: 'AnswerTooLarge' })
  })
  test('F29 a throttle says when to come back, and the budget shrinks', async () => {
    const { client } = await setup((response) => response.writeHead(429, { 'retry-after': '31' }).end())
    expect(await failure(client.send(get))).toMatchObject({ reason: 'Throttled', retryAfterMs: 31_000 })
    expect(() => client.admit('read', get.path)).toThrow(
      /the budget of ARM calls for subscription s as the own identity is spent/,
    )
    expect(() => client.admit('read', '/subscriptions/other/x')).not.toThrow()
    expect(() => client.admit('write', get.path)).not.toThrow()
  })
  test('what ARM says is left is all there is', async () => {
    const { client } = await setup((response) =>
      response.writeHead(200, { 'x-ms-ratelimit-remaining-subscription-writes': '0' }).end('{}'),
    )
    await client.send({ ...get, method: 'PUT', body: '{}' })
    expect(() => client.admit('write', get.path)).toThrow('budget')
    expect(() => client.admit('read', get.path)).not.toThrow()
  })
  test('the whole refusal is kept with the error', async () => {
    const body = {
      error: { code: 'InvalidTemplate', message: 'm', additionalInfo: [{ type: 'T', info: {} }] },
      more: 1,
    }
    const { client } = await setup((response) =>
      response.writeHead(400, { 'x-ms-correlation-request-id': 'c-1' }).end(JSON.stringify(body)),
    )
    const error = await failure(client.send(get))
    expect(error.message).toBe('GET x: InvalidTemplate: m (correlation id c-1)')
    expect(failureOf(error)).toMatchObject({ status: 400, body, correlationId: 'c-1' })
  })
})

test.each([
  ['15', null, 15_000],
  ['0', null, 0],
  ['Wed, 21 Oct 2026 07:28:30 GMT', 'Wed, 21 Oct 2026 07:28:00 GMT', 30_000],
  ['Wed, 21 Oct 2026 07:28:00 GMT', 'Wed, 21 Oct 2026 07:28:30 GMT', 0],
  ['soon', 'Wed, 21 Oct 2026 07:28:30 GMT', undefined],
  [null, null, undefined],
])('Retry-After %s at %s', (value, date, want) => {
  expect(retryAfterOf(value, date)).toBe(want)
})
