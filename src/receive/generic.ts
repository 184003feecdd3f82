import { PayloadError, readPayload, textsOf } from './payload.ts'
import type { Provider } from './provider.ts'

/**
 * For everything that can sign a body: `X-Signature: sha256=<hex>` over `{"url": "https://host/owner/repository"}`. As
 * there is no delivery id, a body counts once a day: put something that changes beside the url, such as the commit.
 */
export const generic: Provider = {
  signatureHeader: 'x-signature',
  read({ headers, body }) {
    const urls = textsOf(readPayload(body, headers['content-type']), ['url'])
    if (urls.length === 0) throw new PayloadError('the body names no repository; write {"url": "https://…"}')
    return { type: 'push', urls }
  },
}
