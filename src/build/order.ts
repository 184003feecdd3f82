import { didYouMean } from '../api/did-you-mean.ts'
import { findKind, kinds } from '../api/kinds/index.ts'
import { displayKey, formatKey, parseKey } from '../api/reference.ts'
import { flagField, type Flag } from './flag.ts'
import type { BuiltObject } from './manifest.ts'
import { dependencies, sourceKeyOf } from './references.ts'

/** Dependencies on what is not there, and cycles with their path. */
export function checkOrder(objects: readonly BuiltObject[], isDeclared: (key: string) => boolean): Flag[] {
  const byKey = new Map(objects.map((object) => [formatKey(object), object]))
  return objects.flatMap((object) => [
    ...dependencies(object).flatMap(({ field, key }): Flag[] => {
      const { kind } = parseKey(key)
      if (!findKind(kind)) {
        const known = kinds.map((candidate) => candidate.kind)
        const message = `the kind "${kind}" is not known${didYouMean(kind, known)}; known: ${known.join(', ')}`
        return [flagField(object, [...field, 'kind'], message)]
      }
      if (isDeclared(key)) return []
      const near = didYouMean(
        displayKey(key),
        objects.map((other) => displayKey(formatKey(other))),
      )
      const message = `${displayKey(key)} is not declared here${near}; it is waited for until somebody declares it`
      return [flagField(object, field, message, 'warning')]
    }),
    ...findCycle(object, byKey),
  ])
}

/** The shortest way from an object over its dependencies back to itself. */
function findCycle(start: BuiltObject, byKey: ReadonlyMap<string, BuiltObject>): Flag[] {
  const startKey = formatKey(start)
  const cameFrom = new Map<string, string>()
  const queue = [startKey]
  for (const key of queue) {
    const object = byKey.get(key)
    if (!object) continue
    for (const next of dependencies(object)) {
      if (cameFrom.has(next.key)) continue
      cameFrom.set(next.key, key)
      if (next.key === startKey) return [describeCycle(start, pathTo(startKey, cameFrom))]
      queue.push(next.key)
    }
  }
  return []
}

function pathTo(end: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const path = [end]
  for (let key = cameFrom.get(end); key !== undefined && key !== end; key = cameFrom.get(key))
    path.unshift(key)
  return [end, ...path]
}

function describeCycle(start: BuiltObject, path: readonly string[]): Flag {
  const edge = dependencies(start).find(({ key }) => key === path[1])
  const names = path.map((key) => {
    const { kind, namespace, name } = parseKey(key)
    return kind === start.kind ? `${namespace}/${name}` : displayKey(key)
  })
  const message = `the dependencies make a cycle: ${names.join(' → ')}; remove one of them`
  return flagField(start, edge?.field ?? ['spec', 'dependsOn'], message)
}

/**
 * What must not be applied: broken objects, and all that depends on them, each with the reason. The rest of a revision
 * goes on.
 */
export function withhold(
  objects: readonly BuiltObject[],
  broken: ReadonlyMap<string, string>,
): Map<string, string> {
  const withheld = new Map(broken)
  const needs = new Map(
    objects.map((object) => {
      const source = sourceKeyOf(object)
      const keys = dependencies(object).map(({ key }) => key)
      return [formatKey(object), source === undefined ? keys : [...keys, source]]
    }),
  )
  for (let size = -1; size !== withheld.size;) {
    size = withheld.size
    for (const [key, keys] of needs) {
      const cause = withheld.has(key) ? undefined : keys.find((needed) => withheld.has(needed))
      if (cause !== undefined)
        withheld.set(key, `needs ${displayKey(cause)}, which is not applied at this revision`)
    }
  }
  return withheld
}
