import { canonicalJson } from '../canonical.ts'
import { field, listField, textField } from './arm-error.ts'
import type { DeploymentView } from './observation.ts'
import type { Place } from './place.ts'

/** A deployment or stack as ARM answers it, in the shape that decisions are made from. Pure. */
export function readView(place: Place, body: unknown): DeploymentView {
  const properties = field(body, 'properties')
  const system = field(body, 'systemData')
  const isStack = place.means === 'stack'
  const correlationId = textField(properties, 'correlationId')
  const templateHash = textField(properties, 'templateHash')
  const timestamp = isStack ? textField(system, 'lastModifiedAt') : textField(properties, 'timestamp')
  const createdAt = isStack ? textField(system, 'createdAt') : undefined
  const deploymentId = textField(properties, 'deploymentId')
  const error = field(properties, 'error')
  return {
    id: textField(body, 'id') ?? place.id,
    name: textField(body, 'name') ?? place.name,
    state: textField(properties, 'provisioningState') ?? '',
    tags: textsOf(field(body, 'tags')),
    outputs: outputsOf(field(properties, 'outputs')),
    resources: listField(properties, isStack ? 'resources' : 'outputResources').flatMap((one) => {
      const id = textField(one, 'id')
      return id === undefined ? [] : [id]
    }),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(templateHash === undefined ? {} : { templateHash }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(deploymentId === undefined ? {} : { deploymentId }),
    ...(error === undefined || error === null ? {} : { error }),
  }
}

function textsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/** Outputs as text, objects as JSON. Secure ones are left out, whether ARM gives their values or not. */
function outputsOf(outputs: unknown): Record<string, string> {
  if (typeof outputs !== 'object' || outputs === null) return {}
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, output]): [string, string][] => {
      const value = field(output, 'value')
      const isSecure = /^secure/i.test(textField(output, 'type') ?? '')
      if (isSecure || value === undefined || value === null) return []
      return [[name, typeof value === 'string' ? value : canonicalJson(value)]]
    }),
  )
}
