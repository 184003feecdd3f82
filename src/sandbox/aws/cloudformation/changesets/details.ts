import { KNOWN_AFTER_APPLY } from '../../../../template/cloudformation/evaluate.ts'
import type { ResourceTypeFacts } from '../../../../template/cloudformation/facts.ts'
import type { JsonObject } from '../model.ts'
import { type Difference, causesReplacement } from '../resources/replacement.ts'
import type { Cause } from './causes.ts'
import { valueText } from './context.ts'

/** A detail of a change, in AWS's members, with the values that only some answers show. */
export interface Detail {
  target: {
    attribute: string
    /** Of a property. */
    name?: string
    recreation: 'Always' | 'Conditionally' | 'Never'
    path?: string
    before?: string
    after?: string
  }
  evaluation: 'Static' | 'Dynamic'
  source: string
  entity?: string
}

/** Where and between what a detail's value changes; left out for what may change but is not known to. */
export type Spot = Pick<Difference, 'path' | 'before' | 'after'>

/** The target of a change of a property, or of one value in it. */
export function propertyTarget(
  facts: ResourceTypeFacts | undefined,
  property: string,
  spot: Spot | undefined,
): Detail['target'] {
  const path = spot?.path ?? [property]
  const isTags = facts?.tags?.property === property
  return {
    attribute: isTags ? 'Tags' : 'Properties',
    ...(isTags ? {} : { name: property }),
    recreation: recreationOf(facts, path),
    path: `/Properties/${path.join('/')}`,
    ...valuesOf(spot),
  }
}

/** The target of a change of another member of the resource's entry. */
export function memberTarget(member: string, spot: Spot): Detail['target'] {
  return {
    attribute: member,
    recreation: 'Never',
    path: `/${[member, ...spot.path].join('/')}`,
    ...valuesOf(spot),
  }
}

function valuesOf(spot: Spot | undefined): { before?: string; after?: string } {
  const before = valueText(spot?.before)
  const after = valueText(spot?.after)
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }
}

function recreationOf(
  facts: ResourceTypeFacts | undefined,
  path: readonly (string | number)[],
): Detail['target']['recreation'] {
  const word = causesReplacement(facts, path)
  if (word === 'yes') return 'Always'
  return word === 'maybe' ? 'Conditionally' : 'Never'
}

/** What is known of one target's change. */
export interface TargetChange {
  causes: readonly Cause[]
  /** The value itself was worked out and differs. */
  worked: boolean
  /** The template's text of it was edited. */
  edited: boolean
  /** Its text refers to parameters or resources, so that its value is not the template's alone. */
  referring: boolean
}

/**
 * The details of one target: one per cause, and one for the value itself where it is known to differ. That one is
 * Static when the template alone says the value, Dynamic when it comes through a reference. A value that only follows
 * from a resource is known to differ when values are asked for, or when the template was edited.
 */
export function detailsOf(target: Detail['target'], change: TargetChange): Detail[] {
  const { causes } = change
  const details: Detail[] = causes.map((cause) => ({
    target,
    evaluation: cause.evaluation,
    source: cause.source,
    entity: cause.entity,
  }))
  const byParameter = causes.some((cause) => cause.source === 'ParameterReference')
  if (causes.length === 0 || change.worked || change.edited || byParameter)
    details.push({
      target,
      evaluation:
        causes.length > 0 || (change.edited && change.referring) || target.after === KNOWN_AFTER_APPLY
          ? 'Dynamic'
          : 'Static',
      source: 'DirectModification',
    })
  return details
}

/** Whether the resource is replaced, by the detail with the most impact. */
export function replacementOfDetails(details: readonly Detail[]): 'True' | 'False' | 'Conditional' {
  const impact = details.map(({ target, evaluation }) => {
    if (target.recreation === 'Never') return 0
    return target.recreation === 'Always' && evaluation === 'Static' ? 2 : 1
  })
  return (['False', 'Conditional', 'True'] as const)[Math.max(0, ...impact)] ?? 'False'
}

/** A detail as DescribeChangeSet answers it. */
export function describeDetail(detail: Detail, withValues: boolean): JsonObject {
  const { target } = detail
  return {
    Target: {
      Attribute: target.attribute,
      Name: target.name,
      RequiresRecreation: target.recreation,
      ...(withValues
        ? {
            Path: target.path,
            BeforeValue: target.before,
            AfterValue: target.after,
            AttributeChangeType: changeTypeOf(target),
          }
        : {}),
    },
    Evaluation: detail.evaluation,
    ChangeSource: detail.source,
    CausingEntity: detail.entity,
  }
}

/** Undefined where no values are told: a nested stack that may have changed, tags of the whole stack. */
function changeTypeOf({ before, after }: Detail['target']): string | undefined {
  if (before === undefined) return after === undefined ? undefined : 'Add'
  return after === undefined ? 'Remove' : 'Modify'
}
