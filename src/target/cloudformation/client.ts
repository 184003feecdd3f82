import type { Clock } from '../../api/clock.ts'
import { transient } from '../../api/errors.ts'
import type { CloudFormationStackSpec } from '../../api/kinds/cloud-formation-stack.ts'
import type { ObjectRecord } from '../../api/record.ts'
import { createLimiter, type CallClass, type Limits } from '../limiter.ts'
import type { CloudFormationApi } from './api.ts'
import { parseStackId, pinnedId, stackPlace, type Settings } from './context.ts'
import { isThrottle, translateError } from './errors.ts'
import type { Place, WebIdentity } from './sdk.ts'

/** One place to talk to: whose rights, which region. */
export interface Connection {
  api: CloudFormationApi
  /** Throws a `wait` error when the place's budget of calls is spent. */
  admit(callClass: CallClass): void
}

/** CloudFormation does not publish its limits: a guess to begin with, mended by what is throttled. */
const limits: Limits = {
  service: 'CloudFormation',
  startRate: { read: 50, write: 20 },
  burstSeconds: 2,
  maxRate: 400,
}

/** Clients by place, each made once; the SDK is loaded with the first. */
export type Connections = (record: ObjectRecord) => Promise<Connection>

/** Makes the clients' registry. */
export function createConnections(
  settings: Pick<Settings, 'controllerId' | 'defaultRegion'>,
  ports: { clock: Pick<Clock, 'now'>; endpoint?: string; webIdentity?: WebIdentity },
): Connections {
  const limiter = createLimiter(ports.clock, limits)
  const open = new Map<string, Promise<Connection>>()

  async function make(place: Place, name: string): Promise<Connection> {
    const { connect } = await import('./sdk.ts')
    const api = connect(
      { ...place, ...(ports.webIdentity === undefined ? {} : { webIdentity: ports.webIdentity }) },
      async (call, callClass, run) => {
        limiter.spend(name, callClass)
        try {
          const output = await run()
          limiter.succeeded(name, callClass)
          return output
        } catch (error) {
          if (!isThrottle(error)) throw translateError(call, error)
          const retryAfterMs = limiter.throttled(name, callClass)
          throw transient('Throttled', translateError(call, error).message, error, retryAfterMs)
        }
      },
    )
    return { api, admit: (callClass) => limiter.admit(name, callClass) }
  }

  return async (record) => {
    const place = placeOf(settings, record, ports.endpoint)
    // The name stands in messages, where an external id has no business.
    const name = `${place.roleArn ?? 'own account'} ${place.region ?? 'default region'}`
    const key = `${name} ${place.externalId ?? ''}`
    const known = open.get(key)
    if (known !== undefined) return known
    const made = make(place, name)
    open.set(key, made)
    // A client that could not be made is made anew at the next look.
    made.catch(() => open.delete(key))
    return made
  }
}

/** Where an object's stack is: a pinned one stays where it is, whatever the document says now. */
function placeOf(
  settings: Pick<Settings, 'controllerId' | 'defaultRegion'>,
  record: ObjectRecord,
  endpoint: string | undefined,
): Place {
  const { deployAs } = record.spec as CloudFormationStackSpec
  const pinned = pinnedId(record)
  const region =
    (pinned === undefined ? undefined : parseStackId(pinned)?.region) ?? stackPlace(settings, record).region
  return {
    region,
    sessionName: `headwater-${settings.controllerId}`.replaceAll(/[^\w+=,.@-]/g, '-').slice(0, 64),
    ...(deployAs === undefined ? {} : { roleArn: deployAs.roleArn }),
    ...(deployAs?.externalId === undefined ? {} : { externalId: deployAs.externalId }),
    ...(endpoint === undefined ? {} : { endpoint }),
  }
}
