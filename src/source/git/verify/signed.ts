/** A signed object taken apart: what was signed, as it lay there byte by byte, and the signature over it. */
export interface SignedObject {
  what: 'commit' | 'tag'
  payload: Buffer
  /** Armored; absent: it is not signed. */
  signature?: string
}

/**
 * A raw commit without its signature, which stands in a header of several lines; a commit with two is none. Never made
 * again from a parsed commit: that need not give the same bytes. See gitformat-signature(5).
 */
export function splitCommit(content: Buffer): SignedObject | undefined {
  const headEnd = content.indexOf('\n\n')
  const kept: Buffer[] = []
  const signature: string[] = []
  let count = 0
  let inside: 'kept' | 'gpgsig' | 'other' = 'kept'
  let at = 0
  const limit = headEnd < 0 ? content.length : headEnd + 1
  for (let next = at; at < limit; at = next) {
    const end = content.indexOf(0x0a, at)
    next = end < 0 ? content.length : end + 1
    const line = content.subarray(at, next)
    if (line[0] !== 0x20) {
      const isSignature = line.indexOf('gpgsig ') === 0
      // A signature for a repository of another hash is not part of what was signed here, nor a signature of it.
      inside = isSignature ? 'gpgsig' : line.indexOf('gpgsig-sha256 ') === 0 ? 'other' : 'kept'
      if (isSignature) count += 1
    }
    if (inside === 'kept') kept.push(line)
    else if (inside === 'gpgsig') signature.push(line.toString('latin1').replace(/^(gpgsig)? /, ''))
  }
  if (count > 1) return undefined
  kept.push(content.subarray(at))
  const text = signature.join('')
  return { what: 'commit', payload: Buffer.concat(kept), ...(count === 1 ? { signature: text } : {}) }
}

/** A raw annotated tag without its signature, which is the end of its message; and the commit that it names. */
export function splitTag(content: Buffer): (SignedObject & { commit: string | undefined }) | undefined {
  const marks = ['-----BEGIN PGP SIGNATURE-----', '-----BEGIN SSH SIGNATURE-----']
  const at = Math.max(...marks.map((mark) => content.lastIndexOf(`\n${mark}`)))
  const head = content.toString('latin1', 0, Math.max(0, content.indexOf('\n\n')))
  const [, commit, type] = /^object ([0-9a-f]{40})\ntype (\w+)\ntag /.exec(head) ?? []
  if (commit === undefined) return undefined
  const payload = at < 0 ? content : content.subarray(0, at + 1)
  return {
    what: 'tag',
    payload,
    commit: type === 'commit' ? commit : undefined,
    ...(at < 0 ? {} : { signature: content.toString('latin1', at + 1) }),
  }
}
