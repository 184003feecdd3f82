import { app } from '@azure/functions'
import type { HttpRequest, HttpResponseInit } from '@azure/functions'
import type { WebhookRequest } from '../../src/receive/index.ts'
import type { Application } from '../shared/application.ts'
import { maxBodyBytes, takeWebhook } from '../shared/webhook.ts'
import { open } from './application.ts'

/** One webhook: `POST /webhook/github`, `POST /webhook/generic`. */
export async function handleWebhook(
  application: Application,
  request: Pick<HttpRequest, 'headers' | 'params' | 'arrayBuffer'>,
): Promise<HttpResponseInit> {
  const receiver = request.params['receiver'] ?? ''
  const { status, body } = await takeWebhook(application, receiver, await requestOf(request))
  return { status, jsonBody: body }
}

/** The request as it was signed; undefined when it is too large, which is seen before it is read. */
async function requestOf(
  request: Pick<HttpRequest, 'headers' | 'arrayBuffer'>,
): Promise<WebhookRequest | undefined> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBodyBytes) return undefined
  const body = Buffer.from(await request.arrayBuffer())
  if (body.length > maxBodyBytes) return undefined
  return { headers: Object.fromEntries(request.headers.entries()), body }
}

// Anonymous for the host: git hosts have no key of its own. What counts is the signature.
app.http('webhook', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'webhook/{receiver}',
  handler: async (request) => handleWebhook(await open(), request),
})
