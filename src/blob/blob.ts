/** Bodies (templates, plans) by the sha256 of their bytes, lower-case hex. Writing the same twice is harmless. */
export interface BlobStore {
  /** Stores the bytes and answers their sha256. */
  put(bytes: Uint8Array): Promise<string>
  /** The bytes, checked against their name; undefined when there are none. A mismatch is a `stalled` error, `CorruptBlob`. */
  get(sha256: string): Promise<Uint8Array | undefined>
  has(sha256: string): Promise<boolean>
  /** An https URL from which CloudFormation can read the body; undefined where this driver has none (a local folder). */
  url(sha256: string): string | undefined
}
