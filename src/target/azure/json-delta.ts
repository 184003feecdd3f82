import { isDeepStrictEqual } from 'node:util'
import type { WhatIfProperty } from './what-if.ts'

/** What of a JSON value differs from another, in the shape of a what-if: objects member by member, lists item by item. Pure. */
export function jsonDelta(before: unknown, after: unknown, path = ''): WhatIfProperty[] {
  if (isDeepStrictEqual(before, after)) return []
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return names.flatMap((name) =>
      jsonDelta(before[name], after[name], path === '' ? name : `${path}.${name}`),
    )
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length)
    const children = Array.from({ length }, (_, index) =>
      jsonDelta(before[index], after[index], String(index)),
    ).flat()
    return [{ path, kind: 'array', children }]
  }
  if (before === undefined) return [{ path, kind: 'create', after, children: [] }]
  if (after === undefined) return [{ path, kind: 'delete', before, children: [] }]
  return [{ path, kind: 'modify', before, after, children: [] }]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
