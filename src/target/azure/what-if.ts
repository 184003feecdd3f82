import { isDeepStrictEqual } from 'node:util'
import { cleanText } from '../clean-text.ts'
import { field, firstLeaf, listField, textField } from './arm-error.ts'
import { describeId } from './place.ts'

/** What would become of one resource. `detach`: a stack would let go of it. */
export type ChangeKind =
  | 'create'
  | 'delete'
  | 'modify'
  | 'detach'
  | 'noChange'
  | 'deploy'
  | 'ignore'
  | 'unsupported'
  | 'unknown'

/** What would become of one property; `array` holds a change of each item by its index. */
export interface WhatIfProperty {
  /** `properties.subnets`, below an array the index alone. */
  path: string
  kind: 'create' | 'delete' | 'modify' | 'array' | 'noEffect'
  before?: unknown
  after?: unknown
  children: WhatIfProperty[]
}

/** What would become of one resource, as ARM predicts it. */
export interface WhatIfChange {
  id: string
  type: string
  name: string
  kind: ChangeKind
  /** ARM could not work everything out beforehand. */
  isPotential: boolean
  /** Why ARM cannot tell. */
  reason?: string
  delta: WhatIfProperty[]
}

/** A prediction, of a deployment or of a stack. */
export interface WhatIfResult {
  changes: WhatIfChange[]
  /** What of a stack's deny settings would change. */
  denySettings: WhatIfProperty[]
  /** What ARM has to say beside the changes. */
  notes: string[]
  /** When the stack was last modified, as the prediction saw it. */
  stackLastModified?: string
}

const kinds: readonly string[] = [
  'create',
  'delete',
  'modify',
  'detach',
  'noChange',
  'deploy',
  'ignore',
  'unsupported',
] satisfies ChangeKind[]
const propertyKinds: readonly string[] = [
  'create',
  'delete',
  'modify',
  'array',
  'noEffect',
] satisfies WhatIfProperty['kind'][]

/**
 * Reads ARM's answer, a deployment's (`{status, properties: {changes, potentialChanges, diagnostics}}`) or a stack's
 * what-if result. A failed one is answered as its message. Pure.
 */
export function readWhatIf(body: unknown): WhatIfResult | { failure: string } {
  const properties = field(body, 'properties')
  const state = textField(body, 'status') ?? textField(properties, 'provisioningState') ?? 'Succeeded'
  const error = field(body, 'error') ?? field(properties, 'error')
  if (state.toLowerCase() !== 'succeeded') {
    const { code, message } = firstLeaf(error ?? body)
    return { failure: `${code}: ${message}` }
  }
  const changes = field(properties, 'changes')
  const ofStack = listField(changes, 'resourceChanges').map((change) => readStackChange(change))
  const ofDeployment = listField(properties, 'changes').map((change) => readChange(change, false))
  const potential = listField(properties, 'potentialChanges').map((change) => readChange(change, true))
  const modified = textField(properties, 'deploymentStackLastModified')
  return {
    changes: [...ofDeployment, ...potential, ...ofStack],
    denySettings: readDelta(field(field(changes, 'denySettingsChange'), 'delta')).filter(isRealChange),
    notes: listField(properties, 'diagnostics').map((note) => readNote(note)),
    ...(modified === undefined ? {} : { stackLastModified: modified }),
  }
}

function readNote(note: unknown): string {
  const target = textField(note, 'target')
  const text = `${textField(note, 'code') ?? 'note'}: ${textField(note, 'message') ?? ''}`
  return cleanText(target === undefined ? text : `${describeId(target).name}: ${text}`)
}

function readChange(change: unknown, isPotential: boolean): WhatIfChange {
  const reason = textField(change, 'unsupportedReason')
  return {
    ...identify(textField(change, 'resourceId'), change),
    kind: kindOf(textField(change, 'changeType')),
    isPotential,
    ...(reason === undefined ? {} : { reason: cleanText(reason) }),
    delta: readDelta(field(change, 'delta')),
  }
}

