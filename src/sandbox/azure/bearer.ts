import { ArmError } from './errors.ts'
import { claimsOf, objectIdOf } from './identity/tokens.ts'
import { textMember } from './json.ts'
import type { Caller } from './wire.ts'

/** Who an `Authorization` without claims stands for. */
export const unknownClient = '00000000-0000-4000-8000-00000000c11e'

/**
 * Who sent a request. The signature is not checked: a token that is no JWT is anybody's; one that is must not be
 * expired. Throws ARM's 401.
 */
export function callerOf(
  authorization: string | undefined,
  place: { tenantId: string; nowMs: number; origin: string },
): Caller {
  const token = /^bearer\s+(\S+)/i.exec(authorization ?? '')?.[1]
  if (token === undefined) {
    throw refusal(
      place,
      'AuthenticationFailed',
      "Authentication failed. The 'Authorization' header is missing.",
    )
  }
  const claims = claimsOf(token)
  if (claims === undefined) {
    return {
      tenantId: place.tenantId,
      clientId: unknownClient,
      objectId: objectIdOf(place.tenantId, unknownClient),
    }
  }
  const expiresAt = claims['exp']
  if (typeof expiresAt === 'number' && expiresAt * 1000 <= place.nowMs) {
    const [expiry, now] = [expiresAt * 1000, place.nowMs].map((ms) => new Date(ms).toUTCString())
    const message = `The access token expiry UTC time '${expiry}' is earlier than current UTC time '${now}'.`
    throw refusal(place, 'ExpiredAuthenticationToken', message)
  }
  const tenantId = textMember(claims, 'tid') ?? place.tenantId
  const clientId = textMember(claims, 'appid') ?? textMember(claims, 'azp') ?? unknownClient
  return { tenantId, clientId, objectId: textMember(claims, 'oid') ?? objectIdOf(tenantId, clientId) }
}

function refusal(place: { tenantId: string; origin: string }, code: string, message: string): ArmError {
  const authority = `authorization_uri="${place.origin}/${place.tenantId}"`
  const error =
    code === 'AuthenticationFailed' ? '' : `, error="invalid_token", error_description="${message}"`
  const headers = { 'www-authenticate': `Bearer ${authority}${error}`, 'x-ms-failure-cause': 'gateway' }
  return new ArmError(401, { code, message }, headers)
}
