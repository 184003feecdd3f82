import { createHmac } from 'node:crypto'

/** What `known_hosts` says of a host's key. */
export type HostVerdict = 'known' | 'revoked' | 'changed' | 'unknown'

/** Lines of a `known_hosts` file, asked for one host. */
export interface KnownHosts {
  /** The types of keys that are known of the host, in the order of the lines. */
  types: string[]
  judge(key: Buffer): HostVerdict
}

/**
 * Reads `known_hosts` for one host; see sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". Hashed names, ports, patterns with `*`,
 * `?` and `!`, and `@revoked` are understood; `@cert-authority` is not, and lets nobody in.
 */
export function readKnownHosts(text: string, host: string, port: number): KnownHosts {
  const name = port === 22 ? host : `[${host}]:${port}`
  const lines = text.split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/)
    const marker = words[0]?.startsWith('@') === true ? words.shift() : undefined
    const [names = '', type = '', key = ''] = words
    if (names === '' || names.startsWith('#') || key === '' || !matches(names, name)) return []
    return [{ marker, type, key }]
  })
  const plain = lines.filter(({ marker }) => marker === undefined)
  return {
    types: [...new Set(plain.map(({ type }) => type))],
    judge(key) {
      const text = key.toString('base64')
      if (lines.some((line) => line.marker === '@revoked' && line.key === text)) return 'revoked'
      if (plain.some((line) => line.key === text)) return 'known'
      return plain.length > 0 ? 'changed' : 'unknown'
    },
  }
}

function matches(names: string, name: string): boolean {
  const hashed = /^\|1\|([A-Za-z0-9+/=]+)\|([A-Za-z0-9+/=]+)$/.exec(names)
  if (hashed !== null) {
    const [, salt = '', hash = ''] = hashed
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
  }
  const patterns = names.split(',')
  const isExcluded = patterns.some((pattern) => pattern.startsWith('!') && fits(pattern.slice(1), name))
  return !isExcluded && patterns.some((pattern) => !pattern.startsWith('!') && fits(pattern, name))
}

/** A pattern with `*` and `?`, in steps that only go forward: a pattern of others may not cost more than its length. */
function fits(pattern: string, name: string): boolean {
  let at = 0
  let from = 0
  let star = -1
  let retry = 0
  const same = (a: string | undefined, b: string | undefined) => a?.toLowerCase() === b?.toLowerCase()
  while (at < name.length) {
    if (pattern[from] === '*') {
      star = from
      retry = at
      from += 1
    } else if (from < pattern.length && (pattern[from] === '?' || same(pattern[from], name[at]))) {
      from += 1
      at += 1
    } else if (star >= 0) {
      retry += 1
      at = retry
      from = star + 1
    } else return false
  }
  while (pattern[from] === '*') from += 1
  return from === pattern.length
}
