/** A webhook as it came in. */
export interface WebhookRequest {
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>
  /** The raw bytes: what was signed. */
  body: Uint8Array
}

/** What a verified webhook says: something was pushed to a repository known by these urls, or something of no interest. */
export type WebhookEvent = { type: 'push'; urls: string[] } | { type: 'other'; event: string }

/** How one kind of sender signs, and what its payload says. Every file of a provider is one of these. */
export interface Provider {
  /** Header that holds `sha256=<hex>` of the raw body. */
  signatureHeader: string
  /** Header with the id of the delivery, where the sender has one. */
  deliveryHeader?: string
  /** Reads a request whose signature holds. Throws PayloadError. Pure. */
  read(request: WebhookRequest): WebhookEvent
}
