import type { CloudFormationStackSpec } from '../../api/kinds/cloud-formation-stack.ts'
import { parameterTexts } from '../../api/parameters.ts'
import type { PackagedInputs } from '../../api/record.ts'
import { canonicalJson, sha256 } from '../canonical.ts'

/** Hash over what a change set carries: the same content needs no change set. */
export function contentDigest(spec: CloudFormationStackSpec, files: PackagedInputs['files']): string {
  return sha256(
    canonicalJson({
      template: files['template']?.sha256,
      parameters: parameterTexts(spec.parameters),
      tags: parameterTexts(spec.tags),
      capabilities: spec.capabilities.toSorted(),
      notificationArns: spec.notificationArns.toSorted(),
      roleArn: spec.roleArn,
      rollbackTriggers: spec.rollbackTriggers,
      importExistingResources: spec.importExistingResources,
    }),
  )
}

/**
 * Hash over everything that, changed, must reach the cloud: what a change set carries, where it goes and by whose
 * rights, and what is kept beside it (stack policy, termination protection). When to look, what to wait for and what
 * to do about failures is not in it.
 */
export function inputsDigest(spec: CloudFormationStackSpec, files: PackagedInputs['files']): string {
  return sha256(
    canonicalJson({
      content: contentDigest(spec, files),
      stackName: spec.stackName,
      region: spec.region,
      deployAs: spec.deployAs,
      stackPolicy: spec.stackPolicy,
      terminationProtection: spec.terminationProtection,
    }),
  )
}

/** Hash over a stack policy, declared or in force; empty for none. Unreadable text counts as a policy of its own. */
export function policyDigest(policy: Record<string, unknown> | string | undefined): string {
  if (policy === undefined || policy === '') return ''
  if (typeof policy !== 'string') return sha256(canonicalJson(policy))
  try {
    return sha256(canonicalJson(JSON.parse(policy)))
  } catch (error) {
    if (error instanceof SyntaxError) return sha256(policy)
    throw error
  }
}
