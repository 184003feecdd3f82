import { HeadwaterError, stalled, transient } from '../../api/errors.ts'
import { cleanText } from '../clean-text.ts'

/** What SDK errors hold beyond Error; all of it may be missing. */
interface SdkError {
  name?: unknown
  message?: unknown
  Code?: unknown
  code?: unknown
  $metadata?: { httpStatusCode?: number }
}

const throttles = [
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
]
const authentications = [
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'RequestExpired',
  'AuthFailure',
  'MissingAuthenticationToken',
]
const denials = ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'AuthorizationError']
/** Somebody was there before us, or what we saw was stale: a look tells. */
const lookAgain = [
  'AlreadyExistsException',
  'TokenAlreadyExistsException',
  'InvalidChangeSetStatusException',
  'InvalidChangeSetStatus',
  'StaleRequestException',
  'CreatedButModifiedException',
]
const lookAgainTexts =
  /already exists and cannot be created again with the changeSet|state and can ?not be updated|cannot be (executed|deleted) in its current status|TerminationProtection is enabled|is not in a valid state/i
const busyTexts = /_IN_PROGRESS (state|status)|in progress|currently being/i

/** Whether an error says that a stack or change set is not there: a value to those who look, not a failure. */
export function isNotFound(error: unknown): boolean {
  return error instanceof HeadwaterError && error.reason === 'NotFound'
}

/** Whether an error of the SDK is CloudFormation asking for fewer calls. */
export function isThrottle(error: unknown): boolean {
  const { name, Code } = (typeof error === 'object' && error !== null ? error : {}) as SdkError
  return throttles.includes(String(name)) || throttles.includes(String(Code))
}

/** An error of the SDK as one of ours, classed by what comes next. A lost answer is transient: the next step looks before it repeats anything. */
export function translateError(call: string, error: unknown): HeadwaterError {
  if (error instanceof HeadwaterError) return error
  const { name, message, code, Code, $metadata } = (
    typeof error === 'object' && error !== null ? error : { message: error }
  ) as SdkError
  const names = [name, Code, code].filter((item) => typeof item === 'string')
  const isOneOf = (list: readonly string[]): boolean => names.some((item) => list.includes(item))
  const text = cleanText(typeof message === 'string' ? message : (JSON.stringify(message) ?? 'no message'))
  const said = `${call}: ${text}`
  const kind = names[0] ?? 'unknown error'
  const httpStatus = $metadata?.httpStatusCode ?? 0

  if (isOneOf(throttles)) return transient('Throttled', said, error)
  if (isOneOf(denials)) return transient('AccessDenied', said, error, 30_000)
  if (isOneOf(authentications)) return transient('AuthenticationFailed', said, error, 10_000)
  if (isOneOf(['CredentialsProviderError', 'TokenProviderError']))
    return transient(
      'CredentialsUnavailable',
      `${said}; see the AWS SDK's settings (AWS_PROFILE, AWS_ACCESS_KEY_ID)`,
      error,
      10_000,
    )
  if (text === 'Region is missing')
    return stalled('RegionMissing', 'no AWS region is known; set AWS_REGION, or spec.region', error)
  if (isOneOf(['ChangeSetNotFoundException', 'ChangeSetNotFound', 'StackNotFoundException']))
    return notFound(said, error)
  if (isOneOf(['ValidationError']) && /^(Stack|ChangeSet)\b.* does not exist/.test(text))
    return notFound(said, error)
  if (isOneOf(lookAgain)) return waiting('OperationInProgress', said, 1_000, error)
  if (isOneOf(['OperationInProgressException'])) return waiting('OperationInProgress', said, 10_000, error)
  if (isOneOf(['ValidationError', 'InvalidOperationException'])) return invalid(said, text, error)
  if (isOneOf(['InsufficientCapabilitiesException']))
    return stalled('InsufficientCapabilities', `${said}; add it to spec.capabilities`, error)
  if (isOneOf(['LimitExceededException'])) return stalled('LimitExceeded', said, error)
  if (httpStatus >= 400 && httpStatus < 500) return stalled('CallRefused', `${said} (${kind})`, error)
  return transient('CloudUnavailable', `${said} (${kind})`, error)
}

function invalid(said: string, text: string, error: unknown): HeadwaterError {
  if (busyTexts.test(text)) return waiting('OperationInProgress', said, 10_000, error)
  if (lookAgainTexts.test(text)) return waiting('OperationInProgress', said, 1_000, error)
  return stalled('ValidationError', said, error)
}

function notFound(said: string, error: unknown): HeadwaterError {
  return waiting('NotFound', said, 2_000, error)
}

function waiting(reason: string, message: string, retryAfterMs: number, cause: unknown): HeadwaterError {
  return new HeadwaterError(message, { class: 'wait', reason, retryAfterMs, cause })
}
