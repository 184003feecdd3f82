import type { Operation } from '../../api/record.ts'
import { canonicalJson, sha256 } from '../canonical.ts'
import { describePlace, type AzureDecision, type Context } from './context.ts'
import { put } from './decide-steps.ts'
import { flatProperties, type WhatIfResult } from './what-if.ts'
import { foreseenLines, foreseenText, tellingChanges } from './words.ts'

/** What a what-if says before a deployment is told, and held for a person's yes where the document says so. */
export function afterWhatIf(context: Context, operation: Operation, result: WhatIfResult): AzureDecision {
  const { spec, record, place } = context
  const text = foreseenText(result)
  const noted = result.notes.length === 0 ? '' : `; ${result.notes.slice(0, 2).join('; ')}`
  const next = put(context, { ...operation, data: { ...operation.data, foreseen: 'true' } })
  const isHarmless = tellingChanges(result).length === 0 && result.denySettings.length === 0
  if (spec.whatIf !== 'gate' || isHarmless)
    return { ...next, event: { type: 'Normal', reason: 'WhatIf', message: `what-if: ${text}${noted}` } }

  const token = planToken(context, result)
  const { approval } = record
  if (approval?.token === token)
    return {
      ...next,
      event: { type: 'Normal', reason: 'Approved', message: `approved by ${approval.by}: ${text}` },
    }
  return {
    type: 'held',
    reason: 'PlanHeld',
    message: `held: ${describePlace(place)} would change ${text}${noted}; headwater approve azure ${record.name} -n ${record.namespace}`,
    token,
    lines: [...foreseenLines(result), ...result.notes],
  }
}

/**
 * A name for what was shown. It is another one when the inputs, the live values or the stack are, or something was
 * deployed since; what the inputs make of a value is left out, as some of it is new each time (`utcNow`, `newGuid`).
 */
function planToken({ digest, record }: Context, result: WhatIfResult): string {
  const changes = tellingChanges(result).map(({ id, name, kind, delta }) => ({
    id: id.toLowerCase(),
    name,
    kind,
    delta: flatProperties(delta).map(({ path, kind: what, before }) => ({ path, what, before })),
  }))
  const since = record.status.identity?.['operation']
  const seen = { digest, since, changes, denySettings: result.denySettings, stack: result.stackLastModified }
  return sha256(canonicalJson(seen)).slice(0, 16)
}
