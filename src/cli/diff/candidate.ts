import type { ObjectRecord } from '../../api/record.ts'

/** An object whose part of a cloud would be touched. */
export interface Candidate {
  key: string
  /** As it is in the store; absent for a new one. */
  before?: ObjectRecord
  /** As it would be; absent for one that leaves. */
  after?: ObjectRecord
  /** What of its inputs differs, for people. */
  inputs: string[]
  /** Bytes of its files by sha256, for what is new. */
  files: Map<string, Uint8Array>
}
