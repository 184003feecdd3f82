import type { Json } from '../../../template/arm/index.ts'
import type { PropertyChange } from './compare.ts'
import { isObject, sameJson } from './payload.ts'

interface Pair {
  beforeIndex: number
  afterIndex: number
}

/**
 * How one list becomes another. What is equal and in order stays; the rest is paired by `name` or `id`, then objects by
 * their place; what finds no partner is a Delete at its old index or a Create at its new one.
 */
export function compareLists(
  before: readonly Json[],
  after: readonly Json[],
  compareItems: (before: Json, after: Json, beforeIndex: number) => PropertyChange[],
): PropertyChange[] {
  const pairs = pairItems(before, after)
  const oldPartners = new Map(pairs.map((pair) => [pair.beforeIndex, pair]))
  const newPartners = new Map(pairs.map((pair) => [pair.afterIndex, pair]))
  const changes: PropertyChange[] = []
  for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
    const item = before[index]
    const pair = oldPartners.get(index)
    if (item !== undefined && pair === undefined) {
      changes.push({ path: String(index), propertyChangeType: 'Delete', before: item })
    }
    const partner = pair === undefined ? undefined : after[pair.afterIndex]
    if (item !== undefined && partner !== undefined) {
      const children = compareItems(item, partner, index)
      if (children.length > 0) changes.push({ path: String(index), propertyChangeType: 'Modify', children })
    }
    const added = after[index]
    if (added !== undefined && !newPartners.has(index)) {
      changes.push({ path: String(index), propertyChangeType: 'Create', after: added })
    }
  }
  return changes
}

function pairItems(before: readonly Json[], after: readonly Json[]): Pair[] {
  const pairs = longestCommon(before, after)
  const oldTaken = new Set(pairs.map(({ beforeIndex }) => beforeIndex))
  const newTaken = new Set(pairs.map(({ afterIndex }) => afterIndex))
  const take = (matches: (one: Json, other: Json, beforeIndex: number, afterIndex: number) => boolean) => {
    for (const [beforeIndex, item] of before.entries()) {
      if (oldTaken.has(beforeIndex)) continue
      const afterIndex = after.findIndex(
        (other, index) => !newTaken.has(index) && matches(item, other, beforeIndex, index),
      )
      if (afterIndex < 0) continue
      oldTaken.add(beforeIndex)
      newTaken.add(afterIndex)
      pairs.push({ beforeIndex, afterIndex })
    }
  }
  take((one, other) => keyOf(one) !== undefined && keyOf(one) === keyOf(other))
  take(
    (one, other, beforeIndex, afterIndex) =>
      beforeIndex === afterIndex &&
      isObject(one) &&
      isObject(other) &&
      (keyOf(one) === undefined || keyOf(other) === undefined),
  )
  return pairs
}

function keyOf(item: Json): string | undefined {
  if (!isObject(item)) return undefined
  const key = item['name'] ?? item['id']
  return typeof key === 'string' ? key.toLowerCase() : undefined
}

// Lists of resources are short; past this size only what stands at the same place is compared.
const maxCells = 250_000

function longestCommon(before: readonly Json[], after: readonly Json[]): Pair[] {
  if (before.length * after.length > maxCells) {
    return before.flatMap((item, index) =>
      sameJson(item, after[index]) ? [{ beforeIndex: index, afterIndex: index }] : [],
    )
  }
  const lengths = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0))
  const at = (row: number, column: number): number => lengths[row]?.[column] ?? 0
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      const cells = lengths[row]
      if (cells === undefined) continue
      cells[column] = sameJson(before[row], after[column])
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  const pairs: Pair[] = []
  let row = 0
  let column = 0
  while (row < before.length && column < after.length) {
    if (sameJson(before[row], after[column])) {
      pairs.push({ beforeIndex: row, afterIndex: column })
      row += 1
      column += 1
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1
    else column += 1
  }
  return pairs
}
