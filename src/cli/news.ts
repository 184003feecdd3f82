import { findCondition } from '../api/condition.ts'
import { formatDuration } from '../api/duration.ts'
import type { ObjectRecord } from '../api/record.ts'
import type { HistoryEntry } from '../api/status.ts'
import { parseKey } from '../api/reference.ts'
import { shortRevision } from '../api/revision.ts'
import { dependencyKeys } from '../reconcile/dependencies.ts'
import { brief, doing, runWord } from './describe.ts'

/** How a line of progress is to be read. */
export type Mark = 'begun' | 'done' | 'failed' | 'warned' | 'held'

/** Something that happened to an object between two looks at it. */
export interface News {
  mark: Mark
  /** One word for the column: `created`, `failed`. */
  words: string
  /** The rest; several lines where there is a list of problems. */
  text: string
}

/** What else is known when two looks are compared. */
export interface NewsContext {
  /** Milliseconds since the epoch: what ended before is old news. */
  since: number
  /** How many resources its last operation had, if that was ever seen. */
  resources?: number | undefined
}

/**
 * What is new about an object since it was last looked at, as lines that stay. An operation that began and ended between
 * two looks is found in the object's history. Pure.
 */
export function newsOf(before: ObjectRecord | undefined, after: ObjectRecord, context: NewsContext): News[] {
  if (after.kind === 'GitRepository')
    return [...sourceNews(before, after, context.since), ...troubleNews(before, after)]
  if (after.kind === 'Kustomization')
    return [...appliedNews(before, after, context.since), ...troubleNews(before, after)]
  const entry = freshEntry(before, after, context.since)
  return [
    ...driftNews(before, after),
    ...begunNews(before, after),
    ...(entry === undefined ? [] : [finishedNews(after, entry, context.resources)]),
    ...troubleNews(before, after).filter(({ text }) => text !== entry?.message),
  ]
}

function sourceNews(before: ObjectRecord | undefined, after: ObjectRecord, since: number): News[] {
  const { artifact } = after.status
  if (artifact === undefined || before?.status.artifact?.revision === artifact.revision) return []
  const subject = artifact.subject === undefined ? '' : `"${artifact.subject}"`
  const by = artifact.author === undefined ? '' : `by ${artifact.author}`
  // What was there when we came is said once, so that one knows what is followed.
  const words = before === undefined && artifact.fetchedAt < since ? 'follows' : 'fetched'
  return [{ mark: 'done', words, text: join(shortRevision(artifact.revision), subject, by) }]
}

function appliedNews(before: ObjectRecord | undefined, after: ObjectRecord, since: number): News[] {
  const revision = after.status.lastAppliedRevision
  if (revision === undefined || before?.status.lastAppliedRevision === revision) return []
  const count = after.status.inventory?.length ?? 0
  const path = after.spec['path']
  const where = typeof path === 'string' ? ` in ${path}` : ''
  const text = join(shortRevision(revision), `${count} ${count === 1 ? 'object' : 'objects'}${where}`)
  const readyAt = findCondition(after.status.conditions, 'Ready')?.lastTransitionTime
  const isOld = before === undefined && readyAt !== undefined && Date.parse(readyAt) < since
  return [{ mark: 'done', words: isOld ? 'declares' : 'applied', text }]
}

function begunNews(before: ObjectRecord | undefined, after: ObjectRecord): News[] {
  const { operation } = after
  const isNew =
    operation !== undefined && operation.type !== 'drift' && before?.operation?.id !== operation.id
  if (!isNew) return waitingNews(before, after)
  return [
    {
      mark: 'begun',
      words: doing(after),
      text: operation.type === 'apply' ? `${runWord(after.kind)} ${operation.id}` : '',
    },
  ]
}

