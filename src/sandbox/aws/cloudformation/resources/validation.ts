import type { ResourceTypeFacts } from '../../../../template/cloudformation/facts.ts'
import type { StackResource } from '../model.ts'

/**
 * What AWS says when properties do not fit the type's schema; it looks only when the resource's turn comes, so this is
 * the reason of a failed resource, not an answer to the call. Undefined when they fit.
 */
export function propertyProblem(
  resource: StackResource,
  facts: ResourceTypeFacts | undefined,
): string | undefined {
  if (facts === undefined || UNCHECKED.test(resource.type)) return undefined
  const lines: string[] = []
  for (const property of facts.properties.values())
    if (property.required && resource.properties[property.name] === undefined)
      lines.push(`#: required key [${property.name}] not found`)
  for (const name of Object.keys(resource.properties))
    if (!facts.properties.has(name)) lines.push(`#: extraneous key [${name}] is not permitted`)
  if (lines.length === 0) return undefined
  return `Properties validation failed for resource ${resource.logicalId} with message:\n${lines.map((line) => `[${line}]`).join('\n')}`
}

/** Types whose properties are open, or older than the schemas that describe them. */
const UNCHECKED = /^(?:AWS::CloudFormation::|AWS::CDK::|Custom::)/
