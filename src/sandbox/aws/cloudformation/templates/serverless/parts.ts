import { createHash } from 'node:crypto'
import { isObject } from '../../input.ts'
import type { JsonObject } from '../../model.ts'

/** What one serverless resource stands for: plain resources by logical id. */
export type Expansion = Record<string, JsonObject>

/** What the expansions share. */
export interface ServerlessContext {
  partition: string
  /** Set when an event wants the API that nobody declared. */
  implicit: { rest: boolean; http: boolean }
  resources: JsonObject
}

/** A resource's properties. */
export function propertiesOf(resource: JsonObject): JsonObject {
  return isObject(resource['Properties']) ? resource['Properties'] : {}
}

/** What is not the resource's own business, and goes to all that is generated for it. */
export function attributesOf(resource: JsonObject): JsonObject {
  const { Type: _type, Properties: _properties, ...attributes } = resource
  return attributes
}

/** An object with each value changed. */
export function entries(value: JsonObject, change: (child: unknown) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, change(child)]))
}

/** The ten hex digits that SAM puts behind what it generates anew with every change. */
export function shortHash(value: unknown): string {
  return createHash('sha1').update(JSON.stringify(value)).digest('hex').slice(0, 10)
}
