/** Reads the types of ssh's wire format one after the other (RFC 4251, section 5); undefined once there is not enough. */
export interface WireReader {
  string(): Buffer | undefined
  bytes(count: number): Buffer | undefined
}

/** A reader from the first byte. */
export function createWireReader(blob: Buffer): WireReader {
  let at = 0
  const bytes = (count: number): Buffer | undefined => {
    if (at + count > blob.length) return undefined
    at += count
    return blob.subarray(at - count, at)
  }
  return {
    bytes,
    string() {
      const length = bytes(4)?.readUInt32BE(0)
      return length === undefined ? undefined : bytes(length)
    },
  }
}

/** A positive number of the wire format as exactly so many bytes; undefined when it does not fit. */
export function mpintOf(value: Buffer | undefined, bytes: number): Buffer | undefined {
  if (value === undefined || value.length === 0 || (value[0] ?? 0) >= 0x80) return undefined
  const digits = value[0] === 0 ? value.subarray(1) : value
  return digits.length > bytes ? undefined : Buffer.concat([Buffer.alloc(bytes - digits.length), digits])
}
