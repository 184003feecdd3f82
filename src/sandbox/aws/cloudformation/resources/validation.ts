import type {
  PropertyFacts,
  PropertyShape,
  ResourceTypeFacts,
} from '../../../../template/cloudformation/facts.ts'
import { isObject } from '../input.ts'
import type { JsonObject, Stack, StackResource } from '../model.ts'

/**
 * What AWS says when properties do not fit the type's schema; it looks only when the resource's turn comes, so this is
 * the reason of a failed resource, not an answer to the call. Undefined when they fit, or when the template has macros,
 * which nobody ran.
 */
export function propertyProblem(
  resource: StackResource,
  facts: ResourceTypeFacts | undefined,
  { macros }: { macros: boolean },
): string | undefined {
  if (facts === undefined || UNCHECKED.test(resource.type) || macros) return undefined
  const lines = objectProblems(facts.properties, resource.properties, '#')
  if (lines.length === 0) return undefined
  return `Properties validation failed for resource ${resource.logicalId} with message:\n${lines.map((line) => `[${line}]`).join('\n')}`
}

/** Whether a stack's template declares a macro of the account. */
export function hasMacros(stack: Stack): boolean {
  return stack.configuration?.template.transforms.some((name) => !name.startsWith('AWS::')) === true
}

/** Types whose properties are open, or older than the schemas that describe them. */
const UNCHECKED = /^(?:AWS::CloudFormation::|AWS::CDK::|AWS::Serverless::|Custom::)/

function objectProblems(
  known: ReadonlyMap<string, PropertyFacts>,
  given: JsonObject,
  path: string,
): string[] {
  const lines: string[] = []
  for (const property of known.values())
    if (property.required && given[property.name] === undefined)
      lines.push(`${path}: required key [${property.name}] not found`)
  for (const [name, value] of Object.entries(given)) {
    const property = known.get(name)
    if (property === undefined) lines.push(`${path}: extraneous key [${name}] is not permitted`)
    else lines.push(...valueProblems(property.shape, value, `${path}/${name}`))
  }
  return lines
}

/** Scalars are text here, and CloudFormation turns them into what the schema wants: only structures can clash. */
function valueProblems(shape: PropertyShape, value: unknown, path: string): string[] {
  if (typeof value === 'string' && value.includes('{{resolve:')) return []
  switch (shape.kind) {
    case 'list':
      if (!Array.isArray(value)) return typeof value === 'object' ? [mismatch(path, 'JSONArray', value)] : []
      return value.flatMap((item: unknown, index) => valueProblems(shape.of, item, `${path}/${index}`))
    case 'object':
      if (!isObject(value)) return [mismatch(path, 'JSONObject', value)]
      return objectProblems(shape.properties, value, path)
    case 'string':
      if (isObject(value) || Array.isArray(value)) return [mismatch(path, 'String', value)]
      if (shape.allowedValues === undefined || shape.allowedValues.includes(String(value))) return []
      return [`${path}: ${String(value)} is not a valid enum value`]
    case 'number':
    case 'integer':
      if (typeof value === 'string' && value.trim() !== '' && Number.isNaN(Number(value)))
        return [mismatch(path, shape.kind === 'integer' ? 'Integer' : 'Number', value)]
      return []
    case 'boolean':
      if (typeof value === 'string' && !/^(?:true|false)$/i.test(value))
        return [mismatch(path, 'Boolean', value)]
      return []
    default:
      return []
  }
}

function mismatch(path: string, wanted: string, value: unknown): string {
  const found = Array.isArray(value) ? 'JSONArray' : isObject(value) ? 'JSONObject' : 'String'
  return `${path}: expected type: ${wanted}, found: ${found}`
}
