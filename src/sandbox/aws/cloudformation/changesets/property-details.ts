import { isDeepStrictEqual } from 'node:util'
import { functionOf } from '../../../../template/cloudformation/functions.ts'
import { referencesIn } from '../../../../template/cloudformation/references.ts'
import { isObject } from '../input.ts'
import type { JsonObject, StackResource } from '../model.ts'
import { differencesOf } from '../resources/replacement.ts'
import { type Surrounding, causesOf } from './causes.ts'
import { type Detail, detailsOf, propertyTarget } from './details.ts'
import type { DiffRequest } from './diff.ts'

/**
 * How far below the properties AWS still points at a single value: `Tags/0/Value`, `Environment/Variables/A`. A change
 * that lies deeper, as in a policy's statements, is told as one of the whole property.
 */
const DEEPEST = 3

/**
 * The details of a resource's properties. With values there is a target for each place where they differ, without there
 * is one for each property.
 */
export function propertyDetails(
  request: DiffRequest,
  resource: StackResource,
  after: JsonObject,
  surrounding: Surrounding,
): Detail[] {
  const { blueprint, withValues } = request
  const facts = request.facts.typeFacts(resource.type)
  const written = blueprint.pruned(resource.logicalId)
  const declared = blueprint.resources.get(resource.logicalId)?.properties ?? {}
  const formerly = (resource.definition['Properties'] ?? {}) as JsonObject
  const differences = differencesOf(resource.properties, after)
  const details: Detail[] = []
  for (const property of new Set([...Object.keys(after), ...Object.keys(resource.properties)])) {
    const here = differences.filter(({ path }) => path[0] === property)
    if (here.length === 0) {
      // Only without values does AWS list what might change because something it refers to does.
      const possible = withValues
        ? []
        : causesOf(written[property], surrounding).filter((cause) => cause.source !== 'ParameterReference')
      if (possible.length > 0)
        details.push(
          ...detailsOf(propertyTarget(facts, property, undefined), {
            causes: possible,
            worked: false,
            edited: false,
            referring: true,
          }),
        )
      continue
    }
    const strictest = propertyTarget(facts, property, strictestOf(here, facts))
    const deep = here.some(({ path }) => path.length > DEEPEST)
    const whole = { path: [property], before: resource.properties[property], after: after[property] }
    const found = (deep ? [whole] : here).flatMap((spot) => {
      const text = writtenAt(written, spot.path)
      const target = withValues
        ? {
            ...propertyTarget(facts, property, spot),
            ...(deep ? { recreation: strictest.recreation } : {}),
          }
        : strictest
      return detailsOf(target, {
        causes: causesOf(text, surrounding),
        worked: withValues,
        edited: !isDeepStrictEqual(writtenAt(formerly, spot.path), writtenAt(declared, spot.path)),
        referring: refers(text),
      })
    })
    // Without values what happens to one target is said once.
    for (const detail of found)
      if (withValues || !details.some((other) => isDeepStrictEqual(other, detail))) details.push(detail)
  }
  return details
}

/** What the template says at a path, or of the nearest thing above that a function makes. */
function writtenAt(written: unknown, path: readonly (string | number)[]): unknown {
  let value = written
  for (const step of path) {
    if (functionOf(value) !== undefined) return value
    if (Array.isArray(value) && typeof step === 'number') value = value[step]
    else if (isObject(value)) value = value[step]
    else return value
  }
  return value
}

/** Whether a value refers to a parameter or a resource; pseudo parameters are as good as literals. */
function refers(written: unknown): boolean {
  return [...referencesIn(written)].some(({ name }) => !name.startsWith('AWS::'))
}

/** Without values there is one target for a property: that with the most impact. */
function strictestOf(
  here: readonly { path: readonly (string | number)[]; before: unknown; after: unknown }[],
  facts: Parameters<typeof propertyTarget>[0],
): { path: readonly (string | number)[]; before: unknown; after: unknown } | undefined {
  const order = { Always: 2, Conditionally: 1, Never: 0 }
  return here.toSorted(
    (a, b) =>
      order[propertyTarget(facts, String(b.path[0]), b).recreation] -
      order[propertyTarget(facts, String(a.path[0]), a).recreation],
  )[0]
}
