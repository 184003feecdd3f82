import type { Expression } from './syntax.ts'
import type { Json } from './types.ts'
import { type Deferred, type Value, deferredExpression, hasDeferred, isDeferred, isList } from './value.ts'

/** An expression as ARM would write it, without its outer brackets. */
export function renderExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'value':
      return renderValue(expression.value)
    case 'call':
      return `${expression.name}(${expression.args.map(renderExpression).join(', ')})`
    case 'access':
      return `${renderExpression(expression.target)}${renderKey(expression.key)}`
  }
}

function renderKey(key: Expression): string {
  if (key.kind === 'value' && typeof key.value === 'string' && /^[A-Za-z_]\w*$/.test(key.value))
    return `.${key.value}`
  return `[${renderExpression(key)}]`
}

function renderValue(value: Value): string {
  if (value === null) return 'null()'
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'boolean') return value ? 'true()' : 'false()'
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : `json('${value}')`
  if (isDeferred(value)) return renderExpression(deferredExpression(value))
  if (isList(value)) return `createArray(${value.map(renderValue).join(', ')})`
  const members = Object.entries(value).flatMap(([key, item]) => [quote(key), renderValue(item)])
  return `createObject(${members.join(', ')})`
}

/** The name of a member that is not known yet: text `[format(…)]`. */
export function unknownKey(key: Deferred): string {
  return `[${renderExpression(deferredExpression(key))}]`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A value as JSON; each unknown part of it as text `[reference(…)]`. */
export function toJson(value: Value): Json {
  if (typeof value !== 'object' || value === null) return value
  if (isDeferred(value)) return `[${renderExpression(deferredExpression(value))}]`
  if (isList(value)) return value.map(toJson)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]))
}

/** A value as JSON, the whole of it as one text when a part of it is unknown: as outputs are shown. */
export function toJsonWhole(value: Value): Json {
  return hasDeferred(value) ? `[${renderValue(value)}]` : toJson(value)
}
