/**
 * One table for everything. It has two keys and no index of its own, so the indexes are entities too.
 *
 * | entity | PartitionKey | RowKey | more |
 * |---|---|---|---|
 * | record | `record` | the key, escaped | `version`, `nonce`, `parts`, `body0` …; `dueRow` when it has a time |
 * | deleted record | as before | as before | `version`, `nonce`, `parts = 0`, `deletedAt` |
 * | due | `due` | `<dueAt>:<key>:<nonce>` | `key`, `at`, `madeAt` |
 * | event | `event:<object's key>` | the event's id | `event` |
 * | timeline | `timeline` | `<time, descending>:<event's id>` | `event` |
 * | claim | `claim` | the id, escaped | `until`, `nonce` |
 *
 * Times are texts: milliseconds since the epoch. A partition takes 2,000 entities a second; 10,000 objects that are looked
 * at every ten minutes write 17 records a second, and as many due entities.
 */
export const partitions = {
  record: 'record',
  due: 'due',
  timeline: 'timeline',
  claim: 'claim',
} as const

/** The partition of an object's events. */
export function eventPartition(key: string): string {
  return `event:${escapeKey(key)}`
}

/**
 * A text as a part of a table key, which may hold no `/`, `\`, `#`, `?` or control character:
 * https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model. A slash becomes `|`,
 * every other byte outside letters, digits and `._-` becomes `:XX`, so that a prefix stays a prefix and no two texts
 * meet. Pure.
 */
export function escapeKey(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const char = String.fromCharCode(byte)
      if (/[A-Za-z0-9._-]/.test(char)) return char
      return char === '/' ? '|' : `:${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}

/** Above every character that `escapeKey` leaves: closes the range of a prefix. */
const afterAll = '~'

/** A condition on one partition, from `first` on and up to what begins with `last`. Both are escaped texts. Pure. */
export function rangeFilter(partition: string, first: string, last: string): string {
  const rows = [
    ...(first === '' ? [] : [`RowKey ge '${first}'`]),
    ...(last === '' ? [] : [`RowKey lt '${last}${afterAll}'`]),
  ]
  return [`PartitionKey eq '${partition}'`, ...rows].join(' and ')
}

/** The largest time that a row key can order. */
const maxTime = Number.MAX_SAFE_INTEGER

/** A time as the beginning of a row key, whole milliseconds, the earlier the smaller. Pure. */
export function ascendingTime(atMs: number): string {
  return String(Math.min(Math.max(Math.floor(atMs), 0), maxTime)).padStart(16, '0')
}

/** The same, the later the smaller. Pure. */
export function descendingTime(atMs: number): string {
  return String(maxTime - Math.min(Math.max(Math.floor(atMs), 0), maxTime)).padStart(16, '0')
}

/** A property holds 64 KB: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model */
const maxPropertyBytes = 60_000

/**
 * A body cut into properties `body0`, `body1` …, none above 64 KB; an entity holds 1 MB. UTF-8 as binary, because text
 * counts two bytes a character, and emulators break one that falls on the edge of two network packets. Pure.
 */
export function bodyProperties(body: string): { parts: number } & Record<string, Uint8Array | number> {
  const bytes = Buffer.from(body)
  const parts = Math.ceil(bytes.length / maxPropertyBytes)
  const cuts = Array.from({ length: parts }, (_, i) => [
    `body${i}`,
    bytes.subarray(i * maxPropertyBytes, (i + 1) * maxPropertyBytes),
  ])
  return { ...(Object.fromEntries(cuts) as Record<string, Uint8Array>), parts }
}

/** The body again; undefined for a tombstone, and for what is missing a part. Pure. */
export function bodyOf(entity: Readonly<Record<string, unknown>>): string | undefined {
  const count = entity['parts']
  if (typeof count !== 'number' || count < 1) return undefined
  const parts = Array.from({ length: count }, (_, i) => entity[`body${i}`])
  const bytes = parts.flatMap((part) => (part instanceof Uint8Array ? [part] : []))
  return bytes.length === count ? Buffer.concat(bytes).toString('utf8') : undefined
}
