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

/**
 * A listing of refs with a HEAD. A repository whose HEAD names a branch that was never pushed (a bare one made before its
 * first push) lists none, and isomorphic-git refuses to fetch anything from it; the first ref is called HEAD then, which
 * nobody asks for. See gitprotocol-pack(5), reference discovery.
 */
export function withHead(listing: Uint8Array): Uint8Array {
  for (let at = 0, length = lineLength(listing, 0); length !== undefined; length = lineLength(listing, at)) {
    const end = at + Math.max(length, 4)
    const [, ref, capabilities] = /^[0-9a-f]{40} ([^\0]+)\0([^\n]*)/.exec(text(listing, at + 4, end)) ?? []
    if (ref !== undefined && capabilities !== undefined) {
      if (ref === 'HEAD' || !ref.startsWith('refs/') || capabilities.includes('symref=HEAD:')) return listing
      const line = `${text(listing, at + 4, end).trimEnd()} symref=HEAD:${ref}\n`
      const header = (line.length + 4).toString(16).padStart(4, '0')
      return Buffer.concat([
        listing.subarray(0, at),
        Buffer.from(header + line, 'latin1'),
        listing.subarray(end),
      ])
    }
    at = end
  }
  return listing
}

function lineLength(bytes: Uint8Array, at: number): number | undefined {
  const digits = text(bytes, at, at + 4)
  return /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : undefined
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.subarray(from, to)).toString('latin1')
}
