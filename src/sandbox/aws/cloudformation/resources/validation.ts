import type { ResourceTypeFacts } from '../../../../template/cloudformation/facts.ts'
import type { Stack, StackResource } from '../model.ts'

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
  const lines: string[] = []
  for (const property of facts.properties.values())
    if (property.required && resource.properties[property.name] === undefined)
      lines.push(`#: required key [${property.name}] not found`)
  for (const name of Object.keys(resource.properties))
    if (!facts.properties.has(name)) lines.push(`#: extraneous key [${name}] is not permitted`)
  if (lines.length === 0) return undefined
  return `Properties validation failed for resource ${resource.logicalId} with message:\n${lines.map((line) => `[${line}]`).join('\n')}`
}

/** Whether a stack's template declares a macro of the account. */
export function hasMacros(stack: Stack): boolean {
  return stack.configuration?.template.transforms.some((name) => !name.startsWith('AWS::')) === true
}

/** Types whose properties are open, or older than the schemas that describe them. */
const UNCHECKED = /^(?:AWS::CloudFormation::|AWS::CDK::|Custom::)/
