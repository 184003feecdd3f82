import type { AzureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import type { PackagedInputs } from '../../api/record.ts'
import { canonicalJson, sha256 } from '../canonical.ts'

/** Hash over what a deployment's call carries: the same content need not be deployed again. Pure. */
export function contentDigest(spec: AzureDeploymentSpec, files: PackagedInputs['files']): string {
  const { mode, location, tags, actionOnUnmanage, denySettings } = spec
  const forStacks = mode === 'Stack' ? { actionOnUnmanage, denySettings } : {}
  return sha256(
    canonicalJson({
      template: files['template']?.sha256,
      parameters: files['parameters']?.sha256,
      mode,
      location,
      tags,
      ...forStacks,
    }),
  )
}

/**
 * Hash over everything that, changed, must reach the cloud: what is deployed, where, under which name and by whose
 * rights. When to look, what to ask first and what to do about failures is not in it. Pure.
 */
export function inputsDigest(spec: AzureDeploymentSpec, files: PackagedInputs['files']): string {
  const { scope, deploymentName, deployAs } = spec
  const { resourceGroup } = scope
  const where =
    resourceGroup === undefined
      ? scope
      : { resourceGroup: { subscriptionId: resourceGroup.subscriptionId, name: resourceGroup.name } }
  return sha256(canonicalJson({ content: contentDigest(spec, files), where, deploymentName, deployAs }))
}
