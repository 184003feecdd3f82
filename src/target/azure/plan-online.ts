import type { Clock } from '../../api/clock.ts'
import { stalled, transient } from '../../api/errors.ts'
import type { AzureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import type { ObjectRecord, Operation } from '../../api/record.ts'
import { sha256 } from '../canonical.ts'
import type { ArmClient } from './client.ts'
import { ownerMark } from '../operation.ts'
import { describePlace, ownerTag, tagOf } from './context.ts'
import type { DeploymentView, Look } from './observation.ts'
import { readPlace } from './observe.ts'
import { apiVersions, placeOf, type Place } from './place.ts'
import { planOfWhatIf, type AzurePlan } from './plan.ts'
import { readWhatIfLook } from './read-look.ts'
import { callName, readBodies, whatIfRequest, whatIfResultId, type BodyPorts } from './requests.ts'
import type { WhatIfResult } from './what-if.ts'
import { signs } from './words.ts'

/** What a plan needs besides ARM. */
export interface PlanPorts extends BodyPorts {
  clock: Clock
  controllerId: string
}

/** ARM itself gives up after five minutes. */
const planTimeoutMs = 6 * 60_000
const firstPollMs = 1_000
const lastPollMs = 15_000

/**
 * What ARM would do for an object's inputs, by a what-if: nothing is deployed. Throws `stalled` when ARM would not take
 * the inputs.
 */
export async function planOnline(
  client: ArmClient,
  ports: PlanPorts,
  record: ObjectRecord,
): Promise<AzurePlan> {
  const place = placeOf(record)
  const { view, missingScope } = await readPlace(client, place)
  if (missingScope !== undefined) return planOfMissingScope(record, place, missingScope)
  const id = `headwater-plan-${sha256(`${ownerMark(ports, record)} ${ports.clock.now()}`).slice(0, 12)}`
  const asked = operationOf(id, ports.clock.now())
  const { location } = await client.send(
    whatIfRequest({ settings: ports, record, operation: asked, bodies: await readBodies(record, ports) }),
  )
  const isStack = place.means === 'stack'
  const operation = location === undefined || isStack ? asked : withLocation(asked, location)
  try {
    const result = await untilDone(client, ports.clock, place, operation)
    return planOfWhatIf(result, { isNew: view === undefined, notes: notesOn(ports, record, view) })
  } finally {
    // A stack's what-if is a resource of its own: what was only asked leaves nothing behind.
    if (isStack)
      await client.send({
        method: 'DELETE',
        path: whatIfResultId(place),
        apiVersion: apiVersions.stacks,
        what: `${callName(place)}/whatIf`,
      })
  }
}

function operationOf(id: string, now: number): Operation {
  const times = { startedAt: now, deadline: now + planTimeoutMs }
  const data = { intentAt: String(now) }
  return {
    type: 'drift',
    id,
    token: id,
    digest: '',
    revision: '',
    attempt: 1,
    phase: 'what-if',
    ...times,
    data,
  }
}

function withLocation(operation: Operation, location: string): Operation {
  return { ...operation, data: { ...operation.data, location } }
}

async function untilDone(
  client: ArmClient,
  clock: Clock,
  place: Place,
  begun: Operation,
): Promise<WhatIfResult> {
  let operation = begun
  for (let pollMs = firstPollMs; ; pollMs = Math.min(lastPollMs, pollMs * 2)) {
    const look: Look<WhatIfResult> | undefined = await readWhatIfLook(client, place, operation)
    if (look?.status === 'done') return look.result
    if (look?.status === 'failed') throw stalled('WhatIfFailed', `the what-if failed: ${look.message}`)
    if (look === undefined && operation.data['location'] !== undefined)
      throw transient('CloudUnavailable', 'ARM lost the answer to the what-if; try again')
    if (clock.now() >= begun.deadline)
      throw transient('WhatIfSlow', `the what-if of ${describePlace(place)} was not ready after 6 minutes`)
    if (look?.location !== undefined) operation = withLocation(operation, look.location)
    await clock.sleep(look?.retryAfterMs ?? pollMs)
  }
}

/** What is in a group that is yet to be made cannot be asked for. */
function planOfMissingScope(record: ObjectRecord, place: Place, said: string): AzurePlan {
  const { createIfMissing } = (record.spec as AzureDeploymentSpec).scope.resourceGroup ?? {}
  if (createIfMissing !== true || place.group === undefined)
    throw stalled('ScopeNotFound', `${describePlace(place)} cannot be planned: ${said}`)
  const group = {
    kind: 'create',
    sign: signs.create,
    id: place.group.id,
    resource: place.group.name,
    resourceType: 'Microsoft.Resources/resourceGroups',
    isPotential: false,
    properties: [],
  } as const
  const note =
    'what goes into the resource group can only be asked for once it is there; --offline tells what the template holds'
  return { isNew: true, changes: [{ ...group, properties: [] }], notes: [note] }
}

function notesOn(
  settings: Pick<PlanPorts, 'controllerId'>,
  record: ObjectRecord,
  view: DeploymentView | undefined,
): string[] {
  const { adopt } = record.spec as AzureDeploymentSpec
  if (view === undefined || adopt) return []
  const owner = tagOf(view, ownerTag)
  if (owner === ownerMark(settings, record)) return []
  const whose = owner === undefined ? `carries no ${ownerTag} tag` : `belongs to ${owner}`
  return [`${view.name} ${whose}: it is refused unless spec.adopt is set`]
}
