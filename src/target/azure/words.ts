import { formatDuration } from '../../api/duration.ts'
import type { Operation } from '../../api/record.ts'
import { describePlace, type Context } from './context.ts'
import type { FailureCause } from './observation.ts'
import { flatProperties, type ChangeKind, type WhatIfChange, type WhatIfResult } from './what-if.ts'

/** Azure's own signs for what would happen. Source: the what-if formatters of az and Az PowerShell. */
export const signs: Readonly<Record<ChangeKind, string>> = {
  create: '+',
  delete: '-',
  modify: '~',
  detach: 'v',
  noChange: '=',
  deploy: '!',
  ignore: '*',
  unsupported: 'x',
  unknown: '?',
}

/** A cause for people: `sql1/db1 (Microsoft.Sql/servers/databases): SkuNotAvailable: "not in this region"; and 2 more`. */
export function causeText({ resource, resourceType, code, message, others }: FailureCause): string {
  const more = others === 0 ? '' : `; and ${others} more`
  return `${resource} (${resourceType}): ${code}: "${message}"${more}`
}

/** How an operation that went well is reported. */
export function completeText({ place, view, now }: Context, operation: Operation): string {
  const span = formatDuration(now - operation.startedAt)
  const noun = isCorrection(operation) ? 'drift correction' : place.means === 'stack' ? 'stack' : 'deployment'
  const traced = view?.correlationId === undefined ? '' : `, correlation id ${view.correlationId}`
  return `${noun} complete in ${span} (${operation.id}${traced})`
}

/** Whether an operation deploys again only to put back what was changed by hand. */
export function isCorrection(operation: Operation): boolean {
  return operation.data['mode'] === 'correct'
}

/** What happens next after a failure that trying again would not mend, and what a person can do. */
export function whatNext({ record, spec }: Context): string {
  const command = `headwater reconcile azure ${record.name} -n ${record.namespace} --force`
  const retry = spec.retryInterval === undefined ? '' : `in ${spec.retryInterval}, `
  return `retries ${retry}when its inputs change, or: ${command}`
}

/** What is told while a deployment is under way. */
export function deployingText({ place }: Context): string {
  return `starting ${describePlace(place)}`
}

const telling: readonly ChangeKind[] = [
  'create',
  'delete',
  'modify',
  'detach',
  'deploy',
  'unsupported',
  'unknown',
]

/** The changes that a person would want to know of before they happen. Pure. */
export function tellingChanges(result: WhatIfResult): WhatIfChange[] {
  return result.changes.filter(({ kind, delta }) => {
    if (kind === 'modify' && delta.length > 0) return flatProperties(delta).length > 0
    return telling.includes(kind)
  })
}

/** What a what-if foresees, a line each: `~ vnet1 Microsoft.Network/virtualNetworks: properties.x`. No values: they may be secrets. */
export function foreseenLines(result: WhatIfResult): string[] {
  const lines = tellingChanges(result).map((change) => {
    const paths = flatProperties(change.delta).map(({ path }) => path)
    const shown = paths.slice(0, 5).join(', ')
    const more = paths.length > 5 ? ` and ${paths.length - 5} more` : ''
    const detail = change.reason ?? (shown === '' ? '' : `${shown}${more}`)
    const perhaps = change.isPotential ? ' (perhaps)' : ''
    return `${signs[change.kind]} ${change.name}  ${change.type}${perhaps}${detail === '' ? '' : `: ${detail}`}`
  })
  return result.denySettings.length > 0 ? [...lines, '~ deny settings of the stack'] : lines
}

/** What a what-if foresees, in a sentence: `2 to create, 1 to modify: + a, ~ b`. */
export function foreseenText(result: WhatIfResult): string {
  const changes = tellingChanges(result)
  if (changes.length === 0) return 'no changes'
  const counts = telling
    .map((kind) => ({ kind, count: changes.filter((change) => change.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} to ${kind}`)
  const shown = changes.slice(0, 3).map(({ kind, name }) => `${signs[kind]} ${name}`)
  const more = changes.length > shown.length ? `, ${changes.length - shown.length} more` : ''
  return `${counts.join(', ')}: ${shown.join(', ')}${more}`
}
