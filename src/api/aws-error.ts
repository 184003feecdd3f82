import { HeadwaterError, stalled, transient } from './errors.ts'

/** What of an AWS SDK's error we read; told by shape, so that no SDK is loaded for it. */
interface AwsErrorShape extends Error {
  code?: unknown
  $metadata?: { httpStatusCode?: number }
  $retryable?: { throttling?: boolean }
  $response?: { headers?: Record<string, string> }
}

// AWS's common error codes and those of DynamoDB, SQS, S3, Secrets Manager and SSM, from their API references.
const throttles = new Set([
  'BandwidthLimitExceeded',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
])
const badCredentials = new Set([
  'CredentialsProviderError',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
])
const expiredCredentials = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'RequestTimeTooSkewed',
])
const denied = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'KMSAccessDeniedException',
  'KMS.AccessDeniedException',
])

/**
 * An error of an AWS SDK, classed by what the controller does next. `what` names the thing the call was about, for the
 * message. Everything without a clear answer of the service counts as transient. Pure.
 */
export function fromAwsError(error: unknown, what: string): HeadwaterError {
  if (error instanceof HeadwaterError) return error
  if (!(error instanceof Error)) return transient('Unavailable', `${what}: ${String(error)}`, error)
  const { name, message } = error
  const said = `${what}: ${name === 'Error' ? message : `${name}: ${message}`}`
  const status = statusOf(error)
  if (isThrottle(error, status)) return transient('Throttled', said, error, retryAfterMsOf(error))
  if (badCredentials.has(name)) return stalled('AuthenticationFailed', said, error)
  if (expiredCredentials.has(name)) return transient('AuthenticationFailed', said, error)
  if (denied.has(name) || status === 403) return stalled('AccessDenied', said, error)
  if (message === 'Region is missing')
    return stalled('InvalidSetting', `${what}: no region; set AWS_REGION`, error)
  if (status !== undefined && status >= 400 && status < 500) return stalled('Refused', said, error)
  return transient('Unavailable', said, error)
}

/**
 * Whether a call may have taken effect although it ended in this error: its answer was lost, cut off, or came as a
 * server's fault. A refusal or a throttle is an answer: nothing happened. Pure.
 */
export function mayHaveTakenEffect(error: unknown): boolean {
  if (error instanceof HeadwaterError || !(error instanceof Error)) return false
  if (badCredentials.has(error.name) || error.message === 'Region is missing') return false
  const status = statusOf(error)
  if (isThrottle(error, status)) return false
  return status === undefined || status < 400 || status >= 500
}

/** The SDK's name of an error; it is the service's code. */
export function awsErrorName(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined
}

function statusOf(error: Error): number | undefined {
  return (error as AwsErrorShape).$metadata?.httpStatusCode
}

function isThrottle(error: Error, status: number | undefined): boolean {
  return (
    throttles.has(error.name) || status === 429 || (error as AwsErrorShape).$retryable?.throttling === true
  )
}

function retryAfterMsOf(error: Error): number | undefined {
  const seconds = Number((error as AwsErrorShape).$response?.headers?.['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined
}
