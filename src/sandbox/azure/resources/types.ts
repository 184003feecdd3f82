import type { ResourceId } from '../ids.ts'
import { groupType } from '../ids.ts'
import type { World } from '../world.ts'
import type { TypeFacts } from './facts.ts'
import { namespaceOf } from './namespaces.ts'
import { storageTypes } from './types/storage.ts'

/** The types that the sandbox knows more of than their names. */
export const knownTypes: readonly TypeFacts[] = [
  { type: groupType, apiVersion: '2024-11-01', durationMs: [0, 0], tracked: true },
  ...storageTypes,
]

const byType = new Map(knownTypes.map((facts) => [facts.type.toLowerCase(), facts]))

/** The facts of a type; of one that nobody told of, what most have in common. */
export function factsOf(type: string): TypeFacts {
  const known = byType.get(type.toLowerCase())
  if (known !== undefined) return known
  const [namespace = '', ...rest] = type.split('/')
  return {
    type: [namespaceOf(namespace) ?? namespace, ...rest].join('/'),
    apiVersion: '2024-01-01',
    durationMs:
      rest.length > 1 || /^microsoft\.(authorization|resources)$/i.test(namespace) ? [0, 0] : [2000, 10_000],
    tracked: false,
  }
}

/** How long a write of a resource takes; a second one is quicker. */
export function lastingOf(world: World, id: ResourceId, exists: boolean): { sleepMs: number } {
  const told = world.faults.delayOf(id)
  if (told !== undefined) return { sleepMs: told }
  return world.pause(chosen(world, factsOf(id.type).durationMs) * (exists ? 0.5 : 1))
}

/** How long a deletion takes: a group's 75 to 140 seconds, another's half of its making. */
export function deletionLastingOf(world: World, id: ResourceId): { sleepMs: number } {
  const told = world.faults.delayOf(id)
  if (told !== undefined) return { sleepMs: told }
  if (id.type === groupType) return world.pause(chosen(world, [75_000, 140_000]))
  return world.pause(chosen(world, factsOf(id.type).durationMs) * 0.5)
}

function chosen(world: World, [least, most]: readonly [number, number]): number {
  return most === 0 ? 0 : Math.round(least + world.random.next() * (most - least))
}
