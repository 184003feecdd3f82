import { parseTemplate } from '../../template/cloudformation/parse.ts'
import { visibleParameters } from '../../template/cloudformation/visible-parameters.ts'
import { cleanText } from '../clean-text.ts'
import { canonicalJson } from '../canonical.ts'
import { withOldResource, type PlannedChange, type PlannedProperty, type StackPlan } from './plan.ts'

/** What the comparison needs of one side: the template as written, and the parameters as texts. */
export interface PlanSide {
  template: string
  parameters: Readonly<Record<string, string>>
}

/**
 * What would happen, from two templates alone: no account, no credentials. What is replaced comes from AWS's own
 * resource schemas; what parameters, transforms and the cloud's own state would change is not known, and noted.
 */
export async function planOffline(before: PlanSide | undefined, after: PlanSide): Promise<StackPlan> {
  const { fullDiff } = await import('@aws-cdk/cloudformation-diff')
  const old = before === undefined ? {} : parseTemplate(before.template).value
  const next = parseTemplate(after.template).value
  const changes: PlannedChange[] = []
  fullDiff(structuredClone(old), structuredClone(next)).resources.forEachDifference(
    (resource, difference) => {
      if (!difference.isDifferent) return
      changes.push(plannedChange(resource, difference))
    },
  )
  return { isNew: before === undefined, changes, notes: notesOn(before, after, next) }
}

/** The part of cloudformation-diff's ResourceDifference that is read. */
interface Difference {
  isAddition: boolean
  isRemoval: boolean
  changeImpact: string
  oldResourceType: string | undefined
  newResourceType: string | undefined
  oldValue: Record<string, unknown> | undefined
  propertyUpdates: Record<string, { oldValue: unknown; newValue: unknown; changeImpact?: string }>
  otherChanges: Record<string, { oldValue: unknown; newValue: unknown }>
}

function plannedChange(resource: string, difference: Difference): PlannedChange {
  const { changeImpact, isAddition, isRemoval, oldValue } = difference
  const isReplaced = changeImpact === 'WILL_REPLACE'
  const change: PlannedChange = {
    resource,
    resourceType: difference.newResourceType ?? difference.oldResourceType ?? 'unknown type',
    action: isAddition ? 'add' : isRemoval ? 'remove' : isReplaced ? 'replace' : 'modify',
    properties: isAddition || isRemoval ? [] : plannedProperties(difference),
  }
  if (isAddition) return change
  if (changeImpact === 'MAY_REPLACE') change.mayReplace = true
  const policy = isRemoval ? oldValue?.['DeletionPolicy'] : oldValue?.['UpdateReplacePolicy']
  const isTouched = isRemoval || isReplaced || change.mayReplace === true
  return isTouched ? withOldResource(change, fateOf(policy)) : change
}

function fateOf(policy: unknown): NonNullable<PlannedChange['oldResource']> {
  if (policy === 'Retain' || policy === 'RetainExceptOnCreate') return 'retained'
  return policy === 'Snapshot' ? 'snapshot' : 'deleted'
}

function plannedProperties({ propertyUpdates, otherChanges }: Difference): PlannedProperty[] {
  const impacts: Record<string, PlannedProperty['recreation']> = {
    WILL_REPLACE: 'always',
    MAY_REPLACE: 'possibly',
  }
  const properties = Object.entries(propertyUpdates).map(([path, update]) => ({
    path,
    ...valuesOf(update),
    recreation: impacts[update.changeImpact ?? ''] ?? 'never',
  }))
  const others = Object.entries(otherChanges).map(([path, update]) => ({
    path,
    ...valuesOf(update),
    recreation: 'never' as const,
  }))
  return [...properties, ...others]
}

function valuesOf({ oldValue, newValue }: { oldValue: unknown; newValue: unknown }) {
  return {
    ...(oldValue === undefined ? {} : { before: valueText(oldValue) }),
    ...(newValue === undefined ? {} : { after: valueText(newValue) }),
  }
}

function valueText(value: unknown): string {
  return cleanText(typeof value === 'string' ? value : canonicalJson(value))
}

function notesOn(before: PlanSide | undefined, after: PlanSide, next: Record<string, unknown>): string[] {
  const notes: string[] = []
  const old = before?.parameters ?? {}
  const visible = visibleParameters(next)
  const names = [...new Set([...Object.keys(old), ...Object.keys(after.parameters)])].toSorted()
  for (const name of before === undefined ? [] : names) {
    const [was, is] = [old[name], after.parameters[name]]
    if (was === is) continue
    const values = visible.has(name) ? `${was ?? '(default)'} → ${is ?? '(default)'}` : '(values not shown)'
    notes.push(`parameter ${name} ${values}: what that changes is only known online`)
  }
  if (next['Transform'] !== undefined)
    notes.push('the template has a transform: what it makes of it is only known online')
  return notes
}
