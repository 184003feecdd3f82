import type { AzurePorts } from '../api/azure-storage.ts'
import type { Random } from '../api/clock.ts'

/** Bodies (templates, plans) by the sha256 of their bytes, lower-case hex. Writing the same twice is harmless. */
export interface BlobStore {
  /** Stores the bytes and answers their sha256. What is answered survives a kill and a power cut. */
  put(bytes: Uint8Array): Promise<string>
  /** The bytes, checked against their name; undefined when there are none. A mismatch is a `stalled` error, `CorruptBlob`. */
  get(sha256: string): Promise<Uint8Array | undefined>
  has(sha256: string): Promise<boolean>
  /** An https URL from which CloudFormation can read the body; undefined where this driver has none (a local folder). */
  url(sha256: string): string | undefined
}

/** What a driver needs of the outside world. */
export interface BlobPorts {
  random: Random
  /** The environment: where S3's region is found when the setting does not name it. */
  env: Readonly<Record<string, string | undefined>>
  /** Absent: nothing in Azure can be opened. */
  azure?: AzurePorts
}
