import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net'
import path from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createGitFixture, type GitFixture } from '../../../../test/git-fixture.ts'
import { serveGit, type GitHttpServer } from '../../../../test/git-http.ts'
import { selfSigned } from '../../../../test/support/self-signed.ts'
import { createHttpGitSource } from '../http.ts'
import { defaultLimits } from '../limits.ts'
import { allowances } from '../policy.ts'
import { createConnections } from './connections.ts'
import { exchange } from './exchange.ts'
import { findProxy } from './proxy.ts'

const https = 'https://git.example.com/acme/fleet'
test.each([
  { name: 'none', env: {}, url: https, want: undefined },
  { name: 'upper case', env: { HTTPS_PROXY: 'http://p:3128' }, url: https, want: 'http://p:3128/' },
  {
    name: 'lower case goes first',
    env: { HTTPS_PROXY: 'http://p', https_proxy: 'http://q' },
    url: https,
    want: 'http://q/',
  },
  { name: 'without a scheme', env: { HTTPS_PROXY: 'p:3128' }, url: https, want: 'http://p:3128/' },
  { name: 'for all', env: { ALL_PROXY: 'http://p' }, url: https, want: 'http://p/' },
  { name: 'socks is none', env: { ALL_PROXY: 'socks5://p' }, url: https, want: undefined },
  { name: 'exempt', env: { HTTPS_PROXY: 'http://p', NO_PROXY: 'example.com' }, url: https, want: undefined },
  {
    name: 'exempt by a domain with a dot',
    env: { HTTPS_PROXY: 'http://p', NO_PROXY: 'a.com, .example.com' },
    url: https,
    want: undefined,
  },
  {
    name: 'another name that ends like it',
    env: { HTTPS_PROXY: 'http://p', NO_PROXY: 'ple.com' },
    url: https,
    want: 'http://p/',
  },
  {
    name: 'exempt at another port',
    env: { HTTPS_PROXY: 'http://p', NO_PROXY: 'git.example.com:8443' },
    url: https,
    want: 'http://p/',
  },
  { name: 'nobody', env: { HTTPS_PROXY: 'http://p', NO_PROXY: '*' }, url: https, want: undefined },
  {
    name: 'HTTP_PROXY, which a request to a CGI program can set',
    env: { HTTP_PROXY: 'http://p' },
    url: 'http://git.example.com/a',
    want: undefined,
  },
  {
    name: 'http_proxy',
    env: { http_proxy: 'http://p' },
    url: 'http://git.example.com/a',
    want: 'http://p/',
  },
])('$name', ({ env, url, want }) => {
  expect(findProxy(url, env)?.href).toBe(want)
})

