import { findCondition } from '../api/condition.ts'
import { formatDuration } from '../api/duration.ts'
import type { ObjectRecord } from '../api/record.ts'
import { keyOf } from '../api/record.ts'
import type { ObjectStatus } from '../api/status.ts'
import { shortRevision } from '../api/revision.ts'
import { kinds } from '../api/kinds/index.ts'
import { isSuspended, suspendedMessage } from '../reconcile/suspend.ts'

/** What a table says of an object, before it is drawn. */
export interface Description {
  key: string
  namespace: string
  /** `cloudformationstack/web` */
  typedName: string
  name: string
  revision: string
  isSuspended: boolean
  ready: 'True' | 'False' | 'Unknown'
  message: string
}

/** An object in a person's words. The same words in every command. Pure. */
export function describe(record: ObjectRecord, now: number): Description {
  const ready = findCondition(record.status.conditions, 'Ready')
  const { status } = record
  return {
    key: keyOf(record),
    namespace: record.namespace,
    typedName: `${record.kind.toLowerCase()}/${record.name}`,
    name: record.name,
    revision: shortRevision(status.lastAppliedRevision ?? status.artifact?.revision ?? ''),
    isSuspended: isSuspended(record, now),
    ready: ready?.status ?? 'Unknown',
    message: messageOf(record, now),
  }
}

function messageOf(record: ObjectRecord, now: number): string {
  const { conditions, progress } = record.status
  const ready = findCondition(conditions, 'Ready')
  const drifted = findCondition(conditions, 'Drifted')
  const said = ready?.message ?? 'not looked at yet'
  if (isSuspended(record, now)) {
    const words = suspendedMessage(record)
    const isSaid = ready === undefined || ready.status === 'True' || ready.message === words
    return isSaid ? words : `${words}; before: ${brief(said)}`
  }
  const isUnderWay = findCondition(conditions, 'Reconciling') !== undefined
  const parts = [withProgress(brief(said), isUnderWay ? progress : undefined)]
  if (drifted !== undefined) parts.push(`; drifted: ${brief(drifted.message)}`)
  if (record.status.stale !== undefined) parts.push(`; ${staleText(record)}`)
  if (record.deletion !== undefined && !/delet/i.test(said)) parts.push('; is being deleted')
  return parts.join(' ').replaceAll(' ;', ';')
}

/** What is old about a source, in words. */
export function staleText({ spec, status }: ObjectRecord): string {
  const limit = typeof spec['staleAfter'] === 'string' ? spec['staleAfter'] : 'expected'
  return status.stale === 'unread' ? `not read for longer than ${limit}` : `head older than ${limit}`
}

/** A message for a line of a table: several lines become one, commits are shortened. */
export function brief(message: string): string {
  return message
    .trim()
    .replace(/\s*\n\s*/g, '; ')
    .replace(/sha1:([0-9a-f]{7})[0-9a-f]{33}/g, 'sha1:$1')
}

/** `4/9 Service`: resources done, in all, and the one being worked on. */
export function formatProgress(progress: { done: number; total: number; current?: string }): string {
  const current = progress.current === undefined ? '' : ` ${progress.current}`
  return `${progress.done}/${progress.total}${current}`
}

/** A message with how far the work is, as far as it does not say so itself. */
export function withProgress(message: string, progress: ObjectStatus['progress']): string {
  if (progress === undefined) return message
  const { current, ...counts } = progress
  const isNamed = current === undefined || message.includes(current)
  return `${message}  ${formatProgress(isNamed ? counts : progress)}`
}

/** `3m ago`; what lies ahead (another machine's clock) counts as now. */
export function formatAgo(at: number, now: number): string {
  return `${formatAge(at, now)} ago`
}

/** `in 3m`; `now` for what is due. */
export function formatAhead(at: number, now: number): string {
  return at <= now ? 'now' : `in ${formatAge(now, at)}`
}

/** `3m`, `12s`: how long ago something was, for a column. */
export function formatAge(at: number, now: number): string {
  return formatDuration(Math.max(0, Math.round((now - at) / 1000) * 1000))
}

/** Sources first, then what is made from them, by namespace and name. */
export function byKindAndName(left: ObjectRecord, right: ObjectRecord): number {
  const order = (record: ObjectRecord) => kinds.findIndex(({ kind }) => kind === record.kind)
  return (
    order(left) - order(right) ||
    left.namespace.localeCompare(right.namespace) ||
    left.name.localeCompare(right.name)
  )
}

/** What is being done to an object, as a verb. */
export function doing(record: ObjectRecord): string {
  const type = record.operation?.type
  if (record.deletion !== undefined || type === 'delete') return 'deleting'
  if (type === 'recover') return 'recovering'
  if (type === 'drift') return 'checking'
  if (record.kind === 'AzureDeployment') return 'deploying'
  return record.status.lastAppliedDigest === undefined ? 'creating' : 'updating'
}

/** What a run of a kind's cloud is called there. */
export function runWord(kind: string): string {
  return kind === 'AzureDeployment' ? 'deployment' : 'change set'
}
