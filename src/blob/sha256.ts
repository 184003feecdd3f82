import { createHash } from 'node:crypto'
import { stalled } from '../api/errors.ts'

/** The name of a body: the sha256 of its bytes, lower-case hex. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Refuses what is no sha256, before it becomes part of a path. Throws `stalled`, `InvalidReference`. */
export function checkName(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw stalled('InvalidReference', `"${sha256}" is no sha256 in hex`)
  return sha256
}

/** The bytes, if they are those that the name says. Throws `stalled`, `CorruptBlob`. */
export function checkBytes(sha256: string, bytes: Uint8Array): Uint8Array {
  const found = sha256Of(bytes)
  if (found === sha256) return bytes
  throw stalled('CorruptBlob', `the body ${sha256} has changed: its bytes hash to ${found}; delete it`)
}
