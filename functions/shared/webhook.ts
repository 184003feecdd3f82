import { maxBodyBytes, receive, tooLarge } from '../../src/receive/index.ts'
import type { KnownSource, ReceivePorts, WebhookRequest } from '../../src/receive/index.ts'
import type { Application } from './application.ts'

/** The answer to whoever sent a webhook. */
export interface WebhookAnswer {
  status: number
  body: object
}

/** One webhook for `receiver`, the last part of its path. `request` undefined: the body is too large to be read. */
export async function takeWebhook(
  app: Application,
  receiver: string,
  request: WebhookRequest | undefined,
): Promise<WebhookAnswer> {
  const name = /^[a-z0-9-]{1,40}$/.test(receiver) ? receiver : ''
  const answer = request === undefined ? tooLarge : await receive(name, request, portsOf(app))
  await app.flush()
  app.log.info(
    { function: 'webhook', code: answer.status, marked: answer.marked.length },
    answer.body.message,
  )
  return { status: answer.status, body: answer.body }
}

export { maxBodyBytes }

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
