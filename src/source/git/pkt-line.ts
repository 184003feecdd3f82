/**
 * Whether an answer of upload-pack came whole: its pkt-lines fill it exactly and it ends as git ends one, with a flush or
 * an error. isomorphic-git takes a torn answer for a short one. See gitprotocol-common(5).
 */
export function isWholeAnswer(bytes: Uint8Array): boolean {
  let at = 0
  let last = ''
  while (at < bytes.length) {
    const length = lineLength(bytes, at)
    // Without a side band the pack follows bare; its own checksum tells then.
    if (length === undefined) return last !== '' && text(bytes, at, at + 4) === 'PACK'
    if (length > 3 && at + length > bytes.length) return false
    last = length > 3 ? text(bytes, at + 4, at + Math.min(length, 8)) : 'flush'
    at += Math.max(length, 4)
  }
  return last === 'flush' || last === 'ERR '
}

function lineLength(bytes: Uint8Array, at: number): number | undefined {
  const digits = text(bytes, at, at + 4)
  return /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : undefined
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.subarray(from, to)).toString('latin1')
}
