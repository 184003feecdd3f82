import type { AzureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import type { ObjectRecord } from '../../api/record.ts'
import { openBlobStore } from '../../blob/index.ts'
import { openSecrets } from '../../compose/azure-ports.ts'
import type { Settings } from '../../compose/settings.ts'
import { cloudIdOf } from '../cloud.ts'
import type { Io } from '../io.ts'
import { azureFate, azureLosses } from './azure.ts'
import { stackLosses } from './cloudformation.ts'
import type { Loss } from './loss.ts'

const shownResources = 20

/** What goes in the cloud with an object whose policy is Delete, in one sentence; a person reads it before a yes. Pure. */
export function fateInCloud(record: ObjectRecord): string | undefined {
  const cloudId = cloudIdOf(record)
  if (cloudId === undefined) return undefined
  if (record.kind !== 'AzureDeployment') return cloudId
  return `${cloudId}; ${azureFate(record.spec as AzureDeploymentSpec)}`
}

/** What goes with an object, resource by resource, as its template says; what stays is named too. */
export async function lossesOf(record: ObjectRecord, settings: Settings, io: Io): Promise<string[]> {
  const { azure } = openSecrets(settings, io)
  const blobs = await openBlobStore(settings.blobs, { random: io.random, env: io.env, azure })
  const read = record.kind === 'AzureDeployment' ? azureLosses : stackLosses
  const resources = await read(record, blobs)
  if (resources === undefined) return ['its template is not at hand here, so what is in it cannot be listed']
  const line = ({ id, type, stays }: Loss) =>
    `${id}  ${type}${stays === undefined ? '' : `  stays (${stays})`}`
  const lost = resources.filter(({ stays }) => stays === undefined)
  const kept = resources.filter(({ stays }) => stays !== undefined)
  const shown = [...lost.map((one) => `- ${line(one)}`), ...kept.map((one) => `  ${line(one)}`)]
  const hidden = shown.length - shownResources
  return hidden > 0 ? [...shown.slice(0, shownResources), `… and ${hidden} more`] : shown
}
