import { createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxBodyBytes, receive } from './index.ts'
import type { KnownSource, ReceivePorts } from './index.ts'

const current = 'current-secret'
const previous = 'previous-secret'
const start = Date.UTC(2026, 0, 1)

const fleet: KnownSource = {
  key: 'GitRepository/a/fleet',
  url: 'https://github.com/acme/fleet',
  isDue: false,
}
const twin: KnownSource = { key: 'GitRepository/b/fleet', url: 'git@github.com:Acme/Fleet.git', isDue: false }
const other: KnownSource = {
  key: 'GitRepository/a/other',
  url: 'https://github.com/acme/other',
  isDue: false,
}

/** Behaves like the store and the controller as far as receiving reaches. */
function createPorts(options: { secrets?: string[]; sources?: KnownSource[] } = {}) {
  const sources = structuredClone(options.sources ?? [fleet, twin, other])
  const claimed = new Map<string, number>()
  const marks: string[] = []
  const clock = { now: start }
  const ports: ReceivePorts = {
    secrets: async () => options.secrets ?? [current, previous],
    sources: async () => structuredClone(sources),
    claim: async (id, expiresAt) => {
      if ((claimed.get(id) ?? 0) > clock.now) return false
      claimed.set(id, expiresAt)
      return true
    },
    markDue: async (keys) => {
      for (const source of sources) if (keys.includes(source.key)) source.isDue = true
      marks.push(...keys)
      return [...keys]
    },
    now: () => clock.now,
  }
  const work = () => sources.forEach((source) => void (source.isDue = false))
  return { ports, marks, claimed, clock, work }
}

const push = JSON.stringify({
  ref: 'refs/heads/main',
  repository: { full_name: 'acme/fleet', clone_url: 'https://github.com/acme/fleet.git' },
})

const bytes = (text: string) => new TextEncoder().encode(text)
const sign = (body: string, secret: string) =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

function githubHeaders(body: string, secret = current, delivery = 'd-1') {
  return {
    'x-github-event': 'push',
    'x-github-delivery': delivery,
    'x-hub-signature-256': sign(body, secret),
    'content-type': 'application/json',
  }
}

describe('a signed push', () => {
  const accepted = [
    { name: 'signed with the current secret', body: push, headers: githubHeaders(push) },
    { name: 'signed with the previous secret', body: push, headers: githubHeaders(push, previous) },
    {
      name: 'as a form',
      body: `payload=${encodeURIComponent(push)}`,
      headers: {
        ...githubHeaders(`payload=${encodeURIComponent(push)}`),
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      },
    },
  ]
  it.each(accepted)(
    'marks every source of that repository due, and no other: $name',
    async ({ body, headers }) => {
      const { ports, marks } = createPorts()
      const answer = await receive('github', { headers, body: bytes(body) }, ports)
      expect(answer).toEqual({
        status: 202,
        body: { message: 'marked due', sources: 2 },
        marked: [fleet.key, twin.key],
      })
      expect(marks).toEqual([fleet.key, twin.key])
    },
  )

  it('of a repository that no source follows does nothing, and is not remembered', async () => {
    const { ports, marks, claimed } = createPorts({ sources: [other] })
    const answer = await receive('github', { headers: githubHeaders(push), body: bytes(push) }, ports)
    expect(answer.status).toBe(202)
    expect(marks).toEqual([])
    expect(claimed.size).toBe(0)
  })

  it('is taken from anybody who signs {"url"}', async () => {
    const body = JSON.stringify({ url: 'ssh://git@github.com:22/acme/fleet', commit: 'abc' })
    const { ports, marks } = createPorts()
    const request = { headers: { 'x-signature': sign(body, current) }, body: bytes(body) }
    expect((await receive('generic', request, ports)).status).toBe(202)
    expect(marks).toEqual([fleet.key, twin.key])
  })
})

describe('S1 a repeated delivery', () => {
  const again = [
    { name: 'the same id', delivery: 'd-1', afterMs: 60_000, marks: 2 },
    { name: 'the same body under another id', delivery: 'd-2', afterMs: 60_000, marks: 2 },
    { name: 'the same id after a day', delivery: 'd-1', afterMs: 25 * 3_600_000, marks: 4 },
  ]
  it.each(again)('marks nothing within a day: $name', async ({ delivery, afterMs, marks: wanted }) => {
    const { ports, marks, clock, work } = createPorts()
    await receive('github', { headers: githubHeaders(push), body: bytes(push) }, ports)
    work()
    clock.now += afterMs
    const headers = githubHeaders(push, current, delivery)
    const answer = await receive('github', { headers, body: bytes(push) }, ports)
    expect(answer.status).toBe(202)
    expect(marks).toHaveLength(wanted)
  })

  it('F32 in a flood of ten thousand pushes costs one mark a source until it was looked at', async () => {
    const { ports, marks, claimed } = createPorts()
    for (let index = 0; index < 10_000; index++) {
      const body = JSON.stringify({ ...(JSON.parse(push) as object), after: index })
      const headers = githubHeaders(body, current, `d-${index}`)
      const answer = await receive('github', { headers, body: bytes(body) }, ports)
      expect(answer.status).toBe(202)
    }
    expect(marks).toEqual([fleet.key, twin.key])
    expect(claimed.size).toBe(2)
  })
})

