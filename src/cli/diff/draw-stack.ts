import type { PlannedChange, PlannedProperty, StackPlan } from '../../target/cloudformation/plan.ts'
import { printable } from '../io.ts'
import type { Paint } from '../paint.ts'
import { shownValue } from './shown-value.ts'

/** The lines of a stack's plan, one a resource with its properties below. Pure. */
export function drawStackPlan({ changes }: Pick<StackPlan, 'changes'>, paint: Paint): string[] {
  const width = Math.max(0, ...changes.map(({ resource }) => resource.length))
  const typeWidth = Math.max(0, ...changes.map(({ resourceType }) => resourceType.length))
  return changes.flatMap((change) => drawChange(change, { width, typeWidth, paint }))
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
  const values =
    before === undefined && after === undefined ? '' : `${shownValue(before)} → ${shownValue(after)}`
  const why = { always: '(requires recreation)', possibly: '(may require recreation)', never: '' }[recreation]
  return `      ${printable(path).padEnd(width)}  ${[values, why].filter((part) => part !== '').join('   ')}`.trimEnd()
}
