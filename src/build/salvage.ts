import type { FieldPath } from './problem.ts'
import type { SchemaProblem } from './schema-problems.ts'

/**
 * A value without the fields that are wrong, so that the rest can be checked too: a person wants to hear of all mistakes
 * at once. A misspelt field counts under the name that was meant; a list with a wrong item is left out whole, as its
 * other items would move. Never to be applied.
 */
export function salvage(value: unknown, problems: readonly SchemaProblem[]): unknown {
  const copy = structuredClone(value)
  for (const { path, meant } of problems) {
    const [field, parent] = find(copy, path)
    if (field === undefined || parent === undefined) continue
    if (meant !== undefined) parent[meant] = parent[field]
    delete parent[field]
  }
  return copy
}

/** The last mapping on the way, and the field in it that leads on. */
function find(value: unknown, path: FieldPath): [string?, Record<string, unknown>?] {
  let found: [string?, Record<string, unknown>?] = []
  let node = value
  for (const part of path) {
    if (typeof part === 'number' || typeof node !== 'object' || node === null) break
    const mapping = node as Record<string, unknown>
    if (!Object.hasOwn(mapping, part)) break
    found = [part, mapping]
    node = mapping[part]
  }
  return found
}
