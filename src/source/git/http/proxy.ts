import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { callbackify } from 'node:util'
import { transient } from '../../../api/errors.ts'
import { secure } from './secure.ts'

/** The environment's words on proxies, as curl and git read them. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>

/** The proxy for a url; undefined for none. `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in either case; lower case goes first. */
export function findProxy(url: string, env: ProxyEnvironment): URL | undefined {
  const { protocol, hostname, port } = new URL(url)
  const word = (name: string) => env[name.toLowerCase()] || env[name.toUpperCase()]
  // As curl does: the upper-case HTTP_PROXY can be set by a request's header in CGI.
  const proxy = protocol === 'https:' ? word('https_proxy') : env['http_proxy']
  const chosen = proxy || word('all_proxy')
  if (!chosen || isExempt(word('no_proxy') ?? '', hostname, port)) return undefined
  const text = chosen.includes('://') ? chosen : `http://${chosen}`
  if (!URL.canParse(text)) return undefined
  const parsed = new URL(text)
  return parsed.protocol === 'http:' || parsed.protocol === 'https:' ? parsed : undefined
}

function isExempt(list: string, hostname: string, port: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true
      const [name = '', only] = entry
        .replace(/^\*?\./, '')
        .toLowerCase()
        .split(':', 2)
      return (only === undefined || only === port) && (hostname === name || hostname.endsWith(`.${name}`))
    })
}

/** A host to connect to. */
export interface Target {
  host: string
  port: number
  timeoutMs?: number | undefined
}

/** Opens a tunnel to a host through a proxy, by CONNECT. */
export function openTunnel(proxy: URL, { host, port, timeoutMs }: Target): Promise<Socket> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  return new Promise((resolve, reject) => {
    const isTls = proxy.protocol === 'https:'
    const request = (isTls ? https : http).request({
      host: proxy.hostname,
      port: proxy.port === '' ? (isTls ? 443 : 80) : Number(proxy.port),
      method: 'CONNECT',
      path: authority,
      agent: false,
      timeout: timeoutMs,
      headers: {
        host: authority,
        ...(login === ':' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` }),
      },
    })
    request.once('connect', (response, socket) => {
      if (response.statusCode === 200) return resolve(socket)
      socket.destroy()
      const message = `${host} cannot be reached: the proxy ${proxy.host} answers HTTP ${response.statusCode}; trying again`
      return reject(transient('NetworkError', message))
    })
    request.once('error', reject)
    request.once('timeout', () =>
      request.destroy(transient('Timeout', `the proxy ${proxy.host} does not answer`)),
    )
    request.end()
  })
}

/** How an agent connects through a proxy: a tunnel, and TLS inside of it. */
export function proxiedConnect(
  proxy: URL,
  options: { isTls: boolean; tls: ConnectionOptions },
): http.Agent['createConnection'] {
  const { isTls, tls } = options
  const open = callbackify(async (target: http.ClientRequestArgs): Promise<Socket> => {
    const host = target.host ?? ''
    const port = Number(target.port ?? 443)
    const socket = await openTunnel(proxy, { host, port, timeoutMs: target.timeout })
    return isTls
      ? secure({ ...tls, host, socket, ALPNProtocols: ['http/1.1'], timeout: target.timeout })
      : socket
  })
  return (target, done) => {
    open(target, (error, socket) => done?.(error, socket))
    return undefined
  }
}
