import { findCondition } from '../api/condition.ts'
import type { ObjectRecord } from '../api/record.ts'
import { keyOf } from '../api/record.ts'
import { parseKey } from '../api/reference.ts'
import { shortRevision } from '../api/revision.ts'
import { dependencyKeys } from '../reconcile/dependencies.ts'
import { cloudIdOf, consoleLink } from './cloud.ts'
import { brief, formatAgo, formatAhead, runWord, staleText } from './describe.ts'
import { printable } from './io.ts'
import type { Paint } from './paint.ts'

/** Another object as seen from the traced one. */
interface Neighbour {
  key: string
  /** `missing`: named, but not there. */
  ready: 'True' | 'False' | 'Unknown' | 'missing'
}

/** Where an object comes from and how it hangs together with others. */
export interface Trace {
  object: { kind: string; namespace: string; name: string; ready: string; message: string }
  declaredIn?: { file: string; line: number; source: string; url?: string }
  commit?: { revision: string; subject?: string; author?: string; committedAt?: string; signedBy?: string[] }
  /** What is wrong with the source: it fails, or is stale. */
  source?: { reason?: string; message?: string; nextAttemptAt?: string; fetchedAt?: string; stale?: string }
  appliedBy: { revision?: string; owner?: string; operation?: string; identity?: string; region?: string }
  dependsOn: Neighbour[]
  neededBy: Neighbour[]
  blockedBy: string[]
}

/** Follows an object to its origin and its neighbours; `all` is the whole store. Pure. */
export function traceOf(record: ObjectRecord, all: readonly ObjectRecord[]): Trace {
  const byKey = new Map(all.map((other) => [keyOf(other), other]))
  const { origin, status } = record
  const source = origin === undefined ? undefined : byKey.get(origin.source)
  const repository = record.kind === 'GitRepository' ? record : source
  const artifact = repository?.status.artifact
  const verified = repository?.status.verified
  const signedBy = verified?.revision === artifact?.revision ? verified?.signers : undefined
  const trouble = repository === undefined ? undefined : troubleOf(repository)
  const revision = record.kind === 'GitRepository' ? undefined : status.lastAppliedRevision
  const ready = findCondition(status.conditions, 'Ready')
  const url = source?.spec['url']
  const operation = record.operation?.id
  const cloudId = cloudIdOf(record)
  const { region } = record.spec
  return {
    object: {
      kind: record.kind,
      namespace: record.namespace,
      name: record.name,
      ready: ready?.status ?? 'Unknown',
      message: brief(ready?.message ?? 'not looked at yet'),
    },
    ...(origin === undefined
      ? {}
      : {
          declaredIn: {
            file: origin.file,
            line: origin.line,
            source: origin.source,
            ...(typeof url === 'string' ? { url } : {}),
          },
        }),
    ...(artifact === undefined
      ? {}
      : {
          commit: {
            revision: artifact.revision,
            ...(artifact.subject === undefined ? {} : { subject: artifact.subject }),
            ...(artifact.author === undefined ? {} : { author: artifact.author }),
            ...(artifact.committedAt === undefined ? {} : { committedAt: artifact.committedAt }),
            ...(signedBy === undefined ? {} : { signedBy }),
          },
        }),
    ...(trouble === undefined ? {} : { source: trouble }),
    appliedBy: {
      ...(revision === undefined ? {} : { revision }),
      ...(record.owner === undefined ? {} : { owner: record.owner }),
      ...(operation === undefined ? {} : { operation }),
      ...(cloudId === undefined ? {} : { identity: cloudId }),
      ...(typeof region === 'string' ? { region } : {}),
    },
    dependsOn: dependencyKeys(record).map((key) => neighbour(key, byKey)),
    neededBy: all
      .filter((other) => dependencyKeys(other).includes(keyOf(record)))
      .map((other) => neighbour(keyOf(other), byKey)),
    blockedBy: status.blockedBy ?? [],
  }
}

/** Why what a source tells may be old. */
function troubleOf(record: ObjectRecord): Trace['source'] {
  const { conditions, stale, nextAttemptAt, artifact } = record.status
  const ready = findCondition(conditions, 'Ready')
  const isFailing = ready?.status === 'False'
  if (!isFailing && stale === undefined) return undefined
  return {
    ...(isFailing ? { reason: ready.reason, message: brief(ready.message) } : {}),
    ...(isFailing && nextAttemptAt !== undefined
      ? { nextAttemptAt: new Date(nextAttemptAt).toISOString() }
      : {}),
    ...(artifact === undefined ? {} : { fetchedAt: new Date(artifact.fetchedAt).toISOString() }),
    ...(stale === undefined ? {} : { stale: staleText(record) }),
  }
}

