import { fileURLToPath } from 'node:url'
import { stalled } from '../../api/errors.ts'

/** Where a repository lies, told from its url. */
export type GitAddress =
  | { type: 'http'; url: string }
  | { type: 'local'; path: string }
  | { type: 'ssh'; user: string; host: string; port: number; path: string }

/**
 * Reads a repository's url by a strict grammar: `https://host/path`, `http://…`, `ssh://user@host:port/path`,
 * `file:///path` or an absolute path.
 * Everything else git would take (`ext::`, scp-like, a leading `-`, credentials in the url, control characters, a query)
 * is refused with a `stalled` error (`InvalidURL`) that never repeats credentials.
 */
export function parseGitUrl(url: string): GitAddress {
  if (!isPlainText(url)) throw invalid(url, 'holds white space or control characters; remove them')
  if (url.startsWith('/')) return { type: 'local', path: url }
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (!parsed || !url.includes('://')) {
    throw invalid(
      url,
      'is no repository url; write https://host/path, or the absolute path of a local repository',
    )
  }
  if (!['https:', 'http:', 'ssh:', 'file:'].includes(parsed.protocol)) {
    throw invalid(
      url,
      `has the scheme ${parsed.protocol}//; use https://, ssh:// or the absolute path of a local repository`,
    )
  }
  if (parsed.search !== '' || parsed.hash !== '') throw invalid(url, 'has a query or a fragment; remove it')
  if (parsed.protocol === 'ssh:') return sshAddress(url, parsed)
  if (parsed.username !== '' || parsed.password !== '') {
    throw invalid(url, 'holds credentials; move them to secretRef')
  }
  if (parsed.protocol === 'file:') {
    if (parsed.host !== '') throw invalid(url, 'names a host; write file:///path')
    return { type: 'local', path: fileURLToPath(parsed) }
  }
  return { type: 'http', url: parsed.href.replace(/\/+$/, '') }
}

/** The user is part of an ssh address, as in `ssh://git@host/path`; a password is not. */
function sshAddress(url: string, { username, password, hostname, port, pathname }: URL): GitAddress {
  if (password !== '') throw invalid(url, 'holds credentials; move them to secretRef')
  if (!/^[A-Za-z0-9._-]{0,64}$/.test(username) || username.startsWith('-')) {
    throw invalid(url, 'has a user that is none; write ssh://git@host/path')
  }
  const host = hostname.replace(/^\[|\]$/g, '')
  if (!/^[A-Za-z0-9:][A-Za-z0-9.:_-]*$/.test(host))
    throw invalid(url, 'names no host; write ssh://git@host/path')
  // The path is put between quotes in a command of the server's shell.
  if (!/^\/[A-Za-z0-9._~+@/-]+$/.test(pathname) || pathname.includes('/../')) {
    throw invalid(url, 'has a path that is none; use letters, digits and ._~+@-')
  }
  const path = pathname.startsWith('/~') ? pathname.slice(1) : pathname
  return { type: 'ssh', user: username || 'git', host, port: port === '' ? 22 : Number(port), path }
}

/** A url for messages: without user, password, query and fragment. */
export function displayUrl(url: string): string {
  const isReadable = url.startsWith('/') || (/^[\w+.-]+:\/\//.test(url) && URL.canParse(url))
  // Where nobody can tell what is a user, all that could be goes.
  const named = isReadable ? url.replace(/^([\w+.-]+:\/\/+)[^/]*@/, '$1') : url.replace(/^.*@/s, '')
  return named.replace(/[?#].*$/s, '')
}

function isPlainText(url: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  return url !== '' && !/[\s\u0000-\u001f\u007f-\u009f\\]/.test(url)
}

function invalid(url: string, problem: string): Error {
  return stalled('InvalidURL', `${JSON.stringify(displayUrl(url))} ${problem}`)
}
