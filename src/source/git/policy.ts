import { stalled } from '../../api/errors.ts'

/** What a source may be besides https on a public address, or ssh on one with a known host key. */
export type Allowance = 'private' | 'loopback' | 'http' | 'file' | 'unknown-hosts'

/** Every allowance, as the setting names them. */
export const allowances: readonly Allowance[] = ['private', 'loopback', 'http', 'file', 'unknown-hosts']

/** Which places may be read from. Whoever may commit to a repository may name any url, so the answer is given outside of git. */
export interface SourcePolicy {
  allow: ReadonlySet<Allowance>
  /** Urls that the operator named: they may be any of these places. */
  trusted: readonly string[]
}

/** Nothing but https on public addresses. */
export const strictPolicy: SourcePolicy = { allow: new Set(), trusted: [] }

/** The setting that widens the policy. */
export const allowVariable = 'HEADWATER_SOURCE_ALLOW'

/** `private,http` as a set. Throws a `stalled` error (`InvalidSetting`) for a word that is none. */
export function parseAllowances(text: string): Set<Allowance> {
  const words = text.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]))
  return new Set(
    words.map((word) => {
      const known = allowances.find((allowance) => allowance === word)
      if (known !== undefined) return known
      throw stalled('InvalidSetting', `"${word}" is not known; allowed: ${allowances.join(', ')}`)
    }),
  )
}

/** What one url may be. */
export function allowancesFor(url: string, policy: SourcePolicy): ReadonlySet<Allowance> {
  if (!policy.trusted.includes(url)) return policy.allow
  // A host's key is no matter of where: an unknown one is taken only where that is said.
  return new Set(allowances.filter((word) => word !== 'unknown-hosts' || policy.allow.has(word)))
}

/** A place that is refused by the policy: says how it could be allowed. */
export function forbidden(where: string, what: string, allowance: Allowance): Error {
  return stalled(
    'AddressRefused',
    `${where} ${what}, from where nothing is read; whoever runs the controller can allow it by ${allowVariable}=${allowance}`,
  )
}
