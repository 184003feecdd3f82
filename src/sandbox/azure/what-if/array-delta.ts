import type { Json } from '../../../template/arm/index.ts'
import type { PropertyChange } from './property-change.ts'
import { isObject, sameJson } from './payload.ts'

/** An old item and the new one that took its place. */
export interface Pair {
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
  compareItems: (before: Json, after: Json, beforeIndex: number, afterIndex: number) => PropertyChange[],
): { children: PropertyChange[]; pairs: Pair[] } {
  const pairs = pairItems(before, after, compareItems)
  const oldPartners = new Map(pairs.map((pair) => [pair.beforeIndex, pair]))
  const newPartners = new Map(pairs.map((pair) => [pair.afterIndex, pair]))
  const children: PropertyChange[] = []
  for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
    const item = before[index]
    const pair = oldPartners.get(index)
    if (item !== undefined && pair === undefined) {
      children.push({ path: String(index), propertyChangeType: 'Delete', before: item })
    }
    const partner = pair === undefined ? undefined : after[pair.afterIndex]
    if (item !== undefined && partner !== undefined) {
      const inner = compareItems(item, partner, index, pair?.afterIndex ?? index)
      if (inner.length > 0) {
        children.push({ path: String(index), propertyChangeType: 'Modify', children: inner })
      }
    }
    const added = after[index]
    if (added !== undefined && !newPartners.has(index)) {
      children.push({ path: String(index), propertyChangeType: 'Create', after: added })
    }
  }
  return { children, pairs }
}

function pairItems(
  before: readonly Json[],
  after: readonly Json[],
  compareItems: (before: Json, after: Json, beforeIndex: number, afterIndex: number) => PropertyChange[],
): Pair[] {
  const isSame = (row: number, column: number): boolean => {
    const [one, other] = [before[row], after[column]]
    if (one === undefined || other === undefined) return false
    if (sameJson(one, other)) return true
    return (
      isObject(one) &&
      isObject(other) &&
      keyOf(one) === keyOf(other) &&
      compareItems(one, other, row, column).length === 0
    )
  }
  const pairs = longestCommon(before.length, after.length, isSame)
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
const maxCells = 40_000

function longestCommon(
  rows: number,
  columns: number,
  isSame: (row: number, column: number) => boolean,
): Pair[] {
  if (rows * columns > maxCells) {
    return Array.from({ length: Math.min(rows, columns) }, (_, index) => index)
      .filter((index) => isSame(index, index))
      .map((index) => ({ beforeIndex: index, afterIndex: index }))
  }
  const lengths = Array.from({ length: rows + 1 }, () => Array.from({ length: columns + 1 }, () => 0))
  const same = lengths.map((cells, row) => cells.map((_, column) => isSame(row, column)))
  const at = (row: number, column: number): number => lengths[row]?.[column] ?? 0
  for (let row = rows - 1; row >= 0; row -= 1) {
    for (let column = columns - 1; column >= 0; column -= 1) {
      const cells = lengths[row]
      if (cells === undefined) continue
      cells[column] =
        same[row]?.[column] === true
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  const pairs: Pair[] = []
  let row = 0
  let column = 0
  while (row < rows && column < columns) {
    if (same[row]?.[column] === true) {
      pairs.push({ beforeIndex: row, afterIndex: column })
      row += 1
      column += 1
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1
    else column += 1
  }
  return pairs
}
