import { evaluate, evaluateJson, readCount } from './evaluate.ts'
import type { Frame } from './frame.ts'
import { ArmEvaluationError, invalid, located } from './problem.ts'
import type { RawResource } from './raw-resources.ts'
import { renderExpression } from './render.ts'
import { laterId } from './later-id.ts'
import { resourceIdBelow, scopeId } from './scope.ts'
import { parseScope } from './parse-scope.ts'
import { type Expression, literal } from './syntax.ts'
import type { ArmPath, CopyPlace, Json, Scope } from './types.ts'
import { type Value, deferredExpression, isDeferred, isJsonObject, jsonMember } from './value.ts'

/** One resource to be deployed, one per turn of a copy loop: what is known of it before its properties are looked at. */
export interface Draft {
  readonly raw: RawResource
  /** For its body: place `body`, its loop's counter set. */
  readonly frame: Frame
  readonly type: string
  readonly apiVersion: string
  readonly name: Value
  readonly nameText: string
  readonly id: string
  readonly symbolicName?: string
  readonly scope: Scope
  readonly extends?: string
  readonly existing: boolean
  /** May be unknown. */
  readonly condition: Value
  readonly copy?: CopyPlace
  readonly dependsOn: readonly Value[]
}

/** All instances of a resource: one, or as many as its copy loop has turns. */
export function draftResource(raw: RawResource, frame: Frame): Draft[] {
  const copy = jsonMember(raw.json, 'copy')
  if (!isJsonObject(copy)) return draftOne(raw, frame, undefined)
  const path = [...raw.path, 'copy']
  const name = evaluateJson(jsonMember(copy, 'name') ?? null, frame, [...path, 'name'])
  if (typeof name !== 'string') return invalid('a copy needs a name, a string', path)
  const count = readCount(jsonMember(copy, 'count'), frame, path)
  const mode = jsonMember(copy, 'mode')
  const batchSize = evaluateJson(jsonMember(copy, 'batchSize') ?? null, frame, path)
  return Array.from({ length: count }, (_, index) => index).flatMap((index) => {
    const place: CopyPlace = {
      name,
      index,
      mode: typeof mode === 'string' && mode.toLowerCase() === 'serial' ? 'serial' : 'parallel',
      ...(typeof batchSize === 'number' ? { batchSize } : {}),
    }
    return draftOne(raw, { ...frame, copies: [...frame.copies, { name, index, isResource: true }] }, place)
  })
}

/** One resource; none where it is not deployed and its name makes no sense then, which ARM lets pass. */
function draftOne(raw: RawResource, frame: Frame, copy: CopyPlace | undefined): Draft[] {
  try {
    return [readDraft(raw, frame, copy)]
  } catch (error) {
    if (error instanceof ArmEvaluationError && isOff(raw, frame)) return []
    throw error
  }
}

/** Whether a resource or one of its parents is known not to be deployed. */
function isOff(raw: RawResource, frame: Frame): boolean {
  return (
    conditionOf(raw, frame) === false ||
    (raw.parent !== undefined && isOff(raw.parent, { ...frame, copies: [] }))
  )
}

function readDraft(raw: RawResource, frame: Frame, copy: CopyPlace | undefined): Draft {
  const part = (key: string): Value =>
    evaluateJson(jsonMember(raw.json, key) ?? null, frame, [...raw.path, key])
  const type = fullType(raw, frame)
  const name = fullName(raw, frame)
  const at = placeOf(raw, frame, part)
  const dependsOn = jsonMember(raw.json, 'dependsOn')
  return {
    raw,
    frame: { ...frame, place: 'body' },
    type,
    apiVersion: textOf(part('apiVersion'), 'an apiVersion', [...raw.path, 'apiVersion']),
    name,
    nameText: textPart(name) ?? '',
    id: located(raw.path, () => idOf(type, name, at, frame.world.surroundings.scope)),
    ...(raw.symbolicName === undefined
      ? {}
      : { symbolicName: copy === undefined ? raw.symbolicName : `${raw.symbolicName}[${copy.index}]` }),
    scope: at.scope,
    ...(typeof at.extends === 'string' ? { extends: at.extends } : {}),
    existing: jsonMember(raw.json, 'existing') === true,
    condition: conditionOf(raw, frame),
    ...(copy === undefined ? {} : { copy }),
    dependsOn:
      dependsOn === undefined ? [] : listOf(evaluateJson(dependsOn, frame, [...raw.path, 'dependsOn'])),
  }
}

function listOf(value: Value): readonly Value[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: Value, what: string, path: ArmPath): string {
  if (typeof value === 'string') return value
  if (isDeferred(value)) return `[${renderExpression(deferredExpression(value))}]`
  return invalid(`a resource needs ${what}, a string`, path)
}

