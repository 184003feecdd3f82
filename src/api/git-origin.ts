/**
 * Scheme, name and port of the host that a repository's url leads to, as `https://git.example` and `ssh://git.example:22`:
 * what a host says of itself is true of all urls with the same. Undefined for this machine, and for what is no url. Pure.
 */
export function originOf(url: string): string | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol === 'https:' || parsed?.protocol === 'http:') return parsed.origin
  if (parsed?.protocol !== 'ssh:') return undefined
  return `ssh://${parsed.hostname}:${parsed.port === '' ? '22' : parsed.port}`
}
