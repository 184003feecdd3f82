import { parseKey } from '../../api/reference.ts'
import { shortRevision } from '../../api/revision.ts'
import type { PlannedChange, PlannedProperty } from '../../target/cloudformation/plan.ts'
import { printable } from '../io.ts'
import type { Paint } from '../paint.ts'
import type { Planned } from './plan.ts'

/** How long a value may be on a line. */
const maxValueLength = 60

/** One stack's part of a diff. Pure. */
export function drawPlanned(planned: Planned, options: { label: string; paint: Paint }): string[] {
  const { paint } = options
  const { before, inputs, key } = planned.candidate
  const from =
    before === undefined ? 'new' : shortRevision(before.status.lastAppliedRevision ?? 'not applied yet')
  const head = paint.strong(`${shortName(key)}  ${from} → ${shortRevision(options.label)}`)
  if (planned.type === 'leaves') {
    const words = planned.isDeleted
      ? paint.bad('DELETED: its document is gone, deletionPolicy is Delete')
      : 'forgotten: its document is gone; its cloud resources stay (deletionPolicy Retain)'
    return [head, `  - ${words}`]
  }
  const inputLine = inputs.length === 0 ? [] : [paint.dim(`  ${printable(inputs.join(', '))}`)]
  if (planned.type === 'unknown') {
    const what = planned.isWaiting ? 'only known once what it depends on is there' : 'could not be planned'
    return [head, ...inputLine, `  ? ${what}: ${printable(planned.why)}`]
  }
  const { changes, notes } = planned.plan
  const width = Math.max(0, ...changes.map(({ resource }) => resource.length))
  const typeWidth = Math.max(0, ...changes.map(({ resourceType }) => resourceType.length))
  return [
    head,
    ...inputLine,
    ...(changes.length === 0 ? ['  no resource changes'] : []),
    ...changes.flatMap((change) => drawChange(change, { width, typeWidth, paint })),
    ...notes.map((note) => paint.dim(`  note: ${printable(note)}`)),
  ]
}

function drawChange(
  change: PlannedChange,
  { width, typeWidth, paint }: { width: number; typeWidth: number; paint: Paint },
): string[] {
  const { sign, words, isGrave } = describeChange(change)
  const color = isGrave ? paint.bad : sign === '+' ? paint.good : (text: string) => text
  const line = `  ${sign} ${printable(change.resource).padEnd(width)}  ${printable(change.resourceType).padEnd(typeWidth)}  ${words}`
  const nameWidth = Math.max(0, ...change.properties.map(({ path }) => path.length))
  return [color(line.trimEnd()), ...change.properties.map((property) => drawProperty(property, nameWidth))]
}

function describeChange(change: PlannedChange): { sign: string; words: string; isGrave: boolean } {
  const { action, oldResource, losesData, mayReplace } = change
  const lost = losesData === true ? ': its data would be lost' : ''
  const policy =
    oldResource === 'retained' ? 'the old one stays' : oldResource === 'snapshot' ? 'after a snapshot' : ''
  switch (action) {
    case 'add':
      return { sign: '+', words: '', isGrave: false }
    case 'import':
      return { sign: '+', words: 'imported', isGrave: false }
    case 'sync':
      return { sign: '~', words: 'put back as declared', isGrave: false }
    case 'remove': {
      const words =
        oldResource === 'retained'
          ? 'leaves the stack, stays in the cloud'
          : `deleted${policy === '' ? '' : ` ${policy}`}${lost}`
      return { sign: '-', words, isGrave: losesData === true }
    }
    case 'replace':
      return { sign: '!', words: `REPLACED${policy === '' ? '' : `, ${policy}`}${lost}`, isGrave: true }
    case 'modify':
      return mayReplace === true
        ? { sign: '!', words: `may be REPLACED${lost}`, isGrave: true }
        : { sign: '~', words: 'in place', isGrave: false }
  }
}

function drawProperty({ path, before, after, recreation }: PlannedProperty, width: number): string {
  const values = before === undefined && after === undefined ? '' : `${value(before)} → ${value(after)}`
  const why = { always: '(requires recreation)', possibly: '(may require recreation)', never: '' }[recreation]
  return `      ${printable(path).padEnd(width)}  ${[values, why].filter((part) => part !== '').join('   ')}`.trimEnd()
}

function value(text: string | undefined): string {
  if (text === undefined) return '(none)'
  const shown = printable(text)
  return shown.length > maxValueLength ? `${shown.slice(0, maxValueLength)}…` : shown
}

function shortName(key: string): string {
  const { namespace, name } = parseKey(key)
  return `${namespace}/${name}`
}

/** The last line: how much changes, and what a person should look at twice. Pure. */
export function summaryLine(planned: readonly Planned[], unchanged: number): string {
  const changes = planned.flatMap((one) => (one.type === 'planned' ? one.plan.changes : []))
  const count = (test: (change: PlannedChange) => boolean) => changes.filter(test).length
  const replaced = count(({ action }) => action === 'replace')
  const uncertain = count(({ mayReplace }) => mayReplace === true)
  const lost = count(({ losesData }) => losesData === true)
  const deleted = planned.filter((one) => one.type === 'leaves' && one.isDeleted).length
  const parts = [
    planned.length === 1 ? '1 stack changes' : `${planned.length} stacks change`,
    replaced === 0 ? '' : `${plural(replaced, 'resource')} replaced`,
    uncertain === 0 ? '' : `${plural(uncertain, 'resource')} perhaps replaced`,
    lost === 0 ? '' : `data of ${plural(lost, 'resource')} lost`,
    deleted === 0 ? '' : `${plural(deleted, 'stack')} deleted`,
  ]
  return `${parts.filter((part) => part !== '').join(', ')}; ${plural(unchanged, 'stack')} unchanged.`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
