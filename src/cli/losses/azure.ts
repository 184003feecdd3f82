import type { AzureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import type { ObjectRecord } from '../../api/record.ts'
import { parseArmTemplate, planDeployment } from '../../template/arm/index.ts'
import type { ArmTemplate, GivenParameter } from '../../template/arm/index.ts'
import { surroundingsOf } from '../../template/arm/surroundings-of.ts'
import type { BlobStore } from '../../blob/blob.ts'
import type { Loss } from './loss.ts'

/** What ARM removes when a deployment or stack is deleted, in words for a sentence. Pure. */
export function azureFate(spec: AzureDeploymentSpec): string {
  if (spec.mode === 'Incremental') return 'only ARM’s record of the deployment goes, its resources stay'
  const { resources, resourceGroups, managementGroups } = spec.actionOnUnmanage
  const goes = [
    resources === 'delete' ? 'resources' : '',
    resourceGroups === 'delete' ? 'resource groups' : '',
    managementGroups === 'delete' ? 'management groups' : '',
  ].filter((one) => one !== '')
  return goes.length === 0
    ? 'its resources are detached and stay'
    : `its ${goes.join(' and ')} are DELETED with it`
}

/** The resources of a deployment as its template makes them; undefined when the template is not at hand. */
export async function azureLosses(record: ObjectRecord, blobs: BlobStore): Promise<Loss[] | undefined> {
  const spec = record.spec as AzureDeploymentSpec
  const template = await readJson(record, 'template', blobs)
  if (template === undefined) return undefined
  const parameters = (await readJson(record, 'parameters', blobs)) ?? {}
  const plan = planDeployment({
    template,
    parameters: parameters as Record<string, GivenParameter>,
    surroundings: surroundingsOf(record),
  })
  return plan.resources.map(({ type, name }) => ({ id: name, type, ...fateOf(spec, type) }))
}

function fateOf({ mode, actionOnUnmanage }: AzureDeploymentSpec, type: string): Pick<Loss, 'stays'> {
  if (mode === 'Incremental') return { stays: 'not deleted' }
  const isGroup = type.toLowerCase() === 'microsoft.resources/resourcegroups'
  const action = isGroup ? actionOnUnmanage.resourceGroups : actionOnUnmanage.resources
  return action === 'delete' ? {} : { stays: 'detached' }
}

async function readJson(
  record: ObjectRecord,
  role: string,
  blobs: BlobStore,
): Promise<ArmTemplate | undefined> {
  const sha256 = record.inputs?.files[role]?.sha256
  const bytes = sha256 === undefined ? undefined : await blobs.get(sha256)
  return bytes === undefined ? undefined : parseArmTemplate(new TextDecoder().decode(bytes)).template
}