describe('through a proxy', () => {
  const tls = selfSigned()
  const trusted = getCACertificates('default')
  let fixture: GitFixture
  let commit: string
  let server: GitHttpServer
  let proxy: Server
  let asked: { authority: string; login: string | undefined }[]
  let status: number

  beforeEach(async () => {
    asked = []
    status = 200
    fixture = await createGitFixture()
    commit = await fixture.commit({ 'a.yaml': 'a: 1\n' })
  })
  afterEach(async () => {
    setDefaultCACertificates(trusted)
    proxy.close()
    await server.close()
    await fixture.remove()
  })
  const start = async (made: Server, scheme: string): Promise<string> => {
    proxy = made
    proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
      asked.push({ authority: request.url ?? '', login: request.headers['proxy-authorization'] })
      if (status !== 200) {
        socket.end(`HTTP/1.1 ${status} no\r\n\r\n`)
        return
      }
      const through = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        through.pipe(socket).pipe(through)
      })
      for (const end of [socket, through]) end.on('error', () => {})
    })
    await new Promise<void>((resolve) => {
      proxy.listen(0, '127.0.0.1', resolve)
    })
    return `${scheme}://ana:pa55@127.0.0.1:${(proxy.address() as AddressInfo).port}`
  }
  const open = (name: string, env: Record<string, string>) =>
    createHttpGitSource(
      { url: `${name}:${server.port}/repository`, timeoutMs: 20_000, credentials: { ca: tls.cert } },
      {
        clock: { now: () => 0, sleep: () => new Promise(() => {}) },
        policy: { allow: new Set(allowances), trusted: [] },
        env,
      },
    )
  const login = `Basic ${Buffer.from('ana:pa55').toString('base64')}`

  test.each([
    { form: 'http', isTls: false, isHttp2: false, scheme: 'http' },
    { form: 'https, by HTTP/1.1', isTls: true, isHttp2: false, scheme: 'http' },
    { form: 'https, by a proxy of TLS', isTls: true, isHttp2: false, scheme: 'https' },
    { form: 'https, by HTTP/2 and a proxy of TLS', isTls: true, isHttp2: true, scheme: 'https' },
  ])('$form: one tunnel, with the login for the proxy', async ({ isTls, isHttp2, scheme }) => {
    if (scheme === 'https') setDefaultCACertificates([...trusted, tls.cert])
    const url = await start(scheme === 'https' ? createTlsServer(tls) : createServer(), scheme)
    server = await serveGit({
      root: path.dirname(fixture.directory),
      ...(isTls ? { tls, isHttp2 } : {}),
    })
    const name = isTls ? 'https://127.0.0.1' : 'http://127.0.0.1'
    const source = open(name, isTls ? { HTTPS_PROXY: url } : { http_proxy: url })
    expect((await source.head({})).commit).toBe(commit)
    expect(await source.files(commit, [''])).toHaveLength(1)
    expect(asked).toEqual([{ authority: `127.0.0.1:${server.port}`, login }])
    expect(new Set(server.requests.map(({ httpVersion }) => httpVersion))).toEqual(
      new Set([isHttp2 ? '2.0' : '1.1']),
    )
  })

  test.each([{ isHttp2: true }, { isHttp2: false }])(
    'F33 to a host that falls silent (HTTP/2 tried: $isHttp2): an end to it, and to the tunnel',
    async ({ isHttp2 }) => {
      const held = new Set<Socket>()
      const silent = createTcpServer((socket) => {
        held.add(socket.resume())
        socket.on('close', () => held.delete(socket))
        socket.on('error', () => {})
      })
      await new Promise<void>((resolve) => {
        silent.listen(0, '127.0.0.1', resolve)
      })
      const { port } = silent.address() as AddressInfo
      const HTTPS_PROXY = await start(createServer(), 'http')
      server = await serveGit({ root: path.dirname(fixture.directory) })
      const connections = createConnections(defaultLimits.agents)
      const limits = { ...defaultLimits, connectMs: 200, idleMs: 200 }
      const target = { host: '127.0.0.1', port, timeoutMs: limits.connectMs }
      const kind = { url: `https://127.0.0.1:${port}/a`, credentials: undefined, resolve: undefined }
      const way = connections.ways({ ...kind, allow: new Set(allowances), env: { HTTPS_PROXY } })()
      const ports = {
        where: 'the host',
        agent: way.agent,
        multiplex: isHttp2 ? way.multiplex : undefined,
        now: () => 0,
        limits,
        signal: new AbortController().signal,
        traffic: { requests: 0, receivedBytes: 0, sentBytes: 0 },
      }
      const request = { method: 'GET' as const, url: `https://127.0.0.1:${target.port}/a`, headers: {} }
      await expect(exchange(request, ports)).rejects.toMatchObject({ reason: 'Timeout', class: 'backoff' })
      await expect.poll(() => held.size).toBe(0)
      silent.close()
    },
  )

  test('S23 that refuses: told with its name, and without its password', async () => {
    status = 407
    const url = await start(createServer(), 'http')
    server = await serveGit({ root: path.dirname(fixture.directory), tls })
    const error: unknown = await open('https://127.0.0.1', { HTTPS_PROXY: url })
      .head({})
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      reason: 'NetworkError',
      message: expect.stringMatching(/the proxy 127\.0\.0\.1:\d+ answers HTTP 407/) as string,
    })
    expect(String(error)).not.toContain('pa55')
    expect(server.connections()).toBe(0)
  })
})
