import type { Stack, StackOutput } from '../model.ts'
import type { Place } from '../world.ts'

/** Names of the stacks that import an export. */
export function importersOf(place: Place, name: string): string[] {
  return [...place.named.values()].filter((stack) => stack.imports.includes(name)).map((stack) => stack.name)
}

/** Why a stack's new outputs cannot be: an export of another stack's name, or one in use that would change or go. */
export function exportProblem(
  place: Place,
  stack: Stack,
  outputs: readonly StackOutput[],
): string | undefined {
  const names = new Map<string, string>()
  for (const { exportName, value } of outputs) {
    if (exportName === undefined) continue
    const other = place.exports.get(exportName)
    if (other !== undefined && other.stackId !== stack.id)
      return `Export with name ${exportName} is already exported by stack ${place.stacks.get(other.stackId)?.name ?? other.stackId}.`
    if (names.has(exportName))
      return `Template format error: Output ${exportName} is malformed. The Name field of every Export member must be unique.`
    names.set(exportName, value)
  }
  for (const mine of place.exports.values()) {
    if (mine.stackId !== stack.id || names.get(mine.name) === mine.value) continue
    const importers = importersOf(place, mine.name).filter((name) => name !== stack.name)
    if (importers.length === 0) continue
    return names.has(mine.name)
      ? `Export ${mine.name} cannot be updated as it is in use by ${listed(importers)}`
      : `Delete canceled. Cannot delete export ${mine.name} as it is in use by ${listed(importers)}.`
  }
  return undefined
}

/** Why a stack cannot be deleted: somebody imports what it exports. */
export function exportInUse(place: Place, stack: Stack): string | undefined {
  return exportProblem(place, stack, [])
}

/** Registers a stack's exports in place of its former ones. */
export function setExports(place: Place, stack: Stack, outputs: readonly StackOutput[]): void {
  for (const [name, mine] of place.exports) if (mine.stackId === stack.id) place.exports.delete(name)
  for (const { exportName: name, value } of outputs)
    if (name !== undefined) place.exports.set(name, { name, value, stackId: stack.id })
}

/** `a`, `a and b`, `a, b and c`. */
function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
