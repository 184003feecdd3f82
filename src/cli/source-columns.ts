import type { GitRepositorySpec } from '../api/kinds/git-repository.ts'
import type { ObjectRecord } from '../api/record.ts'
import { strategyOf } from '../source/index.ts'
import type { ObjectColumns } from './columns.ts'
import { describe, formatAgo, formatAhead } from './describe.ts'
import type { Io } from './io.ts'
import { paintFor, paintReady } from './paint.ts'

/**
 * The columns of `get sources`: from where, at what, how long ago it was read; `wide` adds how it is read, by whom its head
 * is signed, and when it is tried again.
 */
export function sourceColumns(options: {
  io: Pick<Io, 'color'>
  isWide: boolean
  hasNamespace: boolean
}): ObjectColumns {
  const { isWide, hasNamespace } = options
  const paint = paintFor(options.io)
  return {
    headers: [
      ...(hasNamespace ? ['NAMESPACE'] : []),
      'NAME',
      'URL',
      'REF',
      'REVISION',
      'FETCHED',
      'SUSPENDED',
      'READY',
      ...(isWide ? ['STALE', 'VERIFIED BY', 'PROTOCOL', 'STRATEGY', 'FAILURES', 'NEXT LOOK'] : []),
      'MESSAGE',
    ],
    row(record, now) {
      const { namespace, name, revision, isSuspended, ready, message } = describe(record, now)
      const { artifact, host, stale, verified, failures = 0 } = record.status
      return [
        ...(hasNamespace ? [namespace] : []),
        name,
        (record.spec as Partial<GitRepositorySpec>).url ?? '',
        refText(record),
        revision,
        artifact === undefined ? 'never' : formatAgo(artifact.fetchedAt, now),
        isSuspended ? { text: 'True', paint: paint.busy } : 'False',
        { text: ready, paint: paintReady(paint, ready) },
        ...(isWide
          ? [
              stale === undefined ? 'no' : { text: stale, paint: paint.bad },
              verified === undefined ? '–' : verified.signers.join(', '),
              host === undefined ? '–' : `v${host.version}`,
              host === undefined ? '–' : strategyOf(host),
              String(failures),
              nextLook(record, now),
            ]
          : []),
        message,
      ]
    },
  }
}

/** What is followed, in the words of its field. */
function refText({ spec }: ObjectRecord): string {
  const { commit, name, semver, tagPrefix, tag, branch } = (spec as Partial<GitRepositorySpec>).ref ?? {}
  if (commit !== undefined) return `${branch === undefined ? '' : `${branch} at `}${commit.slice(0, 7)}`
  if (name !== undefined) return name
  if (semver !== undefined) return `${tagPrefix ?? ''}${semver}`
  return tag ?? branch ?? 'main'
}

/** After failures: no look before that; else when the next one is due. */
function nextLook({ status, dueAt }: ObjectRecord, now: number): string {
  const at = status.nextAttemptAt ?? dueAt
  return at === undefined ? '–' : formatAhead(at, now)
}
