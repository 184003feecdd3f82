import { referencesIn } from '../../../../template/cloudformation/references.ts'
import type { ResourceFacts } from '../../../../template/cloudformation/facts.ts'
import type { Template } from '../../../../template/cloudformation/template.ts'
import { validationError } from '../errors.ts'

/** Refuses a Fn::GetAtt of something that the resource's type does not have, as far as AWS's schemas know the type. */
export function checkAttributes(template: Template, facts: ResourceFacts): void {
  const written = [
    ...[...template.resources.values()].map(({ properties }) => properties),
    ...[...template.outputs.values()].map(({ value }) => value),
  ]
  for (const { kind, name, attribute } of referencesIn(written)) {
    const type = template.resources.get(name)?.type
    if (kind !== 'getAtt' || attribute === undefined || type === undefined || OPEN.test(type)) continue
    if (type === 'AWS::CloudFormation::Stack' && attribute.startsWith('Outputs.')) continue
    const known = facts.typeFacts(type)
    if (known === undefined || known.attributes.has(attribute) || known.properties.has(attribute)) continue
    const [first = ''] = attribute.split('.')
    if (known.attributes.has(first) || known.properties.has(first)) continue
    throw validationError(
      `Template error: resource ${name} does not support attribute type ${attribute} in Fn::GetAtt`,
    )
  }
}

/** Types with attributes that no schema lists. */
const OPEN = /^(?:AWS::CloudFormation::(?:CustomResource|Macro)|Custom::|AWS::Serverless::)/

/** Refuses types that claim to be AWS's and are not; with a macro in the template nobody knows what they become. */
export function checkTypes(template: Template, facts: ResourceFacts): void {
  if (template.transforms.some((name) => !name.startsWith('AWS::'))) return
  const unknown = [...template.resources.values()]
    .map(({ type }) => type)
    .filter(
      (type, index, all) =>
        claimsToBeKnown(type) &&
        type !== 'AWS::CDK::Metadata' &&
        facts.typeFacts(type) === undefined &&
        all.indexOf(type) === index,
    )
  if (unknown.length > 0)
    throw validationError(`Template format error: Unrecognized resource types: [${unknown.join(', ')}]`)
}

/** AWS's own types, and what is no type's name at all: those of others have three parts, custom ones begin so. */
function claimsToBeKnown(type: string): boolean {
  return type.startsWith('AWS::') || !(type.startsWith('Custom::') || type.split('::').length >= 3)
}
