import { createRemoteJWKSet, errors, jwtVerify } from 'jose'
import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { transient } from '../../src/api/errors.ts'
import type { Settings } from '../../src/compose/settings.ts'

/** Who may call, and whose word on it counts. */
export interface CallerRules {
  tenantId: string
  audience: string
  /** Ids of applications (their app-only tokens) or of principals (object ids), and `role:<app role>`. */
  callers: readonly string[]
  /** The issuers that the tenant's tokens name. */
  issuers: readonly string[]
  keys: JWTVerifyGetKey
}

/** The caller, or why there is none: nobody proved who they are, or they may not. */
export type Caller =
  | { is: 'allowed'; id: string }
  | { is: 'unknown'; why: string }
  | { is: 'refused'; id: string }

const clockToleranceSeconds = 60

/**
 * The rules that the settings make; undefined when they allow nobody: then the function is off. Entra signs tokens of both
 * versions with the same keys: https://learn.microsoft.com/entra/identity-platform/access-tokens
 */
export function callerRules({ sync, azure }: Pick<Settings, 'sync' | 'azure'>): CallerRules | undefined {
  const tenantId = azure?.tenantId
  if (tenantId === undefined || sync === undefined) return undefined
  const { authority = 'https://login.microsoftonline.com' } = azure ?? {}
  return {
    ...sync,
    tenantId,
    issuers: [`${authority}/${tenantId}/v2.0`, `https://sts.windows.net/${tenantId}/`],
    keys: createRemoteJWKSet(new URL(`${authority}/${tenantId}/discovery/v2.0/keys`), {
      timeoutDuration: 5_000,
    }),
  }
}

/** Checks the bearer token of a request. Throws `backoff`, `Unavailable`, when the tenant's keys cannot be had. */
export async function checkCaller(header: string | undefined, rules: CallerRules): Promise<Caller> {
  const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header ?? '') ?? []
  if (token === undefined) return { is: 'unknown', why: 'no bearer token' }
  const { tenantId, audience, issuers, keys } = rules
  let claims: JWTPayload
  try {
    const verified = await jwtVerify(token, keys, {
      algorithms: ['RS256'],
      audience,
      issuer: [...issuers],
      requiredClaims: ['exp', 'iat', 'oid'],
      clockTolerance: clockToleranceSeconds,
    })
    claims = verified.payload
  } catch (error) {
    if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout))
      return { is: 'unknown', why: error.code }
    throw transient('Unavailable', 'the keys of the tenant cannot be read now', error)
  }
  const { oid } = claims
  if (claims['tid'] !== tenantId || typeof oid !== 'string') return { is: 'unknown', why: 'another tenant' }
  return namesOf(claims).some((name) => rules.callers.includes(name))
    ? { is: 'allowed', id: oid }
    : { is: 'refused', id: oid }
}

/**
 * What a caller may be listed as. The application's id counts in tokens of the application itself only: with a person's
 * token it names the tool, such as `az`, that anybody in the tenant has.
 */
function namesOf(claims: JWTPayload): string[] {
  const isPerson = claims['scp'] !== undefined
  const application = claims['azp'] ?? claims['appid']
  const roles = Array.isArray(claims['roles']) ? claims['roles'] : []
  return [
    claims['oid'],
    ...(isPerson ? [] : [application]),
    ...roles.map((role) => `role:${String(role)}`),
  ].filter((name) => typeof name === 'string')
}
