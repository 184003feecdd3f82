import { generic } from './generic.ts'
import { github } from './github.ts'
import { PayloadError } from './payload.ts'
import type { Provider, WebhookRequest } from './provider.ts'
import { repositoryName } from './repository-url.ts'
import { bodyDigest, isSigned } from './signature.ts'
import type { WebhookSecrets } from './signature.ts'

export type { WebhookRequest } from './provider.ts'

/** The receivers by the last part of their path, `/webhook/<name>`. */
export const providers: Readonly<Record<string, Provider>> = { github, generic }

/** Bodies above this many bytes are refused before anything is computed over them. */
export const maxBodyBytes = 3 * 1024 * 1024

/** How long a delivery is remembered, in milliseconds. */
const rememberedMs = 24 * 3_600_000

/** A source that pushes may be about. */
export interface KnownSource {
  key: string
  url: string
  /** Already due and nobody at work on it: marking it again would be for nothing. */
  isDue: boolean
}

/** What receiving needs of the rest. A webhook only ever selects among known sources; nothing is read from its payload but that. */
export interface ReceivePorts {
  secrets(): Promise<WebhookSecrets>
  sources(): Promise<KnownSource[]>
  /** True for the first caller with this id until `expiresAt`, in milliseconds since the epoch. */
  claim(id: string, expiresAt: number): Promise<boolean>
  /** Marks sources due now and answers which. */
  markDue(keys: readonly string[]): Promise<string[]>
  /** Milliseconds since the epoch. */
  now(): number
}

/** The answer to a webhook. `marked` is for the log, the rest for the sender. */
export interface ReceiveAnswer {
  status: 200 | 202 | 400 | 401 | 413
  body: { message: string; sources?: number }
  marked: string[]
}

/** The answer to a body that is too large; for shims that see the length before they have the bytes. */
export const tooLarge: ReceiveAnswer = {
  status: 413,
  body: { message: `the body is larger than ${maxBodyBytes} bytes` },
  marked: [],
}

/** An unknown receiver, a missing, a malformed and a wrong signature, a receiver without a secret: all the same. */
const refused: ReceiveAnswer = {
  status: 401,
  body: { message: 'no such receiver, or the signature is wrong' },
  marked: [],
}

/**
 * Takes one webhook: checks size, then signature over the raw bytes, then reads it, then marks the known sources with
 * that url due. `receiver` is the name in the path.
 *
 *     too large → 413 · not proved → 401 · malformed → 400 · ping and the like → 200 · push, also a repeated one → 202
 */
export async function receive(
  receiver: string,
  request: WebhookRequest,
  ports: ReceivePorts,
): Promise<ReceiveAnswer> {
  if (request.body.length > maxBodyBytes) return tooLarge
  const provider = Object.hasOwn(providers, receiver) ? providers[receiver] : undefined
  const secrets = await ports.secrets()
  // An unknown receiver is checked like a known one, against nobody's secret.
  const { signatureHeader } = provider ?? github
  const holds = isSigned(
    request.body,
    request.headers[signatureHeader],
    provider === undefined ? [] : secrets,
  )
  if (provider === undefined || !holds) return refused
  try {
    const event = provider.read(request)
    if (event.type === 'other') return answer(200, `nothing to do for ${event.event.slice(0, 40)}`)
    return await markPushed(receiver, provider, request, event.urls, ports)
  } catch (error) {
    if (error instanceof PayloadError) return answer(400, error.message)
    throw error
  }
}

async function markPushed(
  receiver: string,
  provider: Provider,
  request: WebhookRequest,
  urls: readonly string[],
  ports: ReceivePorts,
): Promise<ReceiveAnswer> {
  const names = new Set(urls.map(repositoryName).filter((name) => name !== undefined))
  const sources = (await ports.sources()).filter(({ url }) => names.has(repositoryName(url) ?? ''))
  if (sources.length === 0) return answer(202, 'no source follows this repository')
  // Already due: a flood of pushes costs a read each, and neither a write nor a second look.
  const idle = sources.filter(({ isDue }) => !isDue).map(({ key }) => key)
  if (idle.length === 0) return answer(202, 'already due', sources.length)
  if (!(await isNew(receiver, provider, request, ports)))
    return answer(202, 'this delivery was taken already')
  const marked = await ports.markDue(idle)
  return { ...answer(202, 'marked due', sources.length), marked }
}

/** The id is not covered by the signature, the body is: a repeated body under a new id is a repetition too. */
async function isNew(
  receiver: string,
  provider: Provider,
  { headers, body }: WebhookRequest,
  ports: ReceivePorts,
): Promise<boolean> {
  const expiresAt = ports.now() + rememberedMs
  const id = provider.deliveryHeader === undefined ? undefined : headers[provider.deliveryHeader]
  if (id !== undefined && id !== '' && !(await ports.claim(claimId(receiver, 'id', id), expiresAt)))
    return false
  return ports.claim(claimId(receiver, 'body', bodyDigest(body)), expiresAt)
}

const maxIdLength = 200

function claimId(receiver: string, what: 'id' | 'body', value: string): string {
  return `webhook/${receiver}/${what}/${value.slice(0, maxIdLength)}`
}

function answer(status: ReceiveAnswer['status'], message: string, sources?: number): ReceiveAnswer {
  return { status, body: { message, ...(sources === undefined ? {} : { sources }) }, marked: [] }
}
