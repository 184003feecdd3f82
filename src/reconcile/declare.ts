import { isDeepStrictEqual } from 'node:util'
import { findCondition } from '../api/condition.ts'
import { conflict, isConflict } from '../api/errors.ts'
import type { ObjectRecord, Origin, PackagedInputs } from '../api/record.ts'
import { keyOf, recordSchema } from '../api/record.ts'
import type { ControllerPorts } from './ports.ts'
import type { Stored } from '../store/store.ts'
import { editRecord, wake } from './step.ts'
import { withVerdict } from './conditions.ts'

/** An object as git (or the settings) says it. */
export interface Declaration {
  kind: string
  namespace: string
  name: string
  labels?: Record<string, string>
  spec: Record<string, unknown>
  owner?: string
  origin?: Origin
  inputs?: PackagedInputs
}

/** What became of a declaration. */
export type Declared = 'created' | 'changed' | 'moved' | 'same'

const maxTries = 8

/**
 * Writes a declaration into its record. An object whose spec or inputs changed is due now; everything else stays.
 * `known` saves the first read: what the caller read of it a moment ago.
 */
export async function declare(
  ports: Pick<ControllerPorts, 'store' | 'clock'>,
  declaration: Declaration,
  known?: { stored: Stored | undefined },
): Promise<Declared> {
  const key = keyOf(declaration)
  for (let tries = 0; tries < maxTries; tries++) {
    const stored = known !== undefined && tries === 0 ? known.stored : await ports.store.get(key)
    const next = redeclare(stored?.record, declaration, ports.clock.now())
    if (stored !== undefined && isDeepStrictEqual(stored.record, next)) return 'same'
    try {
      await ports.store.put(next, stored?.version ?? 0)
      if (next.waiters === undefined) await wake(ports, stored?.record.waiters ?? [])
      return outcomeOf(stored?.record, next)
    } catch (error) {
      if (!isConflict(error)) throw error
    }
  }
  throw conflict(key)
}

/** The record with a new declaration. Pure. */
export function redeclare(
  before: ObjectRecord | undefined,
  declaration: Declaration,
  now: number,
): ObjectRecord {
  if (before === undefined) {
    return {
      schema: recordSchema,
      ...declaration,
      generation: 1,
      status: { conditions: [], observedGeneration: 0 },
      dueAt: now,
    }
  }
  const isSameSpec = isDeepStrictEqual(before.spec, declaration.spec)
  const isSameDigest = before.inputs?.digest === declaration.inputs?.digest
  const isBack = before.deletion !== undefined
  const { deletion: _gone, labels: _old, contender, ...rest } = before
  const isTaken = declaration.owner !== before.owner
  const kept = contender === undefined || isTaken ? rest : { ...rest, contender }
  const next: ObjectRecord = { ...kept, ...declaration, generation: before.generation + (isSameSpec ? 0 : 1) }
  const mustLook = !isSameSpec || !isSameDigest || isBack || !isSettled(before)
  return mustLook ? { ...next, dueAt: dueNow(before, now) } : moved(next, now)
}

/** Due now, and not later than it was; a step that runs tells a mark by its being another time than its own. */
function dueNow({ lease, dueAt }: ObjectRecord, now: number): number {
  const isHeld = lease !== undefined && lease.holder !== ''
  return isHeld ? now : Math.min(now, dueAt ?? now)
}

/** Applied, Ready, nothing in flight: a newer revision with the same inputs needs no step. */
function isSettled(record: ObjectRecord): boolean {
  const { status, inputs, operation, lease } = record
  const isIdle = operation === undefined && (lease === undefined || lease.holder === '')
  const isReady = findCondition(status.conditions, 'Ready')?.status === 'True'
  const isApplied = inputs === undefined || status.lastAppliedDigest === inputs.digest
  return isIdle && isReady && isApplied && status.observedGeneration === record.generation
}

/** At its new revision already; whoever waited for that may look. */
function moved({ waiters, ...record }: ObjectRecord, now: number): ObjectRecord {
  const { inputs, status } = record
  if (inputs === undefined || status.lastAppliedRevision === inputs.revision)
    return waiters === undefined ? record : { ...record, waiters }
  const message = `no changes since ${status.lastAttemptedRevision ?? inputs.revision}`
  const verdict = { ready: 'True', reason: 'ReconciliationSucceeded', message } as const
  return {
    ...record,
    status: withVerdict(record, { ...status, lastAppliedRevision: inputs.revision }, verdict, now),
  }
}

function outcomeOf(before: ObjectRecord | undefined, next: ObjectRecord): Declared {
  if (before === undefined) return 'created'
  const isChanged = before.generation !== next.generation || before.inputs?.digest !== next.inputs?.digest
  return isChanged ? 'changed' : 'moved'
}

/** Notes on an object of somebody else's that it is declared here too. */
export async function contend(
  ports: Pick<ControllerPorts, 'store'>,
  key: string,
  contender: NonNullable<ObjectRecord['contender']>,
): Promise<void> {
  await editRecord(ports, key, (found) => {
    const isNoted = found.contender?.key === contender.key && found.contender.revision === contender.revision
    return isNoted ? undefined : { ...found, contender }
  })
}
