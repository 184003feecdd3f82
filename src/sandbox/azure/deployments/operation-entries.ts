import { createHash } from 'node:crypto'
import { detailJson } from '../errors.ts'
import type { ErrorDetail } from '../errors.ts'
import type { Json, JsonObject } from '../json.ts'
import type { World } from '../world.ts'
import { referenceOf } from './facts.ts'
import type { Deployment, OperationEntry } from './model.ts'
import { deploymentId } from './place.ts'
import { durationText, timestampOf } from './texts.ts'

/** Begins an entry of a deployment's operations. */
export function beginOperation(
  world: World,
  deployment: Deployment,
  what: Pick<OperationEntry, 'kind' | 'statusCode'> & {
    id?: string
    apiVersion?: string
    symbolicName?: string
  },
): OperationEntry {
  const { kind, id, apiVersion, symbolicName, statusCode } = what
  const named = id === undefined ? undefined : referenceOf(id)
  const startedAtMs = world.now()
  const entry: OperationEntry = {
    operationId:
      kind === 'EvaluateDeploymentOutput'
        ? deployment.statusNumber
        : shortHash(`${deployment.statusNumber}|${kind}|${id}`),
    kind,
    state: 'Running',
    startedAtMs,
    changedAtMs: startedAtMs,
    trackingId: world.random.uuid(),
    ...(named === undefined ? {} : { serviceRequestId: world.random.uuid() }),
    statusCode,
    ...(named === undefined
      ? {}
      : {
          target: {
            ...named,
            ...(apiVersion === undefined ? {} : { apiVersion }),
            ...(symbolicName === undefined ? {} : { symbolicName }),
          },
        }),
  }
  deployment.operations.push(entry)
  return entry
}

/** Ends an entry well, or with why it failed. */
export function endOperation(
  world: World,
  entry: OperationEntry,
  outcome: { statusCode: string; error?: ErrorDetail },
): void {
  entry.state = outcome.error === undefined ? 'Succeeded' : 'Failed'
  entry.statusCode = outcome.statusCode
  entry.changedAtMs = world.now()
  if (outcome.error !== undefined) entry.error = outcome.error
}

// Recorded: an operations list is empty while the first entries are already written.
const hiddenForMs = 3000

/** A deployment's operations as they are told: none in the first seconds, in no order, outputs last. */
export function operationsList(world: World, deployment: Deployment): Json[] {
  if (world.now() < deployment.createdAtMs + world.pause(hiddenForMs).sleepMs) return []
  return deployment.operations
    .toSorted((one, other) => sortKey(one).localeCompare(sortKey(other)))
    .map((entry) => operationBody(deployment, entry))
}

function sortKey({ kind, operationId }: OperationEntry): string {
  return `${kind === 'EvaluateDeploymentOutput' ? 1 : 0}${operationId}`
}

/** One entry as ARM answers it. */
export function operationBody(deployment: Deployment, entry: OperationEntry): JsonObject {
  const { request } = deployment
  const { operationId, kind, state, startedAtMs, changedAtMs, trackingId, serviceRequestId } = entry
  return {
    id: `${deploymentId(request.place, request.name)}/operations/${operationId}`,
    operationId,
    properties: {
      provisioningOperation: kind,
      provisioningState: state,
      timestamp: timestampOf(changedAtMs),
      duration: durationText(changedAtMs - startedAtMs),
      trackingId,
      ...(serviceRequestId === undefined ? {} : { serviceRequestId }),
      statusCode: entry.statusCode,
      ...(entry.error === undefined
        ? {}
        : { statusMessage: { status: 'Failed', error: detailJson(entry.error) } }),
      ...(entry.target === undefined ? {} : { targetResource: { ...entry.target } }),
    },
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16).toUpperCase()
}
