import type { DriftedProperty } from '../../api/status.ts'
import { canonicalJson, sha256 } from '../canonical.ts'
import { cleanText } from '../clean-text.ts'
import { flatProperties, type FlatProperty, type WhatIfChange, type WhatIfResult } from './what-if.ts'

/** What a look for drift found: what differs, and what could not be told of which resources. */
export interface DriftFinding {
  properties: DriftedProperty[]
  /** Name of the resource and why: never taken for "no drift". */
  unchecked: { resource: string; why: string }[]
}

/** How long a value may be in a record. */
const maxValueLength = 200
/** Values at such places are never written down, whatever ARM says of them. */
const secretPath =
  /(password|passphrase|secret|token|connectionstring|accountkey|accesskey|sharedkey|apikey|credential|privatekey|certificate|\bsas)/i

/**
 * What a what-if of unchanged inputs says about the live resources. `managed` are the ids that the last deployment
 * made: that ARM ignores one of those means that it could not look; others in the group are nobody's business here. Pure.
 */
export function driftOf(result: WhatIfResult, managed: readonly string[]): DriftFinding {
  const own = new Set(managed.map((id) => id.toLowerCase()))
  const properties: DriftedProperty[] = []
  const unchecked: DriftFinding['unchecked'] = []
  for (const change of result.changes) {
    const why = whyUnchecked(change, own)
    if (why !== undefined) unchecked.push({ resource: change.name, why })
    if (change.kind === 'create' && !change.isPotential) properties.push(gone(change))
    if (change.kind !== 'modify') continue
    const flat = flatProperties(change.delta)
    const unevaluated = flat.filter(({ isUnevaluated }) => isUnevaluated)
    if (unevaluated.length > 0)
      unchecked.push({
        resource: change.name,
        why: `${unevaluated.map(({ path }) => path).join(', ')} is only known when it is deployed`,
      })
    if (change.isPotential) continue
    properties.push(
      ...flat.filter(({ isUnevaluated }) => !isUnevaluated).map((property) => drifted(change, property)),
    )
    // The shorter answer of a stack names the resource, not what of it.
    if (change.delta.length === 0)
      properties.push(drifted(change, { path: 'properties', kind: 'modify', isUnevaluated: false }))
  }
  for (const property of flatProperties(result.denySettings))
    properties.push(
      drifted({ name: 'deny settings', type: 'Microsoft.Resources/deploymentStacks' }, property),
    )
  return { properties, unchecked }
}

function whyUnchecked(
  { kind, reason, id, isPotential }: WhatIfChange,
  own: ReadonlySet<string>,
): string | undefined {
  if (kind === 'ignore') return own.has(id.toLowerCase()) ? (reason ?? 'ARM did not look at it') : undefined
  if (kind === 'unsupported') return reason ?? 'ARM cannot tell beforehand'
  if (kind === 'deploy') return 'it would be deployed, ARM does not tell what changes'
  if (kind === 'unknown') return 'ARM answered with a change that this version does not know'
  if (isPotential && kind !== 'noChange') return 'ARM can only tell when it is deployed'
  return undefined
}

function gone({ name, type }: WhatIfChange): DriftedProperty {
  return { resource: name, resourceType: type, path: '' }
}

function drifted(
  { name, type }: Pick<WhatIfChange, 'name' | 'type'>,
  { path, before, after }: FlatProperty,
): DriftedProperty {
  const where = { resource: name, resourceType: type, path: `/${path.replaceAll('.', '/')}` }
  if (secretPath.test(path)) return where
  return {
    ...where,
    ...(after === undefined ? {} : { expected: valueText(after) }),
    ...(before === undefined ? {} : { actual: valueText(before) }),
  }
}

/** A value for people: text as it is, everything else as JSON, never long. Pure. */
export function valueText(value: unknown): string {
  const text = cleanText(typeof value === 'string' ? value : canonicalJson(masked(value)))
  return text.length > maxValueLength ? `${text.slice(0, maxValueLength - 1)}…` : text
}

/** A value without what stands at the place of a secret. */
function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => masked(one))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, secretPath.test(name) ? '(not shown)' : masked(one)]),
  )
}

/** Whether a value at a place is to be kept out of everything that is shown. */
export function isSecretPath(path: string): boolean {
  return secretPath.test(path)
}

/** A name for one difference, so that it is known again. */
export function driftKey(property: DriftedProperty): string {
  return sha256(canonicalJson(property)).slice(0, 12)
}

/** Drift for people: `vnet1: /properties/x is 1, git says 2`. */
export function driftText(properties: readonly DriftedProperty[]): string {
  if (properties.length === 0) return 'no drift'
  const shown = properties.slice(0, 3).map(({ resource, path, expected, actual }) => {
    if (path === '') return `${resource} was deleted`
    if (expected === undefined && actual === undefined) return `${resource}: ${path} differs`
    return `${resource}: ${path} is ${actual ?? 'absent'}, git says ${expected ?? 'it should be absent'}`
  })
  const more = properties.length - shown.length
  return more > 0 ? `${shown.join('; ')}; and ${more} more` : shown.join('; ')
}

/** What could not be told, for people. */
export function uncheckedText(unchecked: DriftFinding['unchecked']): string {
  const shown = unchecked.slice(0, 3).map(({ resource, why }) => `${resource}: ${why}`)
  const more = unchecked.length - shown.length
  return more > 0 ? `${shown.join('; ')}; and ${more} more` : shown.join('; ')
}
