import type { Clock } from '../../api/clock.ts'
import { originOf } from '../../api/git-origin.ts'
import type { CloudIdentities, Source, SourceLocation } from '../source.ts'
import type { Answers } from './answers.ts'
import { createConnections, type Connections } from './http/connections.ts'
import { openHttpWires } from './http/http-wire.ts'
import type { ProxyEnvironment } from './http/proxy.ts'
import type { Resolve } from './http/guard.ts'
import { findGitHost } from './hosts.ts'
import { defaultLimits, type GitLimits } from './limits.ts'
import { allowancesFor, strictPolicy, type SourcePolicy } from './policy.ts'
import { createRemoteGitSource } from './remote.ts'
import { restOf, type Rests } from './rests.ts'
import { createSignIn } from './sign-in/sign-in.ts'
import { displayUrl } from './url.ts'
import type { Traffic } from './wire/wire.ts'

/** What a repository behind http needs of the outside. */
export interface HttpSourcePorts {
  clock: Clock
  policy?: SourcePolicy | undefined
  limits?: GitLimits | undefined
  env?: ProxyEnvironment | undefined
  resolve?: Resolve | undefined
  /** Who we are in clouds; without it the providers `aws` and `azure` are refused. */
  identities?: CloudIdentities | undefined
  /** What is shared with other sources; filled by the first that needs it. */
  shared?: { connections?: Connections; answers?: Answers; rests?: Rests } | undefined
  /** What goes over the wire is added to it. */
  traffic?: Traffic | undefined
}

/** A repository behind http or https. */
export function createHttpGitSource(location: SourceLocation, ports: HttpSourcePorts): Source {
  const { timeoutMs, facts } = location
  const host = findGitHost(location.url)
  const url = host?.isBareName === true ? location.url.replace(/\.git$/, '') : location.url
  const credentials =
    host?.tokenUser !== undefined && location.credentials?.username === 'git'
      ? { ...location.credentials, username: host.tokenUser }
      : location.credentials
  const limits = ports.limits ?? defaultLimits
  const shared = ports.shared ?? {}
  const connections = (shared.connections ??= createConnections(limits.agents))
  const openWire = openHttpWires({
    url,
    credentials,
    signIn: createSignIn(
      { ...location, url, ...(credentials === undefined ? {} : { credentials }) },
      {
        clock: ports.clock,
        tokens: connections.tokens,
        identities: ports.identities,
        offered: host?.provider,
      },
    ),
    now: () => ports.clock.now(),
    limits,
    connections,
    allow: allowancesFor(location.url, ports.policy ?? strictPolicy),
    env: ports.env,
    resolve: ports.resolve,
    traffic: ports.traffic ?? { requests: 0, receivedBytes: 0, sentBytes: 0 },
  })
  return createRemoteGitSource({
    where: displayUrl(url),
    openWire,
    limits,
    timeoutMs,
    clock: ports.clock,
    facts,
    answers: (shared.answers ??= new Map()),
    refusedFilters: host?.refusedFilters ?? [],
    shared: { ...connections, host: new URL(url).origin },
    rest: restOf((shared.rests ??= new Map()), originOf(url) ?? url, ports.clock),
  })
}
