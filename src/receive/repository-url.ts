/**
 * A repository's url reduced to what names it: host and path, lower case, without scheme, credentials, default port and
 * `.git`. So `git@github.com:Acme/Fleet.git` and `https://github.com/acme/fleet` are the same. Letter case is dropped in
 * the path too: on a host that tells cases apart one look too many is the worst that comes of it. Undefined when the
 * text names none, or a path on a machine. Pure.
 */
export function repositoryName(url: string): string | undefined {
  if (url.length > maxUrlLength) return undefined
  const scp = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/)(\S+)$/.exec(url)
  const name = scp === null ? fromUrl(url) : nameOf(scp[1] ?? '', scp[2] ?? '')
  return name?.toLowerCase()
}

const maxUrlLength = 2048

const defaultPorts: Readonly<Record<string, string>> = { 'ssh:': '22', 'git:': '9418' }

function fromUrl(text: string): string | undefined {
  if (!/^[a-z][a-z0-9+]*:\/\//i.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.hostname === '') return undefined
  const isDefaultPort = url.port === '' || url.port === defaultPorts[url.protocol]
  return nameOf(isDefaultPort ? url.hostname : `${url.hostname}:${url.port}`, url.pathname)
}

function nameOf(host: string, path: string): string | undefined {
  const trimmed = path.replaceAll(/^\/+|\/+$/g, '').replace(/\.git$/i, '')
  return trimmed === '' ? undefined : `${host}/${trimmed}`
}
