import { field, firstLeaf, hasCode, leafErrors, listField, textField, type ArmLeaf } from './arm-error.ts'
import type { ArmClient } from './client.ts'
import { isNotFound, isPassing, isScopeNotFound } from './errors.ts'
import type { DeploymentView, FailureCause } from './observation.ts'
import { apiVersions, describeId, type Place } from './place.ts'

/** Pages of operations are read to the end, but for a service that never ends. */
const maxPages = 20
/** How deep nested deployments are followed. */
const maxDepth = 6
const deploymentType = 'microsoft.resources/deployments'
/** What is cancelled or skipped because something else failed is a consequence, never a cause. */
const consequences = /^(canceled|cancelled|deploymentcanceled|dependencyfailed|operationcanceled)$/i

/** One failed operation of a deployment. */
interface FailedOperation {
  id: string
  type: string
  name: string
  at: string
  statusMessage: unknown
}

/** The operations of a deployment, all pages. */
export async function readOperations(client: ArmClient, deploymentId: string): Promise<unknown[]> {
  const all: unknown[] = []
  let path: string | undefined = `${deploymentId}/operations`
  for (let page = 0; page < maxPages && path !== undefined; page++) {
    const { body } = await client.send({
      method: 'GET',
      path,
      apiVersion: apiVersions.deployments,
      what: `operations of ${describeId(deploymentId).name}`,
    })
    all.push(...listField(body, 'value'))
    path = textField(body, 'nextLink')
  }
  return all
}

/**
 * What brought a deployment or stack down: the earliest resource that failed, looked for through nested deployments at
 * whatever scope they are; what the deployment itself says only where no resource is to blame.
 */
export async function findCause(
  client: ArmClient,
  place: Place,
  view: DeploymentView,
): Promise<FailureCause | undefined> {
  const deploymentId = place.means === 'stack' ? view.deploymentId : view.id
  const failed = deploymentId === undefined ? [] : await failedBelow(client, deploymentId, 0)
  const [first] = failed.toSorted((a, b) => (a.at < b.at ? -1 : 1))
  if (first !== undefined) {
    const leaf = firstLeaf(first.statusMessage)
    return { ...causeOf(first.name, first.type, leaf), others: failed.length - 1 }
  }
  if (view.error === undefined) return undefined
  const leaves = leafErrors(view.error)
  const leaf = firstLeaf(view.error)
  const target = leaf.target?.startsWith('/') === true ? describeId(leaf.target) : undefined
  const others = leaves.length - 1
  if (target !== undefined) return { ...causeOf(target.name, target.type, leaf), others }
  if (hasCode(view.error, 'DeploymentOutputEvaluationFailed'))
    return { ...causeOf('outputs', 'of the template', leaf), others }
  const { name, type } = describeId(view.id)
  return { ...causeOf(name, type, leaf), others, isVague: true }
}

function causeOf(
  resource: string,
  resourceType: string,
  { code, message }: ArmLeaf,
): Omit<FailureCause, 'others'> {
  return { resource, resourceType, code, message, isPassing: isPassing(code) }
}

async function failedBelow(
  client: ArmClient,
  deploymentId: string,
  depth: number,
): Promise<FailedOperation[]> {
  const found: FailedOperation[] = []
  for (const operation of failedOperations(await operationsOrNone(client, deploymentId))) {
    const isNested = operation.type.toLowerCase() === deploymentType && operation.id !== ''
    const below = isNested && depth < maxDepth ? await failedBelow(client, operation.id, depth + 1) : []
    found.push(...(below.length > 0 ? below : [operation]))
  }
  return found
}

/** A nested deployment may be in a scope that is not there, or one that we may not see: its own error tells then. */
async function operationsOrNone(client: ArmClient, deploymentId: string): Promise<unknown[]> {
  try {
    return await readOperations(client, deploymentId)
  } catch (error) {
    if (isNotFound(error) || isScopeNotFound(error)) return []
    throw error
  }
}

/** The failed operations that are causes. Pure. */
export function failedOperations(operations: readonly unknown[]): FailedOperation[] {
  return operations.flatMap((operation): FailedOperation[] => {
    const properties = field(operation, 'properties')
    if (textField(properties, 'provisioningState')?.toLowerCase() !== 'failed') return []
    const target = field(properties, 'targetResource')
    const statusMessage = field(properties, 'statusMessage') ?? {}
    if (consequences.test(firstLeaf(statusMessage).code)) return []
    const id = textField(target, 'id') ?? ''
    const described = describeId(id)
    const isOutput = /output/i.test(textField(properties, 'provisioningOperation') ?? '')
    return [
      {
        id,
        type:
          textField(target, 'resourceType') ??
          (id === '' ? (isOutput ? 'outputs' : 'deployment') : described.type),
        name:
          textField(target, 'resourceName') ??
          (id === '' ? (isOutput ? 'outputs' : 'template') : described.name),
        at: textField(properties, 'timestamp') ?? '',
        statusMessage,
      },
    ]
  })
}
