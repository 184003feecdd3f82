import { createHash } from 'node:crypto'
import type { Json } from '../../json.ts'
import type { Making, TypeFacts } from '../facts.ts'

type More = Partial<Omit<TypeFacts, 'type' | 'apiVersion' | 'durationMs' | 'tracked'>>

/** A type that lies in a region, and takes so many seconds to be made. */
export function regional(
  type: string,
  apiVersion: string,
  seconds: readonly [least: number, most: number],
  more: More = {},
): TypeFacts {
  return { type, apiVersion, durationMs: [seconds[0] * 1000, seconds[1] * 1000], tracked: true, ...more }
}

/** Types without a region that are there at once: what lies in another resource, or extends one. */
export function immediate(apiVersion: string, types: readonly string[], more: More = {}): TypeFacts[] {
  return types.map((type) => ({ type, apiVersion, durationMs: [0, 0] as const, tracked: false, ...more }))
}

/** A key that belongs to a resource, in base64: the same at every call, and of no use anywhere else. */
export function secretOf(making: Making, use: string, bytes: number): string {
  return createHash('sha512').update(making.guid(use)).digest().subarray(0, bytes).toString('base64')
}

/** Two keys under the names that a provider gives them. */
export function keyPair(names: readonly [string, string], bytes = 32): (making: Making) => Json {
  return (making) => Object.fromEntries(names.map((name) => [name, secretOf(making, name, bytes)]))
}

/** The keys and connection strings of a rule of Service Bus, Event Hubs or Relay. */
export function accessRuleKeys(making: Making): Json {
  const [namespace = '', ...rest] = making.id.name.split('/')
  const rule = rest.at(-1) ?? 'RootManageSharedAccessKey'
  const [primaryKey, secondaryKey] = [secretOf(making, 'primary', 32), secretOf(making, 'secondary', 32)]
  const connection = (key: string): string =>
    `Endpoint=sb://${namespace}.servicebus.windows.net/;SharedAccessKeyName=${rule};SharedAccessKey=${key}`
  return {
    primaryConnectionString: connection(primaryKey),
    secondaryConnectionString: connection(secondaryKey),
    primaryKey,
    secondaryKey,
    keyName: rule,
  }
}
