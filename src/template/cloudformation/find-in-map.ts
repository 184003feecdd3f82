import { type Evaluation, KNOWN_AFTER_APPLY, isUnknown } from './evaluation.ts'
import { functionOf } from './functions.ts'
import { refuse } from './problem.ts'
import { type TemplatePath, isObject, isScalar, member, scalarText } from './value.ts'

/** Fn::FindInMap; its DefaultValue is part of the language extensions. */
export function findInMap(evaluation: Evaluation, argument: unknown, path: TemplatePath): unknown {
  const items: readonly unknown[] = Array.isArray(argument) ? argument : []
  const keys = items.slice(0, 3).map((item, index) => evaluation.evaluate(item, [...path, index]))
  if (keys.some(isUnknown)) return KNOWN_AFTER_APPLY
  const [map, first, second] = keys.map((key) => (isScalar(key) ? scalarText(key) : ''))
  const options = evaluation.languageExtensions && isObject(items[3]) ? items[3] : undefined
  const mapping = evaluation.template.mappings.get(map ?? '')
  const element = mapping === undefined ? undefined : member(mapping, first ?? '')
  const value = isObject(element) ? member(element, second ?? '') : undefined
  if (value !== undefined) return evaluation.evaluate(value, path)
  if (options !== undefined && 'DefaultValue' in options)
    return evaluation.evaluate(options['DefaultValue'], [...path, 3, 'DefaultValue'])
  // What a transform includes into the map is not here to be found.
  if (mapping !== undefined && functionOf(mapping) !== undefined) return KNOWN_AFTER_APPLY
  return refuse(
    mapping === undefined
      ? {
          path,
          message: `Template error: Mapping named '${map}' is not present in the 'Mappings' section of template.`,
          advice: `there is no mapping "${map}"`,
        }
      : {
          path,
          message: `Template error: Unable to get mapping for ${map}::${first}::${second}`,
          advice: `the mapping ${map} has no value for "${first}", "${second}"`,
        },
  )
}
