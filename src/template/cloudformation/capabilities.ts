import { isObject } from './value.ts'
import type { Template } from './template.ts'
import type { TemplatePath } from './value.ts'

/** What CloudFormation wants to be told that a caller knows. */
export type Capability = 'CAPABILITY_IAM' | 'CAPABILITY_NAMED_IAM' | 'CAPABILITY_AUTO_EXPAND'

/** One reason for a capability. */
export interface CapabilityNeed {
  capability: Capability
  /** What needs it: a resource, a property of one, or a transform. */
  path: TemplatePath
  /** Of the resource, when one needs it; of the transform otherwise. */
  type: string
}

/** The IAM types that CloudFormation asks about, with the property that gives each a name of the user's choice. */
const IAM_TYPES: ReadonlyMap<string, string | undefined> = new Map([
  ['AWS::IAM::AccessKey', undefined],
  ['AWS::IAM::Group', 'GroupName'],
  ['AWS::IAM::GroupPolicy', undefined],
  ['AWS::IAM::InstanceProfile', 'InstanceProfileName'],
  ['AWS::IAM::ManagedPolicy', 'ManagedPolicyName'],
  ['AWS::IAM::Policy', undefined],
  ['AWS::IAM::Role', 'RoleName'],
  ['AWS::IAM::RolePolicy', undefined],
  ['AWS::IAM::User', 'UserName'],
  ['AWS::IAM::UserPolicy', undefined],
  ['AWS::IAM::UserToGroupAddition', undefined],
])

/** Every visible reason for a capability. CAPABILITY_NAMED_IAM covers CAPABILITY_IAM too. */
export function capabilityNeeds(template: Template): CapabilityNeed[] {
  const needs: CapabilityNeed[] = template.transforms.map((type) => ({
    capability: 'CAPABILITY_AUTO_EXPAND',
    path: ['Transform'],
    type,
  }))
  for (const [logicalId, { type, properties, definition }] of template.resources) {
    const path = ['Resources', logicalId]
    const include = findTransform(definition, path)
    if (include !== undefined) needs.push({ capability: 'CAPABILITY_AUTO_EXPAND', ...include })
    if (!IAM_TYPES.has(type)) continue
    const name = IAM_TYPES.get(type)
    if (name !== undefined && properties[name] !== undefined)
      needs.push({ capability: 'CAPABILITY_NAMED_IAM', path: [...path, 'Properties', name], type })
    else needs.push({ capability: 'CAPABILITY_IAM', path, type })
  }
  return needs
}

/** The types for which the serverless transform makes a role of its own, unless one is named. */
const SERVERLESS_WITH_ROLE = ['AWS::Serverless::Function', 'AWS::Serverless::StateMachine']

/**
 * What the serverless transform will make a capability necessary for: it cannot be seen in the template as written, and
 * where `Globals` may name a role nothing is said.
 */
export function impliedNeeds(template: Template): CapabilityNeed[] {
  const isServerless = template.transforms.includes('AWS::Serverless-2016-10-31')
  if (!isServerless || template.source['Globals'] !== undefined) return []
  return [...template.resources]
    .filter(
      ([, { type, properties }]) => SERVERLESS_WITH_ROLE.includes(type) && properties['Role'] === undefined,
    )
    .map(([logicalId, { type }]) => ({ capability: 'CAPABILITY_IAM', path: ['Resources', logicalId], type }))
}

/** The needs that what a caller acknowledges does not cover. */
export function uncoveredNeeds(
  needs: readonly CapabilityNeed[],
  acknowledged: readonly string[],
): CapabilityNeed[] {
  return needs.filter(
    ({ capability }) =>
      !acknowledged.includes(capability) &&
      !(capability === 'CAPABILITY_IAM' && acknowledged.includes('CAPABILITY_NAMED_IAM')),
  )
}

/** The first Fn::Transform below a value. */
function findTransform(value: unknown, path: TemplatePath): { path: TemplatePath; type: string } | undefined {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = findTransform(item, [...path, index])
      if (found !== undefined) return found
    }
    return undefined
  }
  if (!isObject(value)) return undefined
  const transform = value['Fn::Transform']
  if (transform !== undefined) {
    const name =
      isObject(transform) && typeof transform['Name'] === 'string' ? transform['Name'] : 'Fn::Transform'
    return { path: [...path, 'Fn::Transform'], type: name }
  }
  for (const [key, child] of Object.entries(value)) {
    const found = findTransform(child, [...path, key])
    if (found !== undefined) return found
  }
  return undefined
}