/** A child is of its parent's type and one segment more; one that names its namespace stands as it is. */
function fullType(raw: RawResource, frame: Frame): string {
  const own = textOf(
    evaluateJson(jsonMember(raw.json, 'type') ?? null, frame, [...raw.path, 'type']),
    'a type',
    [...raw.path, 'type'],
  )
  const type = own.replace(/\/+$/, '')
  return raw.parent === undefined ? type : `${fullType(raw.parent, frame)}/${type}`
}

function fullName(raw: RawResource, frame: Frame): Value {
  const path = [...raw.path, 'name']
  const own = evaluateJson(jsonMember(raw.json, 'name') ?? null, frame, path)
  if (typeof own !== 'string' && !isDeferred(own)) return invalid('a resource needs a name, a string', path)
  if (raw.parent === undefined) return own
  const parent = fullName(raw.parent, { ...frame, copies: [] })
  if (typeof parent === 'string' && typeof own === 'string') return `${parent}/${own}`
  const joined: Expression = {
    kind: 'call',
    name: 'concat',
    args: [literal(parent), literal('/'), literal(own)],
  }
  return evaluate(joined, frame)
}

/** A parent that is not deployed takes its children with it only where they say so: ARM looks at each condition alone. */
function conditionOf(raw: RawResource, frame: Frame): Value {
  const written = jsonMember(raw.json, 'condition')
  if (written === undefined) return true
  const path = [...raw.path, 'condition']
  const value = evaluateJson(written, frame, path)
  if (typeof value === 'boolean' || isDeferred(value)) return value
  if (typeof value === 'string' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true'
  return invalid(`a condition comes to true or false, not ${JSON.stringify(value)}`, path)
}

interface Where {
  readonly scope: Scope
  readonly extends?: Value
}

/** Where a resource goes: `scope`, or `subscriptionId` and `resourceGroup`, or where the deployment goes. */
function placeOf(raw: RawResource, frame: Frame, part: (key: string) => Value): Where {
  const own = frame.world.surroundings.scope
  if (raw.parent !== undefined && jsonMember(raw.json, 'scope') === undefined) {
    const { parent } = raw
    return placeOf(parent, { ...frame, copies: [] }, (key) =>
      evaluateJson(jsonMember(parent.json, key) ?? null, { ...frame, copies: [] }, [...parent.path, key]),
    )
  }
  const scope = part('scope')
  if (isDeferred(scope)) return { scope: own, extends: scope }
  if (typeof scope === 'string' && scope !== '') return scopeOf(scope, frame, [...raw.path, 'scope'])
  const subscription = part('subscriptionId')
  const group = part('resourceGroup')
  const subscriptionId = textPart(subscription) ?? ('subscriptionId' in own ? own.subscriptionId : undefined)
  const resourceGroup = textPart(group)
  if (resourceGroup !== undefined)
    return subscriptionId === undefined
      ? invalid('a resource group needs a subscriptionId beside it, at this scope', raw.path)
      : { scope: { kind: 'resourceGroup', subscriptionId, resourceGroup } }
  const other = textPart(subscription)
  return other === undefined ? { scope: own } : { scope: { kind: 'subscription', subscriptionId: other } }
}

function textPart(value: Value): string | undefined {
  if (isDeferred(value)) return `[${renderExpression(deferredExpression(value))}]`
  return typeof value === 'string' && value !== '' ? value : undefined
}

function scopeOf(text: string, frame: Frame, path: ArmPath): Where {
  const { scope: own } = frame.world.surroundings
  const symbolic = frame.world.symbolic && !text.includes('/') ? frame.world.find(text)[0] : undefined
  if (symbolic !== undefined) return { scope: own, extends: symbolic.id }
  const found = located(path, () => parseScope(text, own))
  return 'kind' in found ? { scope: found } : { scope: own, extends: found.resource }
}

function idOf(type: string, name: Value, at: Where, own: Scope): string {
  const base = at.extends ?? scopeId(at.scope)
  if (isDeferred(base) || typeof name !== 'string') return laterId(type, name, at.scope, at.extends, own)
  if (typeof base !== 'string') return invalid('the scope of a resource is an id, a string')
  const names = name.split('/')
  const needed = type.split('/').length - 1
  if (names.length !== needed)
    return invalid(
      `the type '${type}' has ${needed} segments after its namespace, the name '${name}' has ${names.length}; they must agree`,
    )
  return resourceIdBelow(base, type, names)
}

/** A member of a resource as written. */
export function rawMember(draft: Draft, key: string): Json | undefined {
  return jsonMember(draft.raw.json, key)
}
