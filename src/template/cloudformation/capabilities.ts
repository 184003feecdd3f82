import type { Template } from './template.ts'
import type { TemplatePath } from './value.ts'

/** What CloudFormation wants to be told that a caller knows. */
export type Capability = 'CAPABILITY_IAM' | 'CAPABILITY_NAMED_IAM' | 'CAPABILITY_AUTO_EXPAND'

/** One reason for a capability. */
export interface CapabilityNeed {
  capability: Capability
  /** What needs it: a resource, a property of one, or a transform. */
  path: TemplatePath
  /** Of the resource, when one needs it. */
  type?: string
}

/** Every visible reason for a capability. CAPABILITY_NAMED_IAM covers CAPABILITY_IAM too. */
export function capabilityNeeds(template: Template): CapabilityNeed[] {
  void template
  return []
}
