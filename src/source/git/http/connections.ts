import http from 'node:http'
import https from 'node:https'
import type { HostFacts, SourceCredentials } from '../../source.ts'
import { allowances, type Allowance } from '../policy.ts'
import type { TokenCache } from '../sign-in/sign-in.ts'
import { createAddressGuard, type Resolve } from './guard.ts'
import { findProxy, proxiedConnect, type ProxyEnvironment } from './proxy.ts'

/** What one connection is like: two repositories with the same may share it. */
interface ConnectionKind {
  url: string
  credentials: SourceCredentials | undefined
  allow: ReadonlySet<Allowance>
  env: ProxyEnvironment | undefined
  resolve: Resolve | undefined
}

/** Kept connections of a process, and what it learned of hosts, shared by all its sources. */
export interface Connections {
  /**
   * What gives the agent to connect by, each time anew as old ones are let go; addresses in the url are checked at once,
   * those of names when they are resolved.
   */
  agents(kind: ConnectionKind): () => http.Agent
  /** What was last learned of a host, by any repository on it. */
  facts: Map<string, HostFacts>
  /** Greetings under way, by host. */
  greetings: Map<string, Promise<unknown>>
  /** What providers gave to sign in by. */
  tokens: TokenCache
}

/** Agents that are kept: one serves any number of hosts. */
const maxAgents = 16
/** How long an idle connection is kept, in milliseconds; hosts close theirs after a minute or less. */
const keptMs = 30_000

/** No connections yet. */
export function createConnections(): Connections {
  const agents = new Map<string, http.Agent>()
  return {
    facts: new Map(),
    greetings: new Map(),
    tokens: new Map(),
    agents(kind) {
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
      return () => {
        const known = agents.get(key)
        if (known !== undefined) return known
        const agent = isTls ? new https.Agent({ ...shared, ...tls }) : new http.Agent(shared)
        // Behind a proxy it is the proxy that resolves: addresses written in a url are checked, names are its business.
        if (proxy !== undefined) agent.createConnection = proxiedConnect(proxy, { isTls, tls })
        agents.set(key, agent)
        for (const [oldest, other] of agents) {
          if (agents.size <= maxAgents) break
          agents.delete(oldest)
          other.destroy()
        }
        return agent
      }
    },
  }
}
