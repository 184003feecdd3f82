import http from 'node:http'
import type { Duplex } from 'node:stream'
import { connect as tlsConnect, type ConnectionOptions } from 'node:tls'
import { transient } from '../../../api/errors.ts'

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

/** How an agent connects through a proxy: a tunnel by CONNECT, and TLS inside of it. */
export function proxiedConnect(
  proxy: URL,
  options: { isTls: boolean; tls: ConnectionOptions },
): http.Agent['createConnection'] {
  const { isTls, tls } = options
  return (target, done) => {
    const host = target.host ?? ''
    const authority = `${host.includes(':') ? `[${host}]` : host}:${target.port ?? 443}`
    const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
    const request = http.request({
      host: proxy.hostname,
      port: proxy.port === '' ? 80 : Number(proxy.port),
      method: 'CONNECT',
      path: authority,
      agent: false,
      timeout: target.timeout,
      headers: {
        host: authority,
        ...(login === ':' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` }),
      },
    })
    const fail = (error: Error): void => done?.(error, undefined as unknown as Duplex)
    request.once('connect', (response, socket) => {
      if (response.statusCode !== 200) {
        socket.destroy()
        const message = `${host} cannot be reached: the proxy ${proxy.host} answers HTTP ${response.statusCode}; trying again`
        fail(transient('NetworkError', message))
        return
      }
      if (!isTls) {
        done?.(null, socket)
        return
      }
      const secure = tlsConnect({ ...tls, socket, servername: host, ALPNProtocols: ['http/1.1'] })
      secure.once('error', fail)
      secure.once('secureConnect', () => {
        secure.off('error', fail)
        done?.(null, secure)
      })
    })
    request.once('error', fail)
    request.once('timeout', () =>
      request.destroy(transient('Timeout', `the proxy ${proxy.host} does not answer`)),
    )
    request.end()
    return undefined
  }
}