function neighbour(key: string, byKey: ReadonlyMap<string, ObjectRecord>): Neighbour {
  const record = byKey.get(key)
  if (record === undefined) return { key, ready: 'missing' }
  return { key, ready: findCondition(record.status.conditions, 'Ready')?.status ?? 'Unknown' }
}

/** A trace as a person reads it. Pure. */
export function traceLines(trace: Trace, { paint, now }: { paint: Paint; now: number }): string[] {
  const { object, declaredIn, commit, source, appliedBy } = trace
  const lines: [string, string][] = [
    ['Object', `${typed(object)} (${object.namespace})   ready: ${object.ready}   ${object.message}`],
    [
      'Declared in',
      declaredIn === undefined
        ? 'the settings of this controller'
        : declared(declaredIn, commit, { paint, now }),
    ],
  ]
  if (declaredIn === undefined && commit !== undefined) lines.push(['At', commitText(commit, { paint, now })])
  if (source !== undefined) lines.push(['Source', paint.bad(sourceText(source, now))])
  const applied = [
    appliedBy.owner === undefined ? undefined : typed(parseKey(appliedBy.owner)),
    appliedBy.operation === undefined ? undefined : `${runWord(object.kind)} ${appliedBy.operation}`,
    appliedBy.identity,
  ].filter((part) => part !== undefined)
  const isBehind = appliedBy.revision !== undefined && appliedBy.revision !== commit?.revision
  if (isBehind && commit !== undefined)
    applied.push(`last applied at ${shortRevision(appliedBy.revision ?? '')}`)
  if (applied.length > 0) lines.push(['Applied by', applied.join(' → ')])
  const link = appliedBy.identity === undefined ? undefined : consoleLink(appliedBy.identity)
  if (link !== undefined) lines.push(['Console', link])
  lines.push(
    ['Depends on', neighbours(trace.dependsOn, paint)],
    ['Needed by', neighbours(trace.neededBy, paint)],
  )
  if (trace.blockedBy.length > 0) lines.push(['Waits for', trace.blockedBy.map(shortKey).join('  ')])
  return lines.map(([name, text]) => `${name.padEnd(12)}  ${text}`)
}

function sourceText(
  { reason, message, nextAttemptAt, fetchedAt, stale }: NonNullable<Trace['source']>,
  now: number,
): string {
  const parts = [
    reason === undefined ? undefined : `failing: ${reason}: ${printable(message ?? '')}`,
    stale,
    fetchedAt === undefined ? 'never read' : `last read ${formatAgo(Date.parse(fetchedAt), now)}`,
    nextAttemptAt === undefined ? undefined : `next look ${formatAhead(Date.parse(nextAttemptAt), now)}`,
  ]
  return parts.filter((part) => part !== undefined).join('; ')
}

function declared(
  place: NonNullable<Trace['declaredIn']>,
  commit: Trace['commit'],
  at: { paint: Paint; now: number },
): string {
  const source = typed(parseKey(place.source))
  return `${printable(place.file)}:${place.line} in ${source}${commit === undefined ? '' : ` at ${commitText(commit, at)}`}`
}

function commitText(
  { revision, subject, author, committedAt, signedBy }: NonNullable<Trace['commit']>,
  { paint, now }: { paint: Paint; now: number },
): string {
  const about = [
    subject === undefined ? undefined : `"${printable(subject)}"`,
    author === undefined ? undefined : printable(author),
    committedAt === undefined ? undefined : formatAgo(Date.parse(committedAt), now),
    signedBy === undefined ? undefined : `signed ${paint.good('✔')} by ${printable(signedBy.join(' and '))}`,
  ].filter((part) => part !== undefined)
  return `${shortRevision(revision)}${about.length === 0 ? '' : ` (${about.join(', ')})`}`
}

function typed({ kind, name }: { kind: string; name: string }): string {
  return `${kind.toLowerCase()}/${name}`
}

function neighbours(list: readonly Neighbour[], paint: Paint): string {
  const marks = {
    True: paint.good('✔'),
    False: paint.bad('✗'),
    Unknown: paint.busy('◎'),
    missing: paint.bad('missing'),
  }
  return list.length === 0 ? '–' : list.map(({ key, ready }) => `${shortKey(key)} ${marks[ready]}`).join('  ')
}

function shortKey(key: string): string {
  const { namespace, name } = parseKey(key)
  return `${namespace}/${name}`
}
