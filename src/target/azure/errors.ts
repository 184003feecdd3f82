import { HeadwaterError, stalled, transient } from '../../api/errors.ts'
import { cleanText } from '../clean-text.ts'
import { firstLeaf, leafErrors, outerCode } from './arm-error.ts'
import { describeId } from './place.ts'

/** What ARM answered when it refused: the cause of the error that is made of it. Nothing of it is left out. */
export interface ArmFailure {
  status: number
  /** ARM's own code for the whole. */
  code: string
  body: unknown
  correlationId?: string
  requestId?: string
  retryAfterMs?: number
}

const lower = (codes: readonly string[]): ReadonlySet<string> =>
  new Set(codes.map((code) => code.toLowerCase()))

/** Not there, though its scope is. */
const notFound = lower([
  'DeploymentNotFound',
  'DeploymentStackResourceNotFound',
  'DeploymentStackNotFound',
  'DeploymentStackWhatIfResourceNotFound',
  'DeploymentStackWhatIfResultNotFound',
  'ResourceNotFound',
  'NotFound',
])
/** What it would be in is not there. */
const scopeNotFound = lower([
  'ResourceGroupNotFound',
  'SubscriptionNotFound',
  'ManagementGroupNotFound',
  'TenantNotFound',
])
/** Somebody else is at work; a look tells when it is over. */
const busy = lower([
  'DeploymentActive',
  'DeploymentStackInNonTerminalState',
  'DeploymentStackNonTerminal',
  'DeploymentStackConflict',
  'AnotherOperationInProgress',
  'RetryableErrorDueToAnotherOperation',
  'ConflictingConcurrentWriteNotAllowed',
  'ConcurrentUpdateError',
  'OperationNotAllowedOnDeploymentInNonTerminalState',
  'ResourceGroupBeingDeleted',
  'ResourceGroupDeletionInProgress',
  'DeploymentBeingDeleted',
])
/** Rights and principals that were made a moment ago show late. */
const freshRights = lower(['AuthorizationFailed', 'LinkedAuthorizationFailed', 'PrincipalNotFound'])
const authentication = lower([
  'AuthenticationFailed',
  'ExpiredAuthenticationToken',
  'InvalidAuthenticationToken',
  'AuthenticationFailedMissingToken',
])
const policy = lower([
  'RequestDisallowedByPolicy',
  'RequestDisallowedByAzure',
  'DenyAssignmentAuthorizationFailed',
])
/** Of a resource, whose failure another try may mend. Source: ARM's list of transient errors. */
const passing = lower([
  'ServiceUnavailable',
  'InternalServerError',
  'GatewayTimeout',
  'BadGateway',
  'TooManyRequests',
  'OperationTimedOut',
  'RequestTimeout',
  'ServerTimeout',
])

/** Whether a code says that the same thing may well work a little later. Pure. */
export function isPassing(code: string): boolean {
  const known = code.toLowerCase()
  return freshRights.has(known) || busy.has(known) || passing.has(known) || known.startsWith('retryable')
}

/** Whether an error says that a deployment or stack is not there: a value to those who look, not a failure. */
export function isNotFound(error: unknown): boolean {
  return error instanceof HeadwaterError && error.reason === 'NotFound'
}

/** Whether an error says that the scope, a resource group or a subscription, is not there. */
export function isScopeNotFound(error: unknown): boolean {
  return error instanceof HeadwaterError && error.reason === 'ScopeNotFound'
}

/** Whether ARM asks for fewer calls. */
export function isThrottled(error: unknown): boolean {
  return error instanceof HeadwaterError && error.reason === 'Throttled'
}

/** Whether a right is missing, or does not show yet. */
export function isDenied(error: unknown): error is HeadwaterError {
  return error instanceof HeadwaterError && error.reason === 'AccessDenied'
}

/** What ARM answered, of an error that was made of an answer. */
export function failureOf(error: unknown): ArmFailure | undefined {
  const cause: unknown = error instanceof HeadwaterError ? error.cause : undefined
  const isFailure = typeof cause === 'object' && cause !== null && 'status' in cause && 'body' in cause
  return isFailure ? (cause as ArmFailure) : undefined
}

/** An answer that is a refusal as an error, classed by what comes next. `what` names the call: `PUT deployment eu_web`. */
export function errorOfAnswer(what: string, failure: Omit<ArmFailure, 'code'>): HeadwaterError {
  const { status, body, retryAfterMs, correlationId } = failure
  const code = outerCode(body) ?? 'Unknown'
  const leaf = firstLeaf(body)
  const cause: ArmFailure = { ...failure, code }
  const traced = correlationId === undefined ? '' : ` (correlation id ${correlationId})`
  const { target = '' } = leaf
  const about =
    target === '' ? '' : `${target.startsWith('/') ? describeId(target).name : cleanText(target)}: `
  const said = `${what}: ${about}${leaf.code}: ${leaf.message}${traced}`
  const codes = [code, ...leafErrors(body).map((one) => one.code)].map((one) => one.toLowerCase())
  const has = (known: ReadonlySet<string>): boolean => codes.some((one) => known.has(one))

  if (has(busy) || codes.some((one) => one.startsWith('retryable')) || isBusyText(status, leaf.message))
    return waiting('OperationInProgress', said, retryAfterMs ?? 15_000, cause)
  if (status === 429) return transient('Throttled', said, cause, retryAfterMs)
  if (has(policy)) return stalled('PolicyRefused', said, cause)
  if (has(freshRights)) return transient('AccessDenied', said, cause, retryAfterMs ?? 15_000)
  if (status === 401 || has(authentication))
    return transient('AuthenticationFailed', said, cause, retryAfterMs ?? 10_000)
  if (status === 404 && has(scopeNotFound)) return waiting('ScopeNotFound', said, 5_000, cause)
  if (status === 404 && has(notFound)) return waiting('NotFound', said, 2_000, cause)
  if (status === 408 || status >= 500) return transient('CloudUnavailable', said, cause, retryAfterMs)
  if (status === 404) return stalled('CallRefused', said, cause)
  if (codes.some((one) => one.startsWith('invalidtemplate') || one.startsWith('invaliddeployment')))
    return stalled('InvalidTemplate', said, cause)
  if (codes.some((one) => one.includes('quota') || one.includes('skunotavailable')))
    return stalled('QuotaExceeded', said, cause)
  return stalled('CallRefused', said, cause)
}

/** A busy stack is told by words alone. */
function isBusyText(status: number, message: string): boolean {
  return status === 409 && /non-terminal state|is still active/i.test(message)
}

/** What went wrong before there was an answer. A lost answer is transient: the next step looks before it repeats anything. */
export function errorOfTransport(what: string, error: unknown): HeadwaterError {
  if (error instanceof HeadwaterError) return error
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const text = inner instanceof Error ? inner.message : String(inner)
  return transient('CloudUnavailable', `${what}: ${cleanText(text === '' ? 'no answer' : text)}`, error)
}

function waiting(reason: string, message: string, retryAfterMs: number, cause: unknown): HeadwaterError {
  return new HeadwaterError(message, { class: 'wait', reason, retryAfterMs, cause })
}
