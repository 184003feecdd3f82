import { stalled } from '../api/errors.ts'
import type { SecretResolver } from '../secret/secret.ts'
import type { SourceLocation } from '../source/source.ts'

/**
 * The credentials a secret holds: JSON `{"username", "password"}` or `{"bearerToken"}`, else `user:password`, else a
 * token, which every git host takes as a password.
 */
export async function readCredentials(
  secrets: SecretResolver,
  reference: string | undefined,
): Promise<SourceLocation['credentials']> {
  if (reference === undefined) return undefined
  const value = (await secrets.resolve(reference)).trim()
  if (value === '')
    throw stalled('InvalidReference', `the secret ${reference} is empty; put a token or user:password there`)
  if (value.startsWith('{')) return readJson(value, reference)
  const colon = value.indexOf(':')
  if (colon > 0) return { username: value.slice(0, colon), password: value.slice(colon + 1) }
  return { username: 'git', password: value }
}

function readJson(value: string, reference: string): NonNullable<SourceLocation['credentials']> {
  const wrong = stalled(
    'InvalidReference',
    `the secret ${reference} is JSON but not {"username": "…", "password": "…"} or {"bearerToken": "…"}`,
  )
  let parsed: unknown
  try {
    parsed = JSON.parse(value)
  } catch {
    // The parser's message would quote the secret.
    throw wrong
  }
  const { username, password, bearerToken } = parsed as Record<string, unknown>
  if (typeof bearerToken === 'string') return { bearerToken }
  if (typeof password !== 'string') throw wrong
  return { username: typeof username === 'string' ? username : 'git', password }
}
