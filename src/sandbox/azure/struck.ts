import type { Clock } from '../../api/clock.ts'
import type { EdgeFault } from './edge.ts'
import { ArmError } from './errors.ts'
import type { ArmAnswer } from './wire.ts'

/** Lets a fault strike before or after the call takes effect; after, whether or not the call itself was refused. */
export async function struck(
  clock: Clock,
  fault: EdgeFault | undefined,
  act: () => Promise<ArmAnswer>,
): Promise<ArmAnswer | 'dropped'> {
  if (fault === undefined) return act()
  if (fault.type === 'throttle') return throttled(fault)
  if (fault.type === 'slow') {
    const late = await act()
    await clock.sleep(fault.ms)
    return late
  }
  if (fault.when === 'after') {
    await act().catch((error: unknown) => {
      if (!(error instanceof ArmError)) throw error
    })
  }
  if (fault.type === 'drop') return 'dropped'
  throw new ArmError(fault.status, {
    code: fault.code,
    message: sentences[fault.code] ?? 'The server said no.',
  })
}

/** What a 5xx says, by its code. */
const sentences: Readonly<Record<string, string>> = {
  InternalServerError:
    'Encountered internal server error. Diagnostic information: timestamp and tracking id.',
  ServiceUnavailable: 'The service is temporarily unavailable. Please try again later.',
  GatewayTimeout:
    "The gateway did not receive a response from 'Microsoft.Resources' within the specified time period.",
  BadGateway: 'The gateway received an invalid response.',
}

function throttled(fault: EdgeFault & { type: 'throttle' }): ArmAnswer {
  const { code, retryAfterSeconds } = fault
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }
  if (code === 'none') return { status: 429, headers }
  throw new ArmError(429, { code, message: throttleSentences[code] }, headers)
}

const throttleSentences = {
  TooManyRequests:
    'The request is being throttled as the limit has been reached for operation type. Please try again later.',
  SubscriptionRequestsThrottled:
    'Number of requests for subscription exceeded the limit. Please try again after additional tokens are available. Refer to https://aka.ms/arm-throttling for additional information.',
  RetryableErrorDueToAnotherOperation:
    'Another operation on this or dependent resource is in progress. To retrieve status of the operation use uri in the response headers.',
}
