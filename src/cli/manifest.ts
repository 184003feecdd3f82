import { apiVersion } from '../api/kinds/common.ts'
import type { ObjectRecord } from '../api/record.ts'

/**
 * A record as other tools read it: shaped like a Kubernetes object, times in RFC 3339. What only the loop needs (leases,
 * waiters) is left out. Pure.
 */
export function toManifest(record: ObjectRecord): Record<string, unknown> {
  const { status } = record
  return withoutUndefined({
    apiVersion,
    kind: record.kind,
    metadata: withoutUndefined({
      name: record.name,
      namespace: record.namespace,
      labels: record.labels,
      generation: record.generation,
    }),
    spec: record.spec,
    status: withoutUndefined({
      ...status,
      nextAttemptAt: time(status.nextAttemptAt),
      drift: status.drift && { ...status.drift, checkedAt: time(status.drift.checkedAt) },
      artifact: status.artifact && { ...status.artifact, fetchedAt: time(status.artifact.fetchedAt) },
      operation: record.operation && {
        ...record.operation,
        startedAt: time(record.operation.startedAt),
        deadline: time(record.operation.deadline),
      },
      dueAt: time(record.dueAt),
    }),
    owner: record.owner,
    origin: record.origin,
    inputs: record.inputs,
    suspension: record.suspension && {
      ...record.suspension,
      at: time(record.suspension.at),
      until: time(record.suspension.until),
    },
    approval: record.approval && { ...record.approval, at: time(record.approval.at) },
    deletion: record.deletion && { ...record.deletion, requestedAt: time(record.deletion.requestedAt) },
  })
}

/** Several objects as one document. */
export function toList(records: readonly ObjectRecord[]): Record<string, unknown> {
  return { apiVersion: 'v1', kind: 'List', items: records.map(toManifest) }
}

function time(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString()
}

function withoutUndefined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}
