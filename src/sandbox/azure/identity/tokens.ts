import { createHash, generateKeyPair, sign } from 'node:crypto'
import type { JsonWebKey, KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Clock, Random } from '../../../api/clock.ts'
import type { JsonObject } from '../json.ts'
import { guidOf } from '../resources/body.ts'

/** What a token is for. */
export interface TokenWish {
  tenantId: string
  /** The application, or the managed identity. */
  clientId: string
  /** The resource, without `/.default`. */
  audience: string
  /** Default 3599, as Entra's. */
  lifetimeSeconds?: number
}

/** A token that was given out. */
export interface IssuedToken {
  token: string
  /** Seconds since the epoch. */
  issuedAt: number
  expiresAt: number
}

/** Tokens that look like Entra's and are signed with a key of the sandbox's own. */
export interface Tokens {
  issue(wish: TokenWish): Promise<IssuedToken>
  /** The public key, as a JWKS lists it. */
  publicKey(): Promise<JsonWebKey & { kid: string; use: string }>
}

/** Makes the key at the first use. */
export function createTokens(parts: { clock: Clock; random: Random }): Tokens {
  let pair: Promise<{ publicKey: KeyObject; privateKey: KeyObject }> | undefined
  const keys = (): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> => {
    pair ??= promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
    return pair
  }
  return {
    async issue({ tenantId, clientId, audience, lifetimeSeconds = 3599 }) {
      const { publicKey, privateKey } = await keys()
      const issuedAt = Math.floor(parts.clock.now() / 1000)
      const expiresAt = issuedAt + lifetimeSeconds
      const objectId = objectIdOf(tenantId, clientId)
      const claims = {
        aud: audience,
        iss: `https://sts.windows.net/${tenantId}/`,
        iat: issuedAt,
        nbf: issuedAt,
        exp: expiresAt,
        aio: parts.random.uuid().replaceAll('-', ''),
        appid: clientId,
        appidacr: '1',
        idp: `https://sts.windows.net/${tenantId}/`,
        idtyp: 'app',
        oid: objectId,
        sub: objectId,
        tid: tenantId,
        uti: parts.random.uuid().replaceAll('-', '').slice(0, 22),
        ver: '1.0',
      }
      const kid = keyIdOf(publicKey)
      const head = encode({ typ: 'JWT', alg: 'RS256', x5t: kid, kid })
      const signed = `${head}.${encode(claims)}`
      const signature = sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')
      return { token: `${signed}.${signature}`, issuedAt, expiresAt }
    },
    async publicKey() {
      const { publicKey } = await keys()
      return { ...publicKey.export({ format: 'jwk' }), kid: keyIdOf(publicKey), use: 'sig' }
    },
  }
}

/** The object that an application is in a tenant: its service principal. */
export function objectIdOf(tenantId: string, clientId: string): string {
  return guidOf(`${tenantId}|${clientId}|service principal`)
}

/** The claims of a token, whoever signed it; undefined when it is no JWT. */
export function claimsOf(token: string): JsonObject | undefined {
  const [, middle, signature, ...more] = token.split('.')
  if (middle === undefined || signature === undefined || more.length > 0) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(middle, 'base64url').toString('utf8'))
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims)
      ? (claims as JsonObject)
      : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function keyIdOf(key: KeyObject): string {
  return createHash('sha1')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('base64url')
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
