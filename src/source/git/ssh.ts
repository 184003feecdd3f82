import { originOf } from '../../api/git-origin.ts'
import type { Source, SourceLocation } from '../source.ts'
import type { HttpSourcePorts } from './http.ts'
import { findGitHost } from './hosts.ts'
import { defaultLimits } from './limits.ts'
import { allowancesFor, strictPolicy } from './policy.ts'
import { createRemoteGitSource } from './remote.ts'
import { restOf } from './rests.ts'
import { openSshWires } from './ssh/ssh-wire.ts'
import type { GitAddress } from './url.ts'

/** A repository behind ssh, by a key and with the host's key pinned. */
export function createSshGitSource(
  address: Extract<GitAddress, { type: 'ssh' }>,
  location: SourceLocation,
  ports: HttpSourcePorts,
): Source {
  const limits = ports.limits ?? defaultLimits
  const shared = ports.shared ?? {}
  const { user, host, port, path } = address
  const where = `ssh://${host}${port === 22 ? '' : `:${port}`}${path}`
  const wires = openSshWires({
    where,
    user,
    host,
    port,
    path,
    credentials: location.credentials,
    allow: allowancesFor(location.url, ports.policy ?? strictPolicy),
    limits,
    traffic: ports.traffic ?? { requests: 0, receivedBytes: 0, sentBytes: 0 },
    resolve: ports.resolve,
  })
  return createRemoteGitSource({
    where,
    openWire: (signal, asking) => wires.open(signal, asking),
    limits,
    timeoutMs: location.timeoutMs,
    clock: ports.clock,
    facts: location.facts,
    answers: (shared.answers ??= new Map()),
    refusedFilters: findGitHost(location.url)?.refusedFilters ?? [],
    close: () => wires.close(),
    rest: restOf((shared.rests ??= new Map()), originOf(location.url) ?? where, ports.clock),
  })
}
