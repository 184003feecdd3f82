import http from 'node:http'
import https from 'node:https'
import type { HostFacts, SourceCredentials } from '../../source.ts'
import { allowances, type Allowance } from '../policy.ts'
import type { TokenCache } from '../sign-in/sign-in.ts'
import { createAddressGuard, type Resolve } from './guard.ts'
import type { Multiplex } from './message.ts'
import { createMultiplex } from './multiplex.ts'
import { findProxy, openTunnel, proxiedConnect, type ProxyEnvironment } from './proxy.ts'
import { secure } from './secure.ts'
import { createSpares } from './spares.ts'

/** What one connection is like: two repositories with the same may share it. */
interface ConnectionKind {
  url: string
  credentials: SourceCredentials | undefined
  allow: ReadonlySet<Allowance>
  env: ProxyEnvironment | undefined
  resolve: Resolve | undefined
}

/** How requests are sent: by HTTP/2 where a host offers it (over TLS alone), else by the agent. */
export interface Way {
  agent: http.Agent
  multiplex?: Multiplex
}

/** Kept connections of a process, and what it learned of hosts, shared by all its sources. */
export interface Connections {
  /**
   * What gives the way to connect by, each time anew as old ones are let go; addresses in the url are checked at once,
   * those of names when they are resolved.
   */
  ways(kind: ConnectionKind): () => Way
  /** What was last learned of a host, by any repository on it. */
  facts: Map<string, HostFacts>
  /** Greetings under way, by host. */
  greetings: Map<string, Promise<unknown>>
  /** What providers gave to sign in by. */
  tokens: TokenCache
}

/** How long an idle connection is kept, in milliseconds; hosts close theirs after a minute or less. */
const keptMs = 30_000

/** No connections yet; so many agents are kept, of which one serves any number of hosts. */
export function createConnections(maxAgents: number): Connections {
  const ways = new Map<string, Way>()
  return {
    facts: new Map(),
    greetings: new Map(),
    tokens: new Map(),
    ways(kind) {
      const { url, credentials, allow, env = {}, resolve } = kind
      const { hostname, protocol } = new URL(url)
      createAddressGuard({ where: hostname, allow }).checkHost(hostname)
      const proxy = findProxy(url, env)
      const tls = {
        ...(credentials?.ca === undefined ? {} : { ca: credentials.ca }),
        ...(credentials?.clientCertificate === undefined ? {} : { cert: credentials.clientCertificate }),
        ...(credentials?.clientKey === undefined ? {} : { key: credentials.clientKey }),
      }
      const allowed = allowances.filter((allowance) => allow.has(allowance))
      const key = JSON.stringify([protocol, allowed, proxy?.href, tls])
      const guard = createAddressGuard({ allow, resolve })
      const shared = {
        keepAlive: true,
        maxSockets: 16,
        maxFreeSockets: 16,
        scheduling: 'lifo' as const,
        timeout: keptMs,
        ...(proxy === undefined ? { lookup: guard.lookup } : {}),
      }
      const isTls = protocol === 'https:'
      const open = (): Way => {
        const agent = isTls ? new https.Agent({ ...shared, ...tls }) : new http.Agent(shared)
        // Behind a proxy it is the proxy that resolves: addresses written in a url are checked, names are its business.
        if (proxy !== undefined) agent.createConnection = proxiedConnect(proxy, { isTls, tls })
        if (!isTls) return { agent }
        const multiplex = createMultiplex({
          async dial({ host, port, timeoutMs }) {
            const door = { ...tls, host, ALPNProtocols: ['h2', 'http/1.1'], timeout: timeoutMs }
            if (proxy === undefined) return secure({ ...door, port, lookup: guard.lookup })
            return secure({ ...door, socket: await openTunnel(proxy, { host, port, timeoutMs }) })
          },
          adopt: createSpares(agent, keptMs),
          keptMs,
        })
        return { agent, multiplex }
      }
      return () => {
        const known = ways.get(key)
        if (known !== undefined) return known
        const way = open()
        ways.set(key, way)
        for (const [oldest, other] of ways) {
          if (ways.size <= maxAgents) break
          ways.delete(oldest)
          other.agent.destroy()
          other.multiplex?.close()
        }
        return way
      }
    },
  }
}
