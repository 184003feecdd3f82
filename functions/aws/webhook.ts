import type {
  APIGatewayProxyStructuredResultV2,
  LambdaFunctionURLEvent,
  LambdaFunctionURLHandler,
} from 'aws-lambda'
import { maxBodyBytes, receive, tooLarge } from '../../src/receive/index.ts'
import type { KnownSource, ReceivePorts, WebhookRequest } from '../../src/receive/index.ts'
import { createApplicationOpener } from './application.ts'
import type { Application } from './application.ts'

/** One webhook over the function's URL: `POST /webhook/github`, `POST /webhook/generic`. */
export async function handleWebhook(
  app: Application,
  event: LambdaFunctionURLEvent,
): Promise<APIGatewayProxyStructuredResultV2> {
  if (event.requestContext.http.method !== 'POST') return json(405, { message: 'send a POST' })
  const request = requestOf(event)
  const receiver = /^\/webhook\/([a-z0-9-]{1,40})\/?$/.exec(event.rawPath)?.[1] ?? ''
  const answer = request === undefined ? tooLarge : await receive(receiver, request, portsOf(app))
  await app.flush()
  app.log.info(
    { function: 'webhook', code: answer.status, marked: answer.marked.length },
    answer.body.message,
  )
  return json(answer.status, answer.body)
}

/** The request as it was signed; undefined when it is too large, which is seen before it is decoded. */
function requestOf({
  headers,
  body = '',
  isBase64Encoded,
}: LambdaFunctionURLEvent): WebhookRequest | undefined {
  // Base64 is four thirds of the bytes, plus padding; text is at most as many characters as bytes.
  const maxLength = isBase64Encoded ? Math.ceil(maxBodyBytes / 3) * 4 : maxBodyBytes
  if (body.length > maxLength) return undefined
  return { headers, body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') }
}

function portsOf({ settings, secrets, store, controller, clock }: Application): ReceivePorts {
  return {
    secrets: () => Promise.all(settings.webhookSecrets.map((reference) => secrets.resolve(reference))),
    async sources(): Promise<KnownSource[]> {
      const now = clock.now()
      const stored = await store.list('GitRepository/')
      return stored.map(({ record: { kind, namespace, name, spec, dueAt } }) => ({
        key: `${kind}/${namespace}/${name}`,
        url: String(spec['url']),
        isDue: dueAt !== undefined && dueAt <= now,
      }))
    },
    claim: (id, expiresAt) => store.claim(id, expiresAt),
    markDue: (keys) => controller.markDue(keys),
    now: () => clock.now(),
  }
}

function json(statusCode: number, body: object): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

const open = createApplicationOpener(process.env)

/** Entry point: the function's URL. */
export const handler: LambdaFunctionURLHandler = async (event) => handleWebhook(await open(), event)
