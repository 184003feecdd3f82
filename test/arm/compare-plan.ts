import { isDeepStrictEqual } from 'node:util'
import type { Json, JsonObject, Plan } from '../../src/template/arm/index.ts'
import type { Snapshot } from './bicep-child.ts'

/** Where two plans differ. */
export interface Difference {
  readonly what: string
  readonly theirs: string
  readonly ours: string
}

/** How far our plan of a template agrees with Microsoft's. */
export interface Comparison {
  readonly resources: number
  readonly agreeing: number
  readonly outputs: number
  readonly outputsAgreeing: number
  readonly differences: readonly Difference[]
}

/** Holds the two plans against each other, resource by resource, whole bodies, and output by output. */
export function comparePlans(theirs: Snapshot, ours: Plan): Comparison {
  const left = group(theirs.predictedResources)
  const right = group(
    ours.resources.map(({ id, type, name, apiVersion, body }) => ({ id, type, name, apiVersion, ...body })),
  )
  const differences: Difference[] = []
  let resources = 0
  let agreeing = 0
  for (const id of new Set([...left.keys(), ...right.keys()])) {
    const a = left.get(id) ?? []
    const b = right.get(id) ?? []
    for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
      resources += 1
      const found = firstDifference(a[index], b[index], id)
      if (found === undefined) agreeing += 1
      else differences.push(found)
    }
  }
  const names = new Set([...Object.keys(theirs.outputs), ...Object.keys(ours.outputs)])
  let outputsAgreeing = 0
  for (const name of names) {
    const found = firstDifference(theirs.outputs[name], ours.outputs[name], `output ${name}`)
    if (found === undefined) outputsAgreeing += 1
    else differences.push(found)
  }
  return { resources, agreeing, outputs: names.size, outputsAgreeing, differences }
}

/** By id in lower case; more than one where the id is not known yet. */
function group(resources: readonly JsonObject[]): Map<string, JsonObject[]> {
  const groups = new Map<string, JsonObject[]>()
  for (const resource of resources) {
    const written = resource['id']
    const id = typeof written === 'string' ? written.toLowerCase() : ''
    groups.set(id, [...(groups.get(id) ?? []), resource])
  }
  return groups
}

function firstDifference(a: Json | undefined, b: Json | undefined, at: string): Difference | undefined {
  if (isDeepStrictEqual(a, b)) return undefined
  if (isObject(a) && isObject(b)) {
    // Microsoft's engine writes `Properties` where ARM answers `properties`.
    const [left, right] = [lowerCased(a), lowerCased(b)]
    for (const key of new Set([...left.keys(), ...right.keys()])) {
      const found = firstDifference(left.get(key), right.get(key), `${at} ${key}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
      const found = firstDifference(a[index] as Json, b[index] as Json, `${at} ${index}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  return { what: at, theirs: shown(a), ours: shown(b) }
}

function lowerCased(object: JsonObject): Map<string, Json> {
  return new Map(Object.entries(object).map(([key, value]) => [key.toLowerCase(), value]))
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shown(value: Json | undefined): string {
  return value === undefined ? '(absent)' : JSON.stringify(value)
}