function waitingNews(before: ObjectRecord | undefined, after: ObjectRecord): News[] {
  const blockers = after.status.blockedBy ?? []
  const isSame = blockers.join() === (before?.status.blockedBy ?? []).join()
  if (blockers.length === 0 || isSame) return []
  const names = blockers.map((key) => nameFrom(after, key))
  return [{ mark: 'begun', words: 'waiting', text: `for ${names.join(', ')}` }]
}

const pastOf: Record<string, string> = {
  create: 'created',
  update: 'updated',
  'drift correction': 'put back',
  deployment: 'deployed',
  stack: 'deployed',
}

/** The line of an object's history that was not there at the last look. */
function freshEntry(
  before: ObjectRecord | undefined,
  after: ObjectRecord,
  since: number,
): HistoryEntry | undefined {
  const [entry] = after.status.history ?? []
  const isNew = entry?.finishedAt !== before?.status.history?.[0]?.finishedAt
  return entry !== undefined && isNew && Date.parse(entry.finishedAt) >= since ? entry : undefined
}

function finishedNews(after: ObjectRecord, entry: HistoryEntry, resources: number | undefined): News {
  const took = formatDuration(Date.parse(entry.finishedAt) - Date.parse(entry.startedAt))
  if (entry.outcome === 'Failed') return { mark: 'failed', words: 'failed', text: entry.message }
  const noun = /^(create|update|drift correction|deployment|stack) complete/.exec(entry.message)?.[1] ?? ''
  const count = resources === undefined ? '' : `${resources} ${resources === 1 ? 'resource' : 'resources'}`
  const isFirst = noun === 'create' || (after.status.operations === 1 && noun !== 'update')
  const waited = isFirst ? afterText(after) : ''
  return { mark: 'done', words: pastOf[noun] ?? 'applied', text: join(count, took, waited) }
}

/** An object that cannot go on, or could not and now can. */
function troubleNews(before: ObjectRecord | undefined, after: ObjectRecord): News[] {
  const was = before && findCondition(before.status.conditions, 'Ready')
  const is = findCondition(after.status.conditions, 'Ready')
  if (is === undefined || is.message === was?.message) return []
  if (findCondition(after.status.conditions, 'Stalled') !== undefined) {
    return [{ mark: 'failed', words: 'failed', text: is.message }]
  }
  if (after.suspension !== undefined && before?.suspension === undefined) {
    return [{ mark: 'held', words: 'suspended', text: is.message }]
  }
  if (is.status === 'False' && is.reason !== 'DependencyNotReady') {
    return [{ mark: 'warned', words: 'retrying', text: is.message }]
  }
  const wasStalled = before !== undefined && findCondition(before.status.conditions, 'Stalled') !== undefined
  const wasBusy = before?.operation !== undefined && before.operation.type !== 'drift'
  const isAtRest = after.operation === undefined && is.status === 'True'
  const isQuietlyWell = (wasStalled || wasBusy) && isAtRest && !/ complete /.test(is.message)
  return isQuietlyWell ? [{ mark: 'done', words: 'ready', text: brief(is.message) }] : []
}

function driftNews(before: ObjectRecord | undefined, after: ObjectRecord): News[] {
  const drifted = findCondition(after.status.conditions, 'Drifted')
  const was = before === undefined ? undefined : findCondition(before.status.conditions, 'Drifted')
  if (drifted === undefined || was?.message === drifted.message) return []
  return [{ mark: 'warned', words: 'drifted', text: drifted.message }]
}

/** `after network, data`: what an object was waiting for. */
function afterText(record: ObjectRecord): string {
  const names = dependencyKeys(record).map((key) => nameFrom(record, key))
  return names.length === 0 ? '' : `after ${names.join(', ')}`
}

/** Another object as it is called from here: without its namespace when that is the same. */
function nameFrom(record: ObjectRecord, key: string): string {
  const { namespace, name } = parseKey(key)
  return namespace === record.namespace ? name : `${namespace}/${name}`
}

function join(...parts: string[]): string {
  return parts.filter((part) => part !== '').join('  ')
}
