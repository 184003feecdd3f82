import { stalled } from '../api/errors.ts'

// oxlint-disable-next-line no-control-regex -- all of ASCII
const ascii = /^[\u0000-\u007f]*$/

/** A name as disks that fold letter case and Unicode forms tell names apart. */
function fold(name: string): string {
  // Upper case first: it makes one of letters that lower case leaves apart (ſ and s, ß and ss).
  return ascii.test(name)
    ? name.toLowerCase()
    : name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
}

/** A folder's entries by their names. */
export interface Names<T> {
  find(name: string): T | undefined
  /** Those whose names differ from one only by letter case or Unicode form. */
  twinsOf(name: string): T[]
}

/** Entries of a folder by name: each look-up costs the same however many there are. */
export function namesOf<T extends { name: string }>(entries: readonly T[]): Names<T> {
  const byName = new Map(entries.map((entry) => [entry.name, entry]))
  const byFold = Map.groupBy(entries, ({ name }) => fold(name))
  return {
    find: (name) => byName.get(name),
    twinsOf: (name) => (byFold.get(fold(name)) ?? []).filter((entry) => entry.name !== name),
  }
}

/**
 * Refuses paths that are two for git and one for a disk that folds letter case or Unicode forms: which one is read would
 * depend on where. A `stalled` error (`InvalidPath`) with both names.
 */
export function checkNames(where: string, paths: readonly string[]): void {
  const seen = new Map<string, string>()
  for (const path of paths) {
    const folded = fold(path)
    const other = seen.get(folded)
    if (other !== undefined && other !== path) {
      const [first, second] = [other, path].toSorted().map((name) => JSON.stringify(name.slice(0, 200)))
      throw stalled(
        'InvalidPath',
        `${where} holds ${first} and ${second}, which differ only by letter case or Unicode form; rename one, or leave it out by .sourceignore`,
      )
    }
    seen.set(folded, path)
  }
}
