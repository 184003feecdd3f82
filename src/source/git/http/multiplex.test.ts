import { execFile } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { constants, type ServerHttp2Stream } from 'node:http2'
import { connect, type AddressInfo, type Socket } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sourceContract } from '../../../../test/contracts/source.ts'
import { accessContract } from '../../../../test/contracts/source-access.ts'
import { httpDoors } from '../../../../test/git-doors.ts'
import { createGitFixture, type GitFixture } from '../../../../test/git-fixture.ts'
import { serveGit, type GitHttpOptions, type GitHttpServer } from '../../../../test/git-http.ts'
import { selfSigned } from '../../../../test/support/self-signed.ts'
import type { Clock } from '../../../api/clock.ts'
import { createSystemClock } from '../../../compose/system.ts'
import type { Source, SourceCredentials } from '../../source.ts'
import { createHttpGitSource, type HttpSourcePorts } from '../http.ts'
import { defaultLimits } from '../limits.ts'
import { allowances } from '../policy.ts'
import { createConnections } from './connections.ts'
import { exchange } from './exchange.ts'

const tls = selfSigned()
/** A clock on which no deadline ever comes. */
const patient: Clock = {
  now: () => 0,
  sleep: (_ms, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('aborted')))
    }),
}
const policy = { allow: new Set(allowances), trusted: [] }

function open(
  url: string,
  { credentials = {}, timeoutMs = 20_000 }: { credentials?: SourceCredentials; timeoutMs?: number } = {},
  ports: Partial<HttpSourcePorts> = {},
): Source {
  return createHttpGitSource(
    { url, timeoutMs, credentials: { ca: tls.cert, ...credentials } },
    { clock: patient, policy, ...ports },
  )
}

// Versions and filters are no matter of how requests travel: those of HTTP/1.1 are tried in http.test.ts.
sourceContract('git http-backend by HTTP/2, v2 with filters', async () => {
  const servers: GitHttpServer[] = []
  return {
    async open(repository) {
      const root = path.dirname(repository)
      const server = await serveGit({ root, protocol: 2, canFilter: true, tls, isHttp2: true })
      servers.push(server)
      return open(server.url(path.basename(repository)))
    },
    close: async () => {
      await Promise.all(servers.map((server) => server.close()))
    },
  }
})

accessContract('git http-backend by HTTP/2', httpDoors({ tls, isHttp2: true, canFilter: true }))

