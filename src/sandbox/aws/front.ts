import type { Clock, Random } from '../../api/clock.ts'
import type { Call, HttpRequest, Services } from './route.ts'
import { callOf } from './route.ts'
import type { CallLog, CallRecord } from './calls.ts'
import { ApiError } from './cloudformation/errors.ts'
import { readCredential } from './credential.ts'
import type { EdgeCall, EdgeFault, EdgeFaults } from './faults.ts'
import { isMutating } from './faults.ts'
import { S3Error } from './s3/errors.ts'
import type { HttpAnswer } from '../http.ts'

/** What the front needs besides the services. */
export interface FrontParts extends Services {
  clock: Clock
  random: Random
  edge: EdgeFaults
  calls: CallLog
  log?: ((call: CallRecord) => void) | undefined
}

/**
 * Answers one request to the pretend AWS: tells the service by the signature's scope, lets the planned faults strike,
 * and counts the call. `dropped` means: close the connection without a word.
 */
export async function answer(parts: FrontParts, request: HttpRequest): Promise<HttpAnswer | 'dropped'> {
  const requestId = parts.random.uuid()
  const credential = readCredential(request.headers, request.url.searchParams)
  const region = credential?.region ?? 'us-east-1'
  const call = callOf(parts, request, { credential, region, requestId })
  const edgeCall: EdgeCall = {
    service: call.service,
    action: call.action,
    region,
    account: '',
    mutating: isMutating(call.service, call.action),
    ...(call.stack === undefined ? {} : { stack: call.stack }),
  }
  const entry: CallRecord = {
    ...edgeCall,
    at: parts.clock.now(),
    principal: '',
    requestId,
    status: 0,
    outcome: 'ok',
  }
  const result = await guarded(call, entry, async () => {
    const who = parts.identities.of(credential?.accessKeyId)
    entry.account = who.account
    entry.principal = who.arn
    if (credential === undefined && !anonymous.has(call.action) && call.service !== 's3') {
      throw new ApiError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403)
    }
    const fault = parts.edge.take({ ...edgeCall, account: who.account })
    if (fault !== undefined) entry.fault = fault.type
    return struck(parts.clock, call, fault, async () => call.act(who))
  })
  entry.status = result === 'dropped' ? 0 : result.status
  if (result === 'dropped') entry.outcome = 'dropped'
  parts.calls.record(entry)
  parts.log?.(entry)
  return result === 'dropped' ? result : withRequestId(result, requestId)
}

const anonymous: ReadonlySet<string> = new Set(['AssumeRoleWithWebIdentity'])

async function guarded(
  call: Call,
  entry: CallRecord,
  act: () => Promise<HttpAnswer | 'dropped'>,
): Promise<HttpAnswer | 'dropped'> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof ApiError) {
      entry.outcome = error.code
      return call.refuse(error)
    }
    entry.outcome = 'InternalFailure'
    entry.defect = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const said = error instanceof Error ? error.message : String(error)
    return call.refuse(new ApiError('InternalFailure', `the sandbox has a defect: ${said}`, 500))
  }
}

/** Lets a fault strike before or after the call takes effect; after, whether or not the call itself was refused. */
async function struck(
  clock: Clock,
  call: Call,
  fault: EdgeFault | undefined,
  act: () => Promise<HttpAnswer>,
): Promise<HttpAnswer | 'dropped'> {
  if (fault === undefined) return act()
  if (fault.type === 'throttle') {
    throw call.service === 's3'
      ? new S3Error('SlowDown', 'Please reduce your request rate.', 503)
      : new ApiError('Throttling', 'Rate exceeded')
  }
  if (fault.type === 'slow') {
    const late = await act()
    await clock.sleep(fault.ms)
    return late
  }
  if (fault.when === 'after') {
    await act().catch((error: unknown) => {
      if (!(error instanceof ApiError)) throw error
    })
  }
  if (fault.type === 'drop') return 'dropped'
  throw serverError(fault.status)
}

function serverError(status: number): ApiError {
  return status === 503
    ? new ApiError('ServiceUnavailable', 'Service Unavailable', status)
    : new ApiError('InternalFailure', 'We encountered an internal error. Please try again.', status)
}

function withRequestId(answered: HttpAnswer, requestId: string): HttpAnswer {
  const headers = { ...answered.headers, 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId }
  return { ...answered, headers }
}
