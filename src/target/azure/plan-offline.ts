import { stalled } from '../../api/errors.ts'
import type { AzureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import type { ObjectRecord } from '../../api/record.ts'
import {
  parseArmTemplate,
  planDeployment,
  type GivenParameter,
  type Plan,
  type PlannedResource,
} from '../../template/arm/index.ts'
import { surroundingsOf } from '../../template/arm/surroundings-of.ts'
import { jsonDelta } from './json-delta.ts'
import { planOfWhatIf, type AzurePlan } from './plan.ts'
import { describeId } from './place.ts'
import type { ChangeKind, WhatIfChange } from './what-if.ts'

/** What one side of a comparison deploys: the packaged texts, compiled already. */
export interface OfflineSide {
  record: Pick<ObjectRecord, 'namespace' | 'name' | 'spec'>
  template: string
  parameters: string
}

/**
 * What differs between two deployments, by their templates alone: no cloud is asked, so what somebody changed by hand does
 * not show, and values that only the cloud knows are told as their expressions. Without `before` everything is new. Throws
 * `stalled` when the template is none.
 */
export function planOffline(before: OfflineSide | undefined, after: OfflineSide): AzurePlan {
  const next = expand(after)
  const error = next.problems.find(({ severity }) => severity === 'error')
  if (error !== undefined) {
    const where = error.line === undefined ? '' : `:${error.line}:${error.column ?? 1}`
    throw stalled(error.code, `the ${error.document}${where}: ${error.message}`)
  }
  const past = before === undefined ? undefined : expand(before)
  const was = new Map((past?.resources ?? []).map((resource) => [resource.id.toLowerCase(), resource]))
  const is = new Map(next.resources.map((resource) => [resource.id.toLowerCase(), resource]))
  const changes = [
    ...[...is].map(([key, resource]) => changeOf(was.get(key), resource)),
    ...[...was].filter(([key]) => !is.has(key)).map(([, resource]) => leaving(after, resource)),
  ]
  const note =
    before === undefined
      ? 'nothing was deployed by this object yet, as far as is known here'
      : 'compared with the template that was deployed last, not with the cloud'
  return planOfWhatIf(
    { changes, denySettings: denySettings(before, after), notes: [] },
    { isNew: before === undefined, notes: [note] },
  )
}

function expand({ record, template, parameters }: OfflineSide): Plan {
  const parsed = parseArmTemplate(template)
  if (parsed.template === undefined) return { problems: parsed.problems, resources: [], outputs: {} }
  return planDeployment({
    template: parsed.template,
    parameters: JSON.parse(parameters) as Record<string, GivenParameter>,
    locate: parsed.locate,
    surroundings: surroundingsOf(record),
  })
}

function changeOf(before: PlannedResource | undefined, after: PlannedResource): WhatIfChange {
  if (before === undefined) return described(after, 'create')
  const delta = jsonDelta(
    { ...before.body, apiVersion: before.apiVersion },
    { ...after.body, apiVersion: after.apiVersion },
  )
  return { ...described(after, delta.length === 0 ? 'noChange' : 'modify'), delta }
}

/** What left the template: a stack says what becomes of it, a plain deployment leaves it alone. */
function leaving({ record }: OfflineSide, resource: PlannedResource): WhatIfChange {
  const { mode, actionOnUnmanage } = record.spec as AzureDeploymentSpec
  if (mode !== 'Stack')
    return { ...described(resource, 'ignore'), reason: 'left the template; it stays as it is' }
  const isGroup = resource.type.toLowerCase() === 'microsoft.resources/resourcegroups'
  const fate = isGroup ? actionOnUnmanage.resourceGroups : actionOnUnmanage.resources
  return described(resource, fate)
}

function described({ id, type }: PlannedResource, kind: ChangeKind): WhatIfChange {
  return { id, type, name: describeId(id).name, kind, isPotential: false, delta: [] }
}

function denySettings(before: OfflineSide | undefined, after: OfflineSide) {
  const of = (side: OfflineSide | undefined) =>
    (side?.record.spec as AzureDeploymentSpec | undefined)?.denySettings
  return before === undefined ? [] : jsonDelta(of(before) ?? {}, of(after) ?? {})
}