describe('HTTP/2', () => {
  let fixture: GitFixture
  let commit: string
  let server: GitHttpServer
  let others: (() => unknown)[]
  const serve = async (options: Partial<GitHttpOptions> = {}): Promise<string> => {
    server = await serveGit({ root: path.dirname(fixture.directory), tls, isHttp2: true, ...options })
    return server.url('repository')
  }
  const versions = () => server.requests.map(({ httpVersion }) => httpVersion)

  beforeEach(async () => {
    others = []
    fixture = await createGitFixture()
    commit = await fixture.commit({ 'a.yaml': 'a: 1\n', 'big.bin': 'x'.repeat(3_000_000) })
  })
  afterEach(async () => {
    for (const close of others) await close()
    await server.close()
    await fixture.remove()
  })

  test('twenty looks at once take one connection', async () => {
    const url = await serve({ delayMs: 50 })
    const shared = {}
    const sources = Array.from({ length: 20 }, () => open(url, {}, { shared }))
    const heads = await Promise.all(sources.map((source) => source.head({})))
    expect(new Set(heads.map((head) => head.commit))).toEqual(new Set([commit]))
    expect(server.connections()).toBe(1)
    expect(new Set(versions())).toEqual(new Set(['2.0']))
  })

  test('a host without it is asked by HTTP/1.1, on the connection that told so', async () => {
    const url = await serve({ isHttp2: false })
    const shared = {}
    expect((await open(url, {}, { shared }).head({})).commit).toBe(commit)
    expect(await open(url, {}, { shared }).files(commit, [''])).toHaveLength(2)
    expect(new Set(versions())).toEqual(new Set(['1.1']))
    expect(server.connections()).toBe(1)
  })

  test('a host that wants HTTP/1.1 for this is not asked otherwise again', async () => {
    const url = await serve({
      intercept(request, response) {
        if (request.httpVersion !== '2.0') return false
        streamOf(response).close(constants.NGHTTP2_HTTP_1_1_REQUIRED)
        return true
      },
    })
    const shared = {}
    expect((await open(url, {}, { shared }).head({})).commit).toBe(commit)
    expect((await open(url, {}, { shared }).head({})).commit).toBe(commit)
    expect(versions().filter((version) => version === '2.0')).toHaveLength(1)
  })

  test('credentials and large answers: what is received is counted', async () => {
    const login = { username: 'ana', password: 'pa55word' }
    const url = await serve({ authorization: `Basic ${Buffer.from('ana:pa55word').toString('base64')}` })
    const traffic = { requests: 0, receivedBytes: 0, sentBytes: 0 }
    const files = await open(url, { credentials: login }, { traffic }).files(commit, [''])
    expect(files.map(({ bytes }) => bytes.length)).toEqual([5, 3_000_000])
    expect(traffic.requests).toBe(server.requests.length)
    expect(traffic.receivedBytes).toBeGreaterThanOrEqual(server.bytes.sent)
    expect(traffic.receivedBytes).toBeLessThan(server.bytes.sent + 2000)
    await expect(open(url).head({})).rejects.toMatchObject({ reason: 'AuthenticationFailed' })
  })

  test('an answer that nobody wants is let go, and the connection serves on', async () => {
    let isBig = true
    const url = await serve({
      intercept(_request, response) {
        if (!isBig) return false
        isBig = false
        response.writeHead(404, { 'content-type': 'text/html' })
        response.end('x'.repeat(5_000_000))
        return true
      },
    })
    const source = open(url)
    await expect(source.head({})).rejects.toMatchObject({ reason: 'RepositoryNotFound' })
    expect((await source.head({})).commit).toBe(commit)
    expect(server.connections()).toBe(1)
  })

  test('an authority that is not known is refused; a client certificate is shown', async () => {
    const client = selfSigned()
    const url = await serve({ tls: { ...tls, ca: client.cert, requestCert: true } })
    const untrusted = createHttpGitSource({ url, timeoutMs: 20_000 }, { clock: patient, policy })
    await expect(untrusted.head({})).rejects.toMatchObject({
      reason: 'CertificateNotTrusted',
      class: 'stalled',
    })
    await expect(open(url).head({})).rejects.toMatchObject({ class: 'backoff' })
    const shown = { clientCertificate: client.cert, clientKey: client.key }
    expect((await open(url, { credentials: shown }).head({})).commit).toBe(commit)
    expect(new Set(versions())).toEqual(new Set(['2.0']))
  })

  test('by a proxy it is spoken within the tunnel', async () => {
    const url = await serve()
    const asked: string[] = []
    const proxy = createServer()
    proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
      asked.push(request.url ?? '')
      const through = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        through.pipe(socket).pipe(through)
      })
      for (const end of [socket, through]) end.on('error', () => {})
    })
    await new Promise<void>((resolve) => {
      proxy.listen(0, '127.0.0.1', resolve)
    })
    others.push(() => proxy.close())
    const env = { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` }
    const source = open(url, {}, { env })
    expect((await source.head({})).commit).toBe(commit)
    expect((await source.head({})).commit).toBe(commit)
    expect(asked).toEqual([`127.0.0.1:${server.port}`])
    expect(new Set(versions())).toEqual(new Set(['2.0']))
  })

  test('after a long sleep, of which no timer knew, a new connection is made', async () => {
    let now = 0
    const clock: Clock = { ...patient, now: () => now }
    const source = open(await serve(), {}, { clock })
    await source.head({})
    now += 29_000
    await source.head({})
    expect(server.connections()).toBe(1)
    // Its end is noticed just after its answer.
    await sleep(20)
    now += 31_000
    await Promise.all([source.head({}), source.commit(commit)])
    expect(server.connections()).toBe(2)
  })

  describe('a connection that ends', () => {
    const ends: { name: string; end: () => void }[] = [
      { name: 'GOAWAY', end: () => server.sessions.forEach((session) => session.close()) },
      {
        name: 'GOAWAY with an error',
        end: () => server.sessions.forEach((session) => session.goaway(constants.NGHTTP2_INTERNAL_ERROR)),
      },
      { name: 'a reset', end: () => server.sessions.forEach((session) => session.destroy()) },
    ]
    test.each(ends)('$name between questions: the next one takes another', async ({ end }) => {
      const source = open(await serve())
      await source.head({})
      end()
      expect((await source.head({})).commit).toBe(commit)
      await sleep(50)
      expect((await source.head({})).commit).toBe(commit)
      expect(server.connections()).toBe(2)
    })

    test('with a question under way: it is asked once more on another', async () => {
      let isLost = false
      const url = await serve({
        intercept(request) {
          if (!isLost || request.method !== 'POST') return false
          isLost = false
          server.sessions.forEach((session) => session.destroy())
          return true
        },
      })
      const source = open(url)
      await source.head({})
      isLost = true
      const before = server.requests.length
      expect((await source.head({})).commit).toBe(commit)
      expect(server.connections()).toBe(2)
      // The question alone, without a new greeting.
      expect(server.requests.slice(before).map(({ method }) => method)).toEqual(['POST', 'POST'])
    })

    test('a stream that is refused is asked once more, one that is refused again is told', async () => {
      let refusals = 1
      const url = await serve({
        intercept(_request, response) {
          if (refusals-- <= 0) return false
          streamOf(response).close(constants.NGHTTP2_REFUSED_STREAM)
          return true
        },
      })
      expect((await open(url).head({})).commit).toBe(commit)
      refusals = 2
      await expect(open(url).head({})).rejects.toMatchObject({ reason: 'NetworkError', class: 'backoff' })
    })

    test.each([
      { name: 'an error', code: constants.NGHTTP2_INTERNAL_ERROR },
      { name: 'no error', code: constants.NGHTTP2_NO_ERROR },
      { name: 'a cancel', code: constants.NGHTTP2_CANCEL },
    ])('F34 a body that is cut off by $name is no answer', async ({ code }) => {
      let isTorn = false
      const url = await serve({
        intercept(request, response) {
          if (!isTorn || request.method !== 'POST') return false
          response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-result' })
          response.write('0032', () => streamOf(response).close(code))
          return true
        },
      })
      const source = open(url)
      await source.head({})
      isTorn = true
      await expect(source.head({})).rejects.toMatchObject({
        // Closed without an error it may as well be an answer that is torn.
        reason: expect.stringMatching(/^(NetworkError|ProtocolError)$/) as string,
        class: 'backoff',
      })

      if (code === constants.NGHTTP2_NO_ERROR) return
      // The body itself says so, whatever is made of it.
      const kind = { url, credentials: { ca: tls.cert }, allow: policy.allow, env: {}, resolve: undefined }
      const way = createConnections(1).ways(kind)()
      const answer = await exchange(
        { method: 'POST', url: `${url}/git-upload-pack`, headers: {}, body: '0000' },
        {
          ...way,
          where: url,
          now: () => 0,
          limits: defaultLimits,
          signal: new AbortController().signal,
          traffic: { requests: 0, receivedBytes: 0, sentBytes: 0 },
        },
      )
      const readAll = async (): Promise<string> => {
        let text = ''
        for await (const chunk of answer.body) text += Buffer.from(chunk).toString('utf8')
        return text
      }
      await expect(readAll()).rejects.toMatchObject({ reason: 'NetworkError' })
    })
  })

  describe('F33 a host that', () => {
    test('F33 never answers: the deadline ends it, and the next question takes another connection', async () => {
      let arrived = (): void => {}
      const request = new Promise<void>((resolve) => (arrived = resolve))
      let isSilent = true
      const url = await serve({
        intercept() {
          arrived()
          return isSilent
        },
      })
      let late = request
      const clock: Clock = { now: () => 0, sleep: () => late }
      const shared = {}
      await expect(open(url, { timeoutMs: 250 }, { clock, shared }).head({})).rejects.toMatchObject({
        reason: 'Timeout',
        message: expect.stringContaining('250 ms') as string,
      })
      isSilent = false
      late = new Promise(() => {})
      expect((await open(url, {}, { clock, shared }).head({})).commit).toBe(commit)
      expect(server.connections()).toBe(2)
    })

    test('F33 falls silent: idleMs ends it', async () => {
      const url = await serve({ intercept: () => true })
      const limits = { ...defaultLimits, idleMs: 200 }
      await expect(open(url, {}, { limits }).head({})).rejects.toMatchObject({
        reason: 'Timeout',
        message: expect.stringContaining(
          'fell silent (limit idleMs=200); trying again, or raise it by HEADWATER_GIT_LIMITS=idleMs=400',
        ) as string,
      })
    })

    test('F33 drips: the deadline ends it all the same', async () => {
      const url = await serve({
        intercept(_request, response) {
          response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' })
          const drip = setInterval(() => response.write('0'), 20)
          response.on('close', () => clearInterval(drip))
          return true
        },
      })
      const clock = createSystemClock()
      const began = clock.now()
      const limits = { ...defaultLimits, idleMs: 200 }
      await expect(open(url, { timeoutMs: 600 }, { clock, limits }).head({})).rejects.toMatchObject({
        reason: 'Timeout',
      })
      expect(clock.now() - began).toBeLessThan(5000)
    })

    test('F33 takes the connection and says nothing: connectMs ends it', async () => {
      await serve()
      const mute = createServer()
      mute.removeAllListeners('connection')
      const sockets: Socket[] = []
      mute.on('connection', (socket: Socket) => sockets.push(socket))
      await new Promise<void>((resolve) => {
        mute.listen(0, '127.0.0.1', resolve)
      })
      others.push(() => {
        for (const socket of sockets) socket.destroy()
        mute.close()
      })
      const url = `https://127.0.0.1:${(mute.address() as AddressInfo).port}/repository`
      const limits = { ...defaultLimits, connectMs: 200 }
      await expect(open(url, {}, { limits }).head({})).rejects.toMatchObject({
        reason: 'Timeout',
        message: expect.stringContaining(
          'could not be connected to (limit connectMs=200); trying again, or raise it by HEADWATER_GIT_LIMITS=connectMs=400',
        ) as string,
      })
    })
  })

  test('S5 a name that leads to an address of ours is refused, and nobody is connected to', async () => {
    await serve()
    const source = open(
      `https://git.example.com:${server.port}/repository`,
      {},
      {
        policy: { allow: new Set(), trusted: [] },
        resolve: (_name, done) =>
          done(null, [
            { address: '140.82.121.4', family: 4 },
            { address: '127.0.0.1', family: 4 },
          ]),
      },
    )
    await expect(source.head({})).rejects.toMatchObject({ reason: 'AddressRefused', class: 'stalled' })
    expect(server.connections()).toBe(0)
  })

  test('S5 is resolved once: the address that was checked is the one that is connected to', async () => {
    const named = selfSigned('git.example.com')
    await serve({ tls: named })
    let lookups = 0
    const source = open(
      `https://git.example.com:${server.port}/repository`,
      { credentials: { ca: named.cert } },
      {
        policy: { allow: new Set(['loopback']), trusted: [] },
        resolve(_name, done) {
          lookups += 1
          done(null, [{ address: lookups === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }])
        },
      },
    )
    expect((await source.head({})).commit).toBe(commit)
    expect(await source.files(commit, [''])).toHaveLength(2)
    expect(lookups).toBe(1)
  })

  test('S6 a redirect within the host is followed, one to another port is not, and the credentials stay', async () => {
    const credentials = { username: 'ana', password: 'pa55word-canary' }
    const other = await serveGit({ root: path.dirname(fixture.directory), tls, isHttp2: true })
    others.push(() => other.close())
    const redirect = (request: IncomingMessage, response: ServerResponse): boolean => {
      const { url = '' } = request
      const to = url.replace(/^\/(old|away)/, '/repository')
      if (to === url) return false
      const location = url.startsWith('/away') ? `https://127.0.0.1:${other.port}${to}` : to
      response.writeHead(301, { location }).end()
      return true
    }
    await serve({ intercept: redirect })
    expect((await open(server.url('old'), { credentials }).head({})).commit).toBe(commit)
    await expect(open(server.url('away'), { credentials }).head({})).rejects.toMatchObject({
      reason: 'InvalidURL',
      message: expect.stringContaining('redirects to another place') as string,
    })
    expect(other.requests).toEqual([])
  })

  test('a process that is done may end, though a connection is kept', async () => {
    const url = await serve()
    const program = `
      import { createHttpGitSource } from ${JSON.stringify(path.resolve(import.meta.dirname, '../http.ts'))}
      const clock = { now: () => Date.now(), sleep: () => new Promise(() => {}) }
      const policy = { allow: new Set(['loopback']), trusted: [] }
      const location = ${JSON.stringify({ url, timeoutMs: 10_000, credentials: { ca: tls.cert } })}
      console.log((await createHttpGitSource(location, { clock, policy }).head({})).commit)`
    const began = Date.now()
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
    expect(stdout.trim()).toBe(commit)
    expect(Date.now() - began).toBeLessThan(15_000)
    expect(versions()).toEqual(['2.0', '2.0'])
  })
})

/** The stream of an answer of Node's in the form that HTTP/1.1 has. */
function streamOf(response: ServerResponse): ServerHttp2Stream {
  return (response as unknown as { stream: ServerHttp2Stream }).stream
}
