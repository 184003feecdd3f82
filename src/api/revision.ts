/** A commit and the pointer it was found by. Written `main@sha1:<40 hex>`, without a pointer `sha1:<40 hex>`, as Flux does. */
export interface Revision {
  pointer?: string
  commit: string
}

/** Writes a revision in Flux's form. */
export function formatRevision({ pointer, commit }: Revision): string {
  return pointer === undefined ? `sha1:${commit}` : `${pointer}@sha1:${commit}`
}

/** Reads a revision; undefined when the text is none. */
export function parseRevision(text: string): Revision | undefined {
  const match = /^(?:(.+)@)?sha1:([0-9a-f]{40})$/.exec(text)
  const commit = match?.[2]
  if (commit === undefined) return undefined
  return match?.[1] === undefined ? { commit } : { pointer: match[1], commit }
}

/** A revision for people: seven hex digits instead of forty. */
export function shortRevision(text: string): string {
  return text.replace(/sha1:([0-9a-f]{7})[0-9a-f]{33}/, 'sha1:$1')
}
