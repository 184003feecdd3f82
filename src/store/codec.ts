import { stalled } from '../api/errors.ts'
import type { HeadwaterError } from '../api/errors.ts'
import { keyOf, recordSchema } from '../api/record.ts'
import type { ObjectRecord } from '../api/record.ts'

/** DynamoDB's limit for an item is 400 KB; every driver refuses earlier, at the same size, so that state can move between them. */
export const maxRecordBytes = 350 * 1024

/**
 * A record as the text that every driver stores. Throws `stalled`, `RecordTooLarge`, and a plain error for a time that
 * is no number: it would be written, and never read again.
 */
export function encodeRecord(record: ObjectRecord): string {
  if (record.dueAt !== undefined && !Number.isFinite(record.dueAt))
    throw new Error(`the record of ${keyOf(record)} cannot be due at ${record.dueAt}`)
  const text = JSON.stringify(record)
  const bytes = Buffer.byteLength(text)
  if (bytes > maxRecordBytes)
    throw stalled(
      'RecordTooLarge',
      `the record of ${keyOf(record)} has ${bytes} bytes, the limit is ${maxRecordBytes}; shorten its parameters or split it`,
    )
  return text
}

/** The text as a record, or why it is none. */
export function decodeRecord(
  key: string,
  text: string,
): { ok: true; record: ObjectRecord } | { ok: false; error: HeadwaterError } {
  const refuse = (why: string) => ({
    ok: false as const,
    error: stalled(
      'UnreadableRecord',
      `the record of ${key} cannot be read: ${why}; it is left as it is, delete it or put it right by hand`,
    ),
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Not as a cause: the parser's message quotes the text, and a record may hold what must not reach a log.
    return refuse('it is not JSON')
  }
  if (!isObject(value)) return refuse('it is not an object')
  if (typeof value['schema'] !== 'number') return refuse('it has no schema number')
  if (value['schema'] > recordSchema)
    return refuse(`it has schema ${value['schema']}, this version reads up to ${recordSchema}`)
  const missing = missingPart(value)
  if (missing !== undefined) return refuse(`${missing} is missing or of a wrong type`)
  const record = value as unknown as ObjectRecord
  if (keyOf(record) !== key) return refuse(`it calls itself ${keyOf(record)}`)
  return { ok: true, record }
}

/** The first part that every reader relies on and that is not there. */
function missingPart(value: Record<string, unknown>): string | undefined {
  for (const name of ['kind', 'namespace', 'name']) if (typeof value[name] !== 'string') return name
  if (typeof value['generation'] !== 'number') return 'generation'
  if (!isObject(value['spec'])) return 'spec'
  const status = value['status']
  if (!isObject(status)) return 'status'
  if (!Array.isArray(status['conditions'])) return 'status.conditions'
  if (value['dueAt'] !== undefined && typeof value['dueAt'] !== 'number') return 'dueAt'
  if (value['operation'] !== undefined && !isObject(value['operation'])) return 'operation'
  if (value['lease'] !== undefined && !isObject(value['lease'])) return 'lease'
  return undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
