import { parseKey } from '../../api/reference.ts'
import { shortRevision } from '../../api/revision.ts'
import { printable } from '../io.ts'
import type { Paint } from '../paint.ts'
import { drawAzurePlan } from './draw-azure.ts'
import { drawStackPlan } from './draw-stack.ts'
import type { Planned } from './plan.ts'

/** One object's part of a diff. Pure. */
export function drawPlanned(planned: Planned, options: { label: string; paint: Paint }): string[] {
  const { paint } = options
  const { before, inputs, key } = planned.candidate
  const from =
    before === undefined ? 'new' : shortRevision(before.status.lastAppliedRevision ?? 'not applied yet')
  const head = paint.strong(`${shortName(key)}  ${from} → ${shortRevision(options.label)}`)
  if (planned.type === 'leaves') {
    const words = planned.isDeleted
      ? paint.bad('DELETED: its document is gone, deletionPolicy is Delete')
      : 'forgotten: its document is gone; its cloud resources stay (deletionPolicy Retain)'
    return [head, `  - ${words}`]
  }
  const inputLine = inputs.length === 0 ? [] : [paint.dim(`  ${printable(inputs.join(', '))}`)]
  if (planned.type === 'unknown') {
    const what = planned.isWaiting ? 'only known once what it depends on is there' : 'could not be planned'
    return [head, ...inputLine, `  ? ${what}: ${printable(planned.why)}`]
  }
  const { plan } = planned
  const drawn = plan.cloud === 'aws' ? drawStackPlan(plan, paint) : drawAzurePlan(plan, paint)
  return [
    head,
    ...inputLine,
    ...(drawn.length === 0 ? ['  no resource changes'] : drawn),
    ...plan.notes.map((note) => paint.dim(`  note: ${printable(note)}`)),
  ]
}

function shortName(key: string): string {
  const { namespace, name } = parseKey(key)
  return `${namespace}/${name}`
}

/** The last line: how much changes, and what a person should look at twice. Pure. */
export function summaryLine(planned: readonly Planned[], unchanged: readonly string[]): string {
  const plans = planned.flatMap((one) => (one.type === 'planned' ? [one.plan] : []))
  const stackChanges = plans.flatMap((plan) => (plan.cloud === 'aws' ? plan.changes : []))
  const azureChanges = plans.flatMap((plan) => (plan.cloud === 'azure' ? plan.changes : []))
  const counts: [number, (count: number) => string][] = [
    [
      stackChanges.filter(({ action }) => action === 'replace').length,
      (count) => `${plural(count, 'resource')} replaced`,
    ],
    [
      stackChanges.filter(({ mayReplace }) => mayReplace === true).length,
      (count) => `${plural(count, 'resource')} perhaps replaced`,
    ],
    [
      stackChanges.filter(({ losesData }) => losesData === true).length,
      (count) => `data of ${plural(count, 'resource')} lost`,
    ],
    [
      azureChanges.filter(({ kind }) => kind === 'delete').length,
      (count) => `${plural(count, 'resource')} deleted`,
    ],
    [
      azureChanges.filter(({ kind }) => kind === 'detach').length,
      (count) => `${plural(count, 'resource')} detached`,
    ],
    [
      azureChanges.filter(({ kind }) => kind === 'unsupported' || kind === 'unknown').length,
      (count) => `${plural(count, 'resource')} not known`,
    ],
  ]
  const leaving = planned.filter((one) => one.type === 'leaves' && one.isDeleted)
  const noun = nounOf(keysOf(planned))
  const parts = [
    planned.length === 1 ? `1 ${noun} changes` : `${planned.length} ${noun}s change`,
    ...counts.flatMap(([count, words]) => (count === 0 ? [] : [words(count)])),
    ...(leaving.length === 0 ? [] : [`${plural(leaving.length, nounOf(keysOf(leaving)))} deleted`]),
  ]
  return `${parts.join(', ')}; ${unchangedText(unchanged.length === 0 ? keysOf(planned) : unchanged, unchanged.length)}.`
}

/** `41 stacks unchanged`. Pure. */
export function unchangedText(keys: readonly string[], count = keys.length): string {
  return `${plural(count, nounOf(keys))} unchanged`
}

function keysOf(planned: readonly Planned[]): string[] {
  return planned.map(({ candidate }) => candidate.key)
}

/** What all of them are, as far as one word fits. */
function nounOf(keys: readonly string[]): string {
  const kinds = new Set(keys.map((key) => parseKey(key).kind))
  if (kinds.size !== 1) return 'object'
  return kinds.has('AzureDeployment') ? 'deployment' : 'stack'
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
