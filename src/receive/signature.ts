import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** The secrets that a webhook may be signed with: the current one, and the previous one while it is rotated. */
export type WebhookSecrets = readonly string[]

/** Always this many comparisons, so that time does not tell how many secrets there are, or whether there is any. */
const comparisons = 2

/** What stands in for a secret that is not there; nothing signed with it is ever accepted. */
const nobodysSecret = 'no secret'

/**
 * Whether `sha256=<hex>` is the HMAC of the raw bytes under one of the secrets. An absent or empty secret refuses.
 * A wrong, a missing and a malformed signature take the same time, and so does a receiver without secrets. Pure.
 */
export function isSigned(body: Uint8Array, header: string | undefined, secrets: WebhookSecrets): boolean {
  const given = readDigest(header)
  let isMatch = false
  for (let index = 0; index < comparisons; index++) {
    const secret = secrets[index] ?? ''
    const wanted = createHmac('sha256', secret === '' ? nobodysSecret : secret)
      .update(body)
      .digest()
    const isSame = timingSafeEqual(wanted, given ?? Buffer.alloc(wanted.length))
    isMatch = (isSame && given !== undefined && secret !== '') || isMatch
  }
  return isMatch
}

function readDigest(header: string | undefined): Buffer | undefined {
  const hex = /^sha256=([0-9a-f]{64})$/i.exec(header?.trim() ?? '')?.[1]
  return hex === undefined ? undefined : Buffer.from(hex, 'hex')
}

/** Lower-case hex of the SHA-256 of a body: the name under which a delivery without an id is remembered. Pure. */
export function bodyDigest(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex')
}
