import type { ArmPath, ArmTemplate, Json, JsonObject } from './types.ts'
import { isJsonList, isJsonObject, jsonMember } from './value.ts'

/** A resource as it is written; children of others stand on their own, below their parent. */
export interface RawResource {
  readonly json: JsonObject
  readonly path: ArmPath
  readonly symbolicName?: string
  readonly parent?: RawResource
}

/** Deeper than any type has segments. */
const MAX_DEPTH = 16

/** Whether a template names its resources (languageVersion 2.0, or simply an object of them). */
export function isSymbolic(template: ArmTemplate): boolean {
  const version = jsonMember(template, 'languageVersion')
  return (
    (typeof version === 'string' && /^[2-9]/.test(version)) || isJsonObject(jsonMember(template, 'resources'))
  )
}

/** Every resource of a template, parents before their children, in the order in which they are written. */
export function readRawResources(template: ArmTemplate): RawResource[] {
  return collect(jsonMember(template, 'resources'), ['resources'], undefined, 0)
}

function collect(
  section: Json | undefined,
  path: ArmPath,
  parent: RawResource | undefined,
  depth: number,
): RawResource[] {
  if (depth > MAX_DEPTH) return []
  if (isJsonList(section))
    return section.flatMap((json, index) => withChildren(json, [...path, index], undefined, parent, depth))
  if (!isJsonObject(section)) return []
  return Object.entries(section).flatMap(([name, json]) =>
    withChildren(json, [...path, name], name, parent, depth),
  )
}

function withChildren(
  json: Json,
  path: ArmPath,
  symbolicName: string | undefined,
  parent: RawResource | undefined,
  depth: number,
): RawResource[] {
  if (!isJsonObject(json)) return []
  const resource: RawResource = {
    json,
    path,
    ...(symbolicName === undefined ? {} : { symbolicName }),
    ...(parent === undefined ? {} : { parent }),
  }
  return [resource, ...collect(jsonMember(json, 'resources'), [...path, 'resources'], resource, depth + 1)]
}
