import { PayloadError, asFields, readPayload, textsOf } from './payload.ts'
import type { Provider } from './provider.ts'

const urlFields = ['clone_url', 'ssh_url', 'html_url', 'git_url'] as const

/** GitHub's webhooks: https://docs.github.com/en/webhooks/webhook-events-and-payloads. Only `push` has a meaning here. */
export const github: Provider = {
  signatureHeader: 'x-hub-signature-256',
  deliveryHeader: 'x-github-delivery',
  read({ headers, body }) {
    const event = headers['x-github-event']
    if (event === undefined || event === '') throw new PayloadError('the header X-GitHub-Event is missing')
    const payload = readPayload(body, headers['content-type'])
    if (event !== 'push') return { type: 'other', event }
    const repository = asFields(payload['repository'])
    const urls = repository === undefined ? [] : textsOf(repository, urlFields)
    if (urls.length === 0) throw new PayloadError('the push names no repository')
    return { type: 'push', urls }
  },
}
