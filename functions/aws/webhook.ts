import type {
  APIGatewayProxyStructuredResultV2,
  LambdaFunctionURLEvent,
  LambdaFunctionURLHandler,
} from 'aws-lambda'
import type { WebhookRequest } from '../../src/receive/index.ts'
import type { Application } from '../shared/application.ts'
import { maxBodyBytes, takeWebhook } from '../shared/webhook.ts'
import { open } from './application.ts'

/** One webhook over the function's URL: `POST /webhook/github`, `POST /webhook/generic`. */
export async function handleWebhook(
  app: Application,
  event: LambdaFunctionURLEvent,
): Promise<APIGatewayProxyStructuredResultV2> {
  if (event.requestContext.http.method !== 'POST') return json(405, { message: 'send a POST' })
  const receiver = /^\/webhook\/([^/]*)\/?$/.exec(event.rawPath)?.[1] ?? ''
  const { status, body } = await takeWebhook(app, receiver, requestOf(event))
  return json(status, body)
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

function json(statusCode: number, body: object): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

/** Entry point: the function's URL. */
export const handler: LambdaFunctionURLHandler = async (event) => handleWebhook(await open(), event)
