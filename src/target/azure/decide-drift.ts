import type { Operation } from '../../api/record.ts'
import type { DriftedProperty } from '../../api/status.ts'
import { applied, appliedIdentity } from './applied.ts'
import { act, newOperation, type AzureDecision, type Context } from './context.ts'
import { follow, put } from './decide-steps.ts'
import { driftKey, driftOf, driftText, uncheckedText, type DriftFinding } from './drift.ts'
import type { WhatIfResult } from './what-if.ts'

/** How often a look whose answer was lost is begun again. */
const maxLooks = 3
/** How many differences that no deployment takes away are remembered. */
const maxNoise = 40

/** Begins a look for changes made by hand. */
export function beginLook(context: Context): AzureDecision {
  return act(
    context,
    newOperation(context, 'drift', { looks: '1' }),
    { type: 'what-if' },
    'looking for drift',
  )
}

/** Follows a look for drift to its end. */
export function continueLook(context: Context, operation: Operation): AzureDecision {
  const { whatIf } = context.observation
  const refusal = operation.data['refused'] ?? (whatIf?.status === 'failed' ? whatIf.message : undefined)
  if (refusal !== undefined) return unseen(context, refusal)
  if (whatIf?.status === 'done') return found(context, whatIf.result)
  const next = follow(context, operation, whatIf, 'looking for drift')
  if (next.type !== 'act') return next
  const looks = Number(operation.data['looks'] ?? '1')
  if (looks > maxLooks) return unseen(context, 'ARM lost its answer again and again')
  const data = { ...next.operation.data, looks: String(looks + 1) }
  return { ...next, operation: { ...next.operation, data } }
}

/** A look that could not be done says nothing: what was known stays known. */
function unseen({ record }: Context, why: string): AzureDecision {
  const known = record.status.drift
  return {
    type: 'drift',
    properties: known?.properties ?? [],
    unchecked: known?.unchecked ?? [],
    isFinal: true,
    message: `drift could not be looked for: ${why}`,
  }
}

function found(context: Context, result: WhatIfResult): AzureDecision {
  const noise = new Set(
    (context.record.status.identity?.['noise'] ?? '').split(',').filter((key) => key !== ''),
  )
  const finding = findingOf(context, result, noise)
  const { properties, unchecked } = finding
  const unclear =
    unchecked.length === 0 ? '' : `; not everything could be checked: ${uncheckedText(unchecked)}`
  const text =
    properties.length === 0 && unchecked.length > 0
      ? 'no drift found where it could be looked for'
      : driftText(properties)
  return { type: 'drift', properties, unchecked: uncheckedLines(finding), message: `${text}${unclear}` }
}

function findingOf(context: Context, result: WhatIfResult, noise: ReadonlySet<string>): DriftFinding {
  const { view, record } = context
  const { properties, unchecked } = driftOf(result, view?.resources ?? [])
  const seen = properties.filter((property) => !noise.has(driftKey(property)))
  // What was found before and cannot be checked now is not gone.
  const blind = new Set(unchecked.map(({ resource }) => resource))
  const known = new Set(seen.map(({ resource, path }) => `${resource} ${path}`))
  const kept = (record.status.drift?.properties ?? []).filter(
    ({ resource, path }) => blind.has(resource) && !known.has(`${resource} ${path}`),
  )
  return { properties: [...seen, ...kept], unchecked }
}

function uncheckedLines({ unchecked }: DriftFinding): string[] {
  return unchecked.slice(0, 20).map(({ resource, why }) => `${resource}: ${why}`)
}

/** Begins to put back what was changed by hand: the same is deployed again. */
export function beginCorrection(context: Context): AzureDecision {
  return put(context, newOperation(context, 'apply', { mode: 'correct', content: context.content }))
}

/**
 * The end of a correction's deployment. It is not believed: another what-if says whether the drift is gone. What that
 * still tells of, right after the same was deployed, is noise, and remembered as such.
 */
export function settleCorrection(context: Context, operation: Operation): AzureDecision {
  const { whatIf } = context.observation
  if (operation.data['verifying'] === undefined)
    return act(context, operation, { type: 'what-if' }, 'checking that the drift is gone', {
      verifying: 'true',
    })
  if (whatIf?.status === 'failed')
    return uncorrectable(context, operation, `whether it is gone could not be checked: ${whatIf.message}`)
  if (whatIf?.status !== 'done') return follow(context, operation, whatIf, 'checking that the drift is gone')
  const { properties } = driftOf(whatIf.result, context.view?.resources ?? [])
  if (properties.length === 0) return applied(context, operation, 'DriftCorrected')
  const noise = properties.slice(0, maxNoise).map((property) => driftKey(property))
  const identity = { ...appliedIdentity(context, operation), noise: noise.join(',') }
  const left = properties.length === 1 ? 'one difference' : `${properties.length} differences`
  return drifted(
    properties,
    `deployed again, ${left} still told of; taken for noise of the what-if from now on`,
    identity,
  )
}

/** Drift that could not be put back: said, and not tried again before the next look finds it. */
export function uncorrectable(context: Context, operation: Operation, why: string): AzureDecision {
  const { record, view } = context
  const isDone = view !== undefined && operation.data['verifying'] !== undefined
  const identity = isDone ? appliedIdentity(context, operation) : undefined
  return drifted(record.status.drift?.properties ?? [], `it could not be put back: ${why}`, identity)
}

function drifted(
  properties: DriftedProperty[],
  why: string,
  identity: Record<string, string> | undefined,
): AzureDecision {
  return {
    type: 'drift',
    properties,
    isFinal: true,
    message: `${driftText(properties)}; ${why}`,
    ...(identity === undefined ? {} : { identity }),
  }
}
