import { parse } from 'jsonc-parser'
import type { Json } from './types.ts'

/** Text as JSON, as ARM's `json` reads it: comments, unquoted names and single quotes pass; undefined when it is none. */
export function parseJson(text: string): { value: Json } | undefined {
  try {
    return { value: JSON.parse(text) as Json }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  const relaxed = relax(text)
  const errors: Parameters<typeof parse>[1] = []
  const value: unknown = parse(relaxed, errors, { allowTrailingComma: true })
  return errors.length > 0 || value === undefined ? undefined : { value: value as Json }
}

/** Names without quotes and strings in single quotes become JSON's. */
function relax(text: string): string {
  return text.replaceAll(
    /"(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'|([{,]\s*)([A-Za-z_$][\w$]*)(\s*:)/gs,
    (all: string, single?: string, before?: string, name?: string, after?: string) => {
      if (single !== undefined) return JSON.stringify(single.replaceAll(String.raw`\'`, "'"))
      return name === undefined ? all : `${before}"${name}"${after}`
    },
  )
}

/** A value as one line of JSON, as ARM's `string` writes it. */
export function jsonLine(value: Json): string {
  return JSON.stringify(value)
}
