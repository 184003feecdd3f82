import type { Json } from '../json.ts'

/** What Entra refuses a token with: an OAuth error and the number of an AADSTS message. */
export class EntraError extends Error {
  readonly error: string
  readonly code: number
  readonly status: number

  constructor(error: string, code: number, message: string, status = 400) {
    super(message)
    this.error = error
    this.code = code
    this.status = status
  }
}

/** The body of a refusal. */
export function entraErrorBody(
  { error, code, message }: EntraError,
  ids: { traceId: string; correlationId: string; nowMs: number },
): Json {
  const timestamp = `${new Date(ids.nowMs).toISOString().slice(0, 19).replace('T', ' ')}Z`
  return {
    error,
    error_description: `AADSTS${code}: ${message} Trace ID: ${ids.traceId} Correlation ID: ${ids.correlationId} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: ids.traceId,
    correlation_id: ids.correlationId,
  }
}
