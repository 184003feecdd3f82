import { stalled } from './errors.ts'

/** A setting or a reference that names its driver by a URL scheme, cut in two. */
export interface SchemedUrl {
  /** Lower case, without the colon. */
  scheme: string
  /** What follows `scheme:` or `scheme://`, up to `?` and `#`; taken as it is written, nothing is decoded. */
  rest: string
  /** The part after `?`. */
  query: URLSearchParams
  /** The part after `#`. */
  fragment?: string
}

/**
 * Cuts `scheme://rest?query#fragment`. Not `new URL`: a relative path, a secret's ARN and `memory:` are no hosts.
 * Undefined when there is no scheme.
 */
export function splitScheme(url: string): SchemedUrl | undefined {
  const match = /^([a-z][a-z0-9+.-]*):(?:\/\/)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is.exec(url)
  if (match?.[1] === undefined) return undefined
  return {
    scheme: match[1].toLowerCase(),
    rest: match[2] ?? '',
    query: new URLSearchParams(match[3] ?? ''),
    ...(match[4] === undefined ? {} : { fragment: match[4] }),
  }
}

/**
 * The entry of a registry that a URL names, and the URL's parts. An unknown scheme is a `stalled` error,
 * `InvalidSetting`, in words that the caller only has to put the setting's name before.
 */
export function chooseByScheme<Entry>(
  url: string,
  registry: Readonly<Record<string, Entry>>,
): { entry: Entry; parts: SchemedUrl } {
  const parts = splitScheme(url)
  const entry = parts && Object.hasOwn(registry, parts.scheme) ? registry[parts.scheme] : undefined
  if (parts === undefined || entry === undefined) {
    const wrong = parts === undefined ? 'has no scheme' : 'has an unknown scheme'
    throw stalled('InvalidSetting', `"${url}" ${wrong}; known: ${Object.keys(registry).join(', ')}`)
  }
  return { entry, parts }
}
