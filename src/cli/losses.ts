import type { ObjectRecord } from '../api/record.ts'
import { openBlobStore } from '../blob/index.ts'
import { openSecrets } from '../compose/azure-ports.ts'
import type { Settings } from '../compose/settings.ts'
import { parseTemplate, TemplateSyntaxError } from '../template/cloudformation/parse.ts'
import { isObject } from '../template/cloudformation/value.ts'
import type { Io } from './io.ts'

const shownResources = 20

/** What goes with a stack, resource by resource, as its template says; what the template keeps is named too. */
export async function lossesOf(record: ObjectRecord, settings: Settings, io: Io): Promise<string[]> {
  const resources = await resourcesOf(record, settings, io)
  if (resources === undefined) return ['its template is not at hand here, so what is in it cannot be listed']
  const lost = resources.filter(({ policy }) => !isKept(policy))
  const kept = resources.filter(({ policy }) => isKept(policy))
  const line = ({ id, type, policy }: Resource) =>
    `${id}  ${type}${isKept(policy) ? `  stays (${policy})` : ''}`
  const shown = [...lost.map((one) => `- ${line(one)}`), ...kept.map((one) => `  ${line(one)}`)]
  const hidden = shown.length - shownResources
  return hidden > 0 ? [...shown.slice(0, shownResources), `… and ${hidden} more`] : shown
}

interface Resource {
  id: string
  type: string
  /** DeletionPolicy, `Delete` where the template names none. */
  policy: string
}

function isKept(policy: string): boolean {
  return policy.startsWith('Retain') || policy === 'Snapshot'
}

async function resourcesOf(
  record: ObjectRecord,
  settings: Settings,
  io: Io,
): Promise<Resource[] | undefined> {
  const sha256 = record.inputs?.files['template']?.sha256
  if (sha256 === undefined) return undefined
  const blobs = await openBlobStore(settings.blobs, {
    random: io.random,
    env: io.env,
    azure: openSecrets(settings, io).azure,
  })
  const bytes = await blobs.get(sha256)
  if (bytes === undefined) return undefined
  try {
    const { Resources: resources } = parseTemplate(new TextDecoder().decode(bytes)).value
    if (!isObject(resources)) return undefined
    return Object.entries(resources).flatMap(([id, resource]) => {
      if (!isObject(resource)) return []
      const { Type: type, DeletionPolicy: policy } = resource
      return [{ id, type: String(type), policy: typeof policy === 'string' ? policy : 'Delete' }]
    })
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return undefined
    throw error
  }
}