describe('what is not proved', () => {
  const signed = githubHeaders(push)
  const refusals = [
    { name: 'no signature', receiver: 'github', headers: { 'x-github-event': 'push' } },
    { name: 'a wrong signature', receiver: 'github', headers: githubHeaders(push, 'wrong') },
    { name: 'a signature of another body', receiver: 'github', headers: githubHeaders(`${push} `) },
    {
      name: 'a malformed signature',
      receiver: 'github',
      headers: { ...signed, 'x-hub-signature-256': 'sha256=zz' },
    },
    {
      name: 'a SHA-1 signature',
      receiver: 'github',
      headers: { ...signed, 'x-hub-signature-256': `sha1=${'0'.repeat(40)}` },
    },
    { name: 'an unknown receiver', receiver: 'gitfoo', headers: signed },
    { name: 'a receiver named like what every object has', receiver: 'constructor', headers: signed },
    { name: 'the right signature in the other scheme’s header', receiver: 'generic', headers: signed },
    { name: 'no secret at all', receiver: 'github', headers: signed, secrets: [] },
    { name: 'an empty secret', receiver: 'github', headers: githubHeaders(push, ''), secrets: ['', ''] },
    {
      name: 'a signature with what stands in for no secret',
      receiver: 'github',
      headers: githubHeaders(push, 'no secret'),
      secrets: [],
    },
  ]
  it.each(refusals)('S4 gets one and the same answer and changes nothing: $name', async (given) => {
    const { ports, marks, claimed } = createPorts(
      given.secrets === undefined ? {} : { secrets: given.secrets },
    )
    const answer = await receive(given.receiver, { headers: given.headers, body: bytes(push) }, ports)
    expect(answer).toEqual({
      status: 401,
      body: { message: 'no such receiver, or the signature is wrong' },
      marked: [],
    })
    expect([marks, claimed.size]).toEqual([[], 0])
  })

  it('S2 is refused by its size before anything is computed over it', async () => {
    const { ports } = createPorts()
    const secrets = () => Promise.reject(new Error('asked for secrets'))
    const request = { headers: {}, body: new Uint8Array(maxBodyBytes + 1) }
    expect((await receive('github', request, { ...ports, secrets })).status).toBe(413)
  })
})

describe('S3 a signed body that is malformed', () => {
  const malformed = [
    { name: 'not JSON', body: 'hello' },
    { name: 'a list', body: '[]' },
    { name: 'null', body: 'null' },
    { name: 'no repository', body: '{}' },
    { name: 'a repository of the wrong type', body: '{"repository": "https://github.com/acme/fleet"}' },
    { name: 'urls of the wrong type', body: '{"repository": {"clone_url": 7}}' },
    { name: 'fields on the prototype', body: '{"__proto__": {"repository": {"clone_url": "https://x/y"}}}' },
  ]
  it.each(malformed)('is a 400: $name', async ({ body }) => {
    const { ports, marks } = createPorts()
    const answer = await receive('github', { headers: githubHeaders(body), body: bytes(body) }, ports)
    expect([answer.status, marks]).toEqual([400, []])
  })

  it('is a 400 without the name of the event', async () => {
    const { ports } = createPorts()
    const headers = { 'x-hub-signature-256': sign(push, current) }
    expect((await receive('github', { headers, body: bytes(push) }, ports)).status).toBe(400)
  })

  it('answers a ping', async () => {
    const { ports } = createPorts()
    const headers = { ...githubHeaders('{"zen":"…"}'), 'x-github-event': 'ping' }
    const answer = await receive('github', { headers, body: bytes('{"zen":"…"}') }, ports)
    expect([answer.status, answer.body.message]).toEqual([200, 'nothing to do for ping'])
  })

  it('never crashes, whatever the bytes', async () => {
    const json = fc.json().map((text) => new Uint8Array(bytes(text)))
    const near = fc.jsonValue().map((value) => bytes(JSON.stringify({ repository: value, url: value })))
    const body = fc.oneof(fc.uint8Array({ maxLength: 300 }), json, near)
    const event = fc.constantFrom('push', 'ping', '', 'issues')
    const type = fc.constantFrom('application/json', 'application/x-www-form-urlencoded', '')
    const receiver = fc.constantFrom('github', 'generic')
    await fc.assert(
      fc.asyncProperty(receiver, body, event, type, async (receiver, body, event, contentType) => {
        const { ports, marks } = createPorts()
        const signature = `sha256=${createHmac('sha256', current).update(body).digest('hex')}`
        const headers = {
          'x-hub-signature-256': signature,
          'x-signature': signature,
          'x-github-event': event,
          'content-type': contentType,
        }
        const answer = await receive(receiver, { headers, body }, ports)
        expect([200, 202, 400]).toContain(answer.status)
        expect(marks).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})
