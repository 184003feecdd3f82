import type { Clock } from '../../../api/clock.ts'
import type { JsonObject } from '../json.ts'
import type { ClientRule, Clients } from './clients.ts'
import { EntraError } from './entra-error.ts'
import { claimsOf } from './tokens.ts'

/** Where an assertion is presented. */
export interface AssertionPlace {
  clientId: string
  tenantId: string
  origin: string
  rule: ClientRule
}

const exchangeAudience = 'api://AzureADTokenExchange'

/**
 * Looks at an assertion as Entra would, its signature aside: a JWT whose time has come and is not over; for a
 * certificate's, issuer and subject are the application; every other is a federated one, for the exchange's audience. Its
 * issuer, subject and audience are remembered, the assertion is not. Throws EntraError.
 */
export function checkAssertion(
  parts: { clock: Clock; clients: Clients },
  assertion: string,
  place: AssertionPlace,
): void {
  const claims = claimsOf(assertion)
  if (claims === undefined) {
    throw new EntraError('invalid_request', 50027, 'JWT token is invalid or malformed.')
  }
  const presented = {
    issuer: text(claims, 'iss'),
    subject: text(claims, 'sub'),
    audience: text(claims, 'aud'),
  }
  const refusal = timeRefusal(claims, parts.clock.now()) ?? refusalOf(presented, place)
  const accepted = refusal === undefined
  parts.clients.note({ at: parts.clock.now(), clientId: place.clientId, ...presented, accepted })
  if (refusal !== undefined) throw refusal
}

interface Presented {
  issuer: string
  subject: string
  audience: string
}

function refusalOf(presented: Presented, { clientId, rule }: AssertionPlace): EntraError | undefined {
  const { issuer, subject, audience } = presented
  if (issuer === clientId && subject === clientId) return undefined
  if (rule.federated === undefined) {
    return audience === exchangeAudience ? undefined : noMatch(700212, 'audience', audience)
  }
  const { federated } = rule
  if (!federated.some((each) => each.issuer === issuer)) return noMatch(700211, 'issuer', issuer)
  const ofIssuer = federated.filter((each) => each.issuer === issuer)
  if (!ofIssuer.some((each) => each.subject === subject)) return noMatch(700213, 'subject', subject)
  const matches = ofIssuer.some((each) => each.subject === subject && each.audience === audience)
  return matches ? undefined : noMatch(700212, 'audience', audience)
}

function noMatch(code: number, what: string, value: string): EntraError {
  const message = `No matching federated identity record found for presented assertion ${what} '${value}'. Please check your federated identity credential Subject, Audience and Issuer against the presented assertion.`
  return new EntraError('invalid_client', code, message, 401)
}

function timeRefusal(claims: JsonObject, nowMs: number): EntraError | undefined {
  const { exp, nbf } = claims
  const late = typeof exp !== 'number' || exp * 1000 <= nowMs
  // Entra forgives five minutes.
  const early = typeof nbf === 'number' && nbf * 1000 > nowMs + 300_000
  if (!late && !early) return undefined
  const message = `Client assertion is not within its valid time range. Current time: ${new Date(nowMs).toISOString()}.`
  return new EntraError('invalid_client', 700024, message, 401)
}

function text(claims: JsonObject, name: string): string {
  const claim = claims[name]
  const value = Array.isArray(claim) ? claim[0] : claim
  return typeof value === 'string' ? value : ''
}
