import type { Clock } from '../../api/clock.ts'
import type { Source, SourceLocation } from '../source.ts'
import { openHttpWires } from './http/http-wire.ts'
import type { ProxyEnvironment } from './http/proxy.ts'
import type { Resolve } from './http/guard.ts'
import { defaultLimits, type GitLimits } from './limits.ts'
import { allowancesFor, strictPolicy, type SourcePolicy } from './policy.ts'
import { createRemoteGitSource } from './remote.ts'
import { displayUrl } from './url.ts'

/** What a repository behind http needs of the outside. */
export interface HttpSourcePorts {
  clock: Clock
  policy?: SourcePolicy | undefined
  limits?: GitLimits | undefined
  env?: ProxyEnvironment | undefined
  resolve?: Resolve | undefined
}

/** A repository behind http or https. */
export function createHttpGitSource(location: SourceLocation, ports: HttpSourcePorts): Source {
  const { url, credentials, timeoutMs, facts } = location
  const limits = ports.limits ?? defaultLimits
  const wires = openHttpWires({
    url,
    credentials,
    limits,
    allow: allowancesFor(url, ports.policy ?? strictPolicy),
    env: ports.env,
    resolve: ports.resolve,
    traffic: { requests: 0, receivedBytes: 0, sentBytes: 0 },
  })
  return createRemoteGitSource({
    where: displayUrl(url),
    openWire: wires.open,
    limits,
    timeoutMs,
    clock: ports.clock,
    facts,
    close: () => wires.close(),
  })
}
