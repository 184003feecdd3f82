import { HeadwaterError, stalled, transient } from './errors.ts'

/** What of an Azure SDK's error we read; told by shape, so that no SDK is loaded for it. */
interface AzureErrorShape extends Error {
  code?: unknown
  statusCode?: unknown
  details?: { errorCode?: unknown; odataError?: { code?: unknown; message?: { value?: unknown } } }
  response?: { headers?: { get(name: string): string | undefined } }
}

// Codes of the storage services: https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes
const throttles = new Set(['ServerBusy', 'TooManyRequests'])
const badCredentials = new Set([
  'AuthenticationFailed',
  'InvalidAuthenticationInfo',
  'NoAuthenticationInformation',
])
/** Errors of `@azure/identity`, by name: nobody gave a token. */
const noToken = new Set([
  'AggregateAuthenticationError',
  'AuthenticationError',
  'AuthenticationRequiredError',
  'CredentialUnavailableError',
])

/**
 * An error of an Azure storage or identity SDK, classed by what the controller does next. `what` names the thing the
 * call was about, for the message. Everything without a clear answer of the service counts as transient. Pure.
 */
export function fromAzureError(error: unknown, what: string): HeadwaterError {
  if (error instanceof HeadwaterError) return error
  if (!(error instanceof Error)) return transient('Unavailable', `${what}: ${String(error)}`, error)
  const code = azureErrorCode(error)
  const status = azureErrorStatus(error)
  const line = messageOf(error)
  const said = `${what}: ${code === undefined || line.startsWith(code) ? line : `${code}: ${line}`}`
  if (isThrottle(error)) return transient('Throttled', said, error, retryAfterMsOf(error))
  if (noToken.has(error.name) && (status === undefined || status < 500))
    return stalled('AuthenticationFailed', said, error)
  if (status === 401 || badCredentials.has(code ?? '')) return stalled('AuthenticationFailed', said, error)
  if (status === 403) return stalled('AccessDenied', said, error)
  if (status === 408) return transient('Unavailable', said, error)
  if (status !== undefined && status >= 400 && status < 500) return stalled('Refused', said, error)
  return transient('Unavailable', said, error, retryAfterMsOf(error))
}

/**
 * Whether a call may have taken effect although it ended in this error: its answer was lost, cut off, or came as a
 * server's fault. A refusal or a throttle is an answer: nothing happened. Pure.
 */
export function azureMayHaveTakenEffect(error: unknown): boolean {
  if (error instanceof HeadwaterError || !(error instanceof Error)) return false
  if (isThrottle(error) || noToken.has(error.name)) return false
  const status = azureErrorStatus(error)
  return status === undefined || status < 400 || status === 408 || status >= 500
}

/** The service's own code of an error: `EntityAlreadyExists`. */
export function azureErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, details, response } = error as AzureErrorShape
  return [
    details?.odataError?.code,
    details?.errorCode,
    response?.headers?.get('x-ms-error-code'),
    code,
  ].find((value) => typeof value === 'string' && value !== '') as string | undefined
}

/** The http status of an answer; undefined when there was none. */
export function azureErrorStatus(error: unknown): number | undefined {
  const status = error instanceof Error ? (error as AzureErrorShape).statusCode : undefined
  return typeof status === 'number' ? status : undefined
}

/** The service's words: tables have them in a body that the SDK gives as the message. A request id and a time follow on lines of their own. */
function messageOf(error: Error): string {
  const said = (error as AzureErrorShape).details?.odataError?.message?.value
  return (typeof said === 'string' ? said : error.message).split('\n')[0] ?? ''
}

function isThrottle(error: Error): boolean {
  return azureErrorStatus(error) === 429 || throttles.has(azureErrorCode(error) ?? '')
}

function retryAfterMsOf(error: Error): number | undefined {
  const seconds = Number((error as AzureErrorShape).response?.headers?.get('retry-after'))
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined
}