function readStackChange(change: unknown): WhatIfChange {
  const configuration = field(change, 'resourceConfigurationChanges')
  const reason = textField(change, 'unsupportedReason')
  return {
    ...identify(textField(change, 'id'), change),
    kind: kindOf(textField(change, 'changeType')),
    isPotential: textField(change, 'changeCertainty')?.toLowerCase() === 'potential',
    ...(reason === undefined ? {} : { reason: cleanText(reason) }),
    delta: readDelta(field(configuration, 'delta')),
  }
}

function identify(id: string | undefined, change: unknown): Pick<WhatIfChange, 'id' | 'type' | 'name'> {
  if (id !== undefined) return { id, ...describeId(id) }
  const named = field(change, 'identifiers') ?? change
  const type = textField(change, 'type') ?? 'unknown type'
  return {
    id: '',
    type,
    name: cleanText(textField(named, 'name') ?? textField(change, 'symbolicName') ?? '?'),
  }
}

function kindOf(text: string | undefined): ChangeKind {
  return (
    (kinds.find((kind) => kind.toLowerCase() === text?.toLowerCase()) as ChangeKind | undefined) ?? 'unknown'
  )
}

function readDelta(delta: unknown): WhatIfProperty[] {
  return (Array.isArray(delta) ? (delta as unknown[]) : []).map((one) => {
    const text = (textField(one, 'propertyChangeType') ?? textField(one, 'changeType'))?.toLowerCase()
    const kind = propertyKinds.find((known) => known.toLowerCase() === text) ?? 'modify'
    const before = field(one, 'before') ?? undefined
    const after = field(one, 'after') ?? undefined
    return {
      path: textField(one, 'path') ?? '',
      kind: kind as WhatIfProperty['kind'],
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      children: readDelta(field(one, 'children')),
    }
  })
}

/** One property that would change, with its whole path: `properties.subnets.0.name`. */
export type FlatProperty = Omit<WhatIfProperty, 'children' | 'path'> & {
  path: string
  /** Its value is only known when it is deployed. */
  isUnevaluated: boolean
}

/** The properties that would change, the noise taken out: what has no effect, and what only looks different. Pure. */
export function flatProperties(delta: readonly WhatIfProperty[], above = ''): FlatProperty[] {
  return delta.flatMap((property): FlatProperty[] => {
    const path = above === '' ? property.path : `${above}.${property.path}`
    if (property.kind === 'noEffect') return []
    if (property.children.length > 0) return flatProperties(property.children, path)
    if (!isRealChange(property)) return []
    const { children: _, ...rest } = property
    return [{ ...rest, path, isUnevaluated: hasExpression(property.after) }]
  })
}

function isRealChange({ kind, path, before, after, children }: WhatIfProperty): boolean {
  if (kind === 'noEffect') return false
  if (children.length > 0) return true
  if (before === undefined && after === undefined) return kind !== 'array'
  if (isDeepStrictEqual(before, after)) return false
  const was = String(before).toLowerCase()
  const is = String(after).toLowerCase()
  const isPlain = typeof before !== 'object' && typeof after !== 'object'
  if (!isPlain) return true
  if (/(^|\.)location$/i.test(path)) return was.replaceAll(' ', '') !== is.replaceAll(' ', '')
  // One enumeration in several cases, an id in another: ARM does not tell them apart.
  const isCaseless = was.startsWith('/subscriptions/') || /^(mode|.*applytochildscopes)$/i.test(path)
  return !(isCaseless && was === is)
}

/** Whether something in a value is still an expression: `[reference(…)]`. `[[` is a literal bracket. */
function hasExpression(value: unknown): boolean {
  if (typeof value === 'string') return /^\[(?!\[).*\]$/s.test(value.trim())
  if (Array.isArray(value)) return value.some((one) => hasExpression(one))
  return typeof value === 'object' && value !== null && Object.values(value).some((one) => hasExpression(one))
}
