import type { ObjectRecord } from '../api/record.ts'
import { shortRevision } from '../api/revision.ts'

/** How many differences are spelled out. */
const shownChanges = 3

/**
 * What of an object's inputs differs between two looks, for people: `parameter DesiredCount 12 → 8`. Values are told of
 * the `visible` parameters only. Pure.
 */
export function inputChanges(
  before: ObjectRecord,
  after: ObjectRecord,
  visible: ReadonlySet<string>,
): string[] {
  const isShown = (name: string) => visible.has(name)
  const changes = [
    ...templateChanges(before, after),
    ...entryChanges('parameter', before.spec['parameters'], after.spec['parameters'], isShown),
    ...entryChanges('tag', before.spec['tags'], after.spec['tags'], () => true),
    ...otherChanges(before.spec, after.spec),
  ]
  // A running controller may have read the new commit before we did; then only the digest tells.
  if (changes.length === 0 && isUnapplied(after)) return [`since ${revisionOf(after)} was applied`]
  const hidden = changes.length - shownChanges
  return hidden > 0 ? [...changes.slice(0, shownChanges), `${hidden} more`] : changes
}

function isUnapplied({ inputs, status }: ObjectRecord): boolean {
  return (
    inputs !== undefined &&
    status.lastAppliedDigest !== undefined &&
    status.lastAppliedDigest !== inputs.digest
  )
}

function revisionOf({ status }: ObjectRecord): string {
  return shortRevision(status.lastAppliedRevision ?? 'the last revision')
}

function templateChanges(before: ObjectRecord, after: ObjectRecord): string[] {
  const is = after.inputs?.files['template']
  const was = before.inputs?.files['template']
  if (is === undefined || was === undefined || is.sha256 === was.sha256) return []
  return [`template ${is.path}`]
}

function entryChanges(
  noun: string,
  before: unknown,
  after: unknown,
  isShown: (name: string) => boolean,
): string[] {
  const was = entriesOf(before)
  const is = entriesOf(after)
  const names = [...new Set([...was.keys(), ...is.keys()])].toSorted()
  return names
    .filter((name) => was.get(name) !== is.get(name))
    .map((name) =>
      isShown(name)
        ? `${noun} ${name} ${was.get(name) ?? '(none)'} → ${is.get(name) ?? '(none)'}`
        : `${noun} ${name} (values not shown)`,
    )
}

function entriesOf(value: unknown): Map<string, string> {
  if (typeof value !== 'object' || value === null) return new Map()
  return new Map(
    Object.entries(value).map(([name, one]) => [name, typeof one === 'string' ? one : JSON.stringify(one)]),
  )
}

function otherChanges(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names
    .filter((name) => name !== 'parameters' && name !== 'tags')
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
}
