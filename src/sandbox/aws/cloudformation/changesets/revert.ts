import { compareDrift, onlySet } from '../drift/compare.ts'
import type { JsonObject, LiveObject, StackResource } from '../model.ts'
import { differencesOf, replacementOf } from '../resources/replacement.ts'
import { contextOf, valueText } from './context.ts'
import { describeDetail, propertyTarget } from './details.ts'
import { type DiffRequest, diff } from './diff.ts'
import type { ResourceChange } from './model.ts'

/** What a drift-aware comparison needs beyond a plain one. */
export interface RevertRequest extends DiffRequest {
  live(resource: StackResource): LiveObject | undefined
  nowMs: number
}

/** The changes of a drift-aware set, and whether the stack as a whole drifted. */
export interface RevertChanges {
  changes: ResourceChange[]
  stackDriftStatus: 'DRIFTED' | 'IN_SYNC'
}

/**
 * Compares what is really there with the new template, and with the last deployment:
 *
 *   live ≠ template                       Modify, from ACTUAL_STATE
 *   live = template ≠ last deployment     SyncWithActual: only CloudFormation's records change
 *   gone                                  Add: it is made again
 */
export function revertDiff(request: RevertRequest): RevertChanges {
  const plain = diff(request)
  const changes: ResourceChange[] = []
  let drifted = false
  for (const resource of request.resources.values()) {
    const declaration = request.blueprint.resources.get(resource.logicalId)
    const facts = request.facts.typeFacts(resource.type)
    const live = request.live(resource)
    const drift = compareDrift(resource, live, facts, request.nowMs)
    if (drift.status === 'MODIFIED' || drift.status === 'DELETED') drifted = true
    const change = plain.find((change) => change['LogicalResourceId'] === resource.logicalId)
    const status = drift.status === 'NOT_CHECKED' ? 'UNSUPPORTED' : drift.status
    if (declaration === undefined || drift.status === 'NOT_CHECKED' || drift.status === 'IN_SYNC') {
      if (change !== undefined) changes.push({ ...change, ResourceDriftStatus: status })
      continue
    }
    if (drift.status === 'DELETED') changes.push(recreation(request, resource))
    else if (live !== undefined) changes.push(reversal(request, resource, live))
  }
  const known = new Set(request.resources.keys())
  changes.push(...plain.filter((change) => !known.has(String(change['LogicalResourceId']))))
  return { changes, stackDriftStatus: drifted ? 'DRIFTED' : 'IN_SYNC' }
}

function recreation(request: RevertRequest, resource: StackResource): ResourceChange {
  const after = request.blueprint.properties(resource.logicalId, request.current)
  return {
    Action: 'Add',
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    Scope: [],
    ResourceDriftStatus: 'DELETED',
    Details: [],
    ...(request.withValues
      ? {
          AfterContext: contextOf(after, resource.definition),
          PreviousDeploymentContext: contextOf(resource.properties, resource.definition),
        }
      : {}),
  }
}

function reversal(request: RevertRequest, resource: StackResource, live: LiveObject): ResourceChange {
  const facts = request.facts.typeFacts(resource.type)
  const after = request.blueprint.properties(resource.logicalId, request.current)
  const actual = onlySet(live.properties, { ...resource.properties, ...after })
  const differences = differencesOf(actual, after)
  const synced = differences.length === 0
  const details = synced
    ? differencesOf(resource.properties, after).map((spot) =>
        describeSpot(request, resource, actual, spot, true),
      )
    : differences.map((spot) => describeSpot(request, resource, actual, spot, false))
  const replacement = replacementOf(facts, actual, after)
  return {
    PolicyAction: !synced && replacement === 'True' ? 'ReplaceAndDelete' : undefined,
    Action: synced ? 'SyncWithActual' : 'Modify',
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    Replacement: synced ? undefined : replacement,
    Scope: ['Properties'],
    ResourceDriftStatus: 'MODIFIED',
    Details: details,
    ...(request.withValues
      ? {
          BeforeContext: contextOf(actual, resource.definition),
          AfterContext: contextOf(after, resource.definition),
          PreviousDeploymentContext: contextOf(resource.properties, resource.definition),
        }
      : {}),
  }
}

function describeSpot(
  request: RevertRequest,
  resource: StackResource,
  actual: JsonObject,
  spot: { path: readonly (string | number)[]; before: unknown; after: unknown },
  synced: boolean,
): JsonObject {
  const facts = request.facts.typeFacts(resource.type)
  const detail = describeDetail(
    {
      target: propertyTarget(facts, String(spot.path[0]), spot),
      evaluation: 'Static',
      source: synced ? 'NoModification' : 'DirectModification',
    },
    request.withValues,
  )
  const previous = at(resource.properties, spot.path)
  const now = at(actual, spot.path)
  return {
    ...detail,
    Target: {
      ...(detail['Target'] as JsonObject),
      ...(request.withValues && synced ? { AttributeChangeType: 'SyncWithActual' } : {}),
      BeforeValueFrom: synced ? 'PREVIOUS_DEPLOYMENT_STATE' : 'ACTUAL_STATE',
      AfterValueFrom: 'TEMPLATE',
      Drift: {
        PreviousValue: valueText(previous),
        ActualValue: valueText(now),
        DriftDetectionTimestamp: new Date(request.nowMs),
      },
    },
  }
}

function at(value: unknown, path: readonly (string | number)[]): unknown {
  let found = value
  for (const step of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = (found as Record<string | number, unknown>)[step]
  }
  return found
}
