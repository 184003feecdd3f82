import { stalled } from '../api/errors.ts'
import type { SecretResolver } from '../secret/secret.ts'
import type { SourceLocation } from '../source/source.ts'

/**
 * The credentials a secret holds: `user:password`, a token, which every git host takes as a password, or JSON:
 * `{"username", "password"}`, `{"bearerToken"}`, for ssh `{"identity", "known_hosts", "password"}`, for a GitHub App
 * `{"githubAppID", "githubAppInstallationID" or "githubAppInstallationOwner", "githubAppPrivateKey",
 * "githubAppBaseURL"}`; with `"ca.crt"`, `"tls.crt"`, `"tls.key"` for TLS.
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
    `the secret ${reference} is JSON but not {"username": "…", "password": "…"}, {"bearerToken": "…"}, {"identity": "…", "known_hosts": "…"} or {"githubAppID": …}`,
  )
  let parsed: unknown
  try {
    parsed = JSON.parse(value)
  } catch {
    // The parser's message would quote the secret.
    throw wrong
  }
  const told = parsed as Record<string, unknown>
  const text = (name: string): string | undefined => {
    const value = told[name]
    // Ids of GitHub are numbers.
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  }
  const credentials = Object.fromEntries(
    Object.entries(fields).flatMap(([field, name]) => {
      const value = text(name)
      return value === undefined ? [] : [[field, value]]
    }),
  ) as NonNullable<SourceLocation['credentials']>
  const { password, bearerToken, identity, clientCertificate, ca, githubAppId } = credentials
  if ((password ?? bearerToken ?? identity ?? clientCertificate ?? ca ?? githubAppId) === undefined)
    throw wrong
  if (password === undefined || bearerToken !== undefined || identity !== undefined) return credentials
  return { username: 'git', ...credentials }
}

/** Fields of the JSON, as Flux names them where it has them. */
const fields = {
  username: 'username',
  password: 'password',
  bearerToken: 'bearerToken',
  ca: 'ca.crt',
  clientCertificate: 'tls.crt',
  clientKey: 'tls.key',
  identity: 'identity',
  knownHosts: 'known_hosts',
  githubAppId: 'githubAppID',
  githubAppInstallationId: 'githubAppInstallationID',
  githubAppInstallationOwner: 'githubAppInstallationOwner',
  githubAppPrivateKey: 'githubAppPrivateKey',
  githubAppBaseUrl: 'githubAppBaseURL',
} as const
