import { beforeEach, onTestFinished } from 'vitest'
import { recordSchema } from '../../src/api/record.ts'
import type { ObjectRecord } from '../../src/api/record.ts'
import type { Store } from '../../src/store/store.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import type { VirtualClock } from '../support/virtual-clock.ts'

/** One place for state, which several store objects open as several processes would. */
export interface StorePlace {
  open(): Promise<Store>
  /** Puts a text where a record's body is, past the driver: what a broken disk or a newer version would leave. */
  plant(key: string, body: string, dueAt?: number): Promise<void>
  remove?(): Promise<void>
}

/** Makes an empty place over a clock. */
export type MakePlace = (clock: VirtualClock) => Promise<StorePlace>

/** What a test stands on; made anew for each. */
export interface StoreGround {
  clock: VirtualClock
  place: StorePlace
  store: Store
  /** Another store object over the same place. */
  open(): Promise<Store>
}

/** Lays new ground before each test and clears it after. Read its parts inside a test only. */
export function layGround(makePlace: MakePlace): StoreGround {
  const unlaid = (): never => {
    throw new Error('there is no ground outside a test')
  }
  let laid: Omit<StoreGround, 'open'> | undefined
  const open = async () => {
    const store = await (laid ?? unlaid()).place.open()
    onTestFinished(() => store.close())
    return store
  }
  beforeEach(async () => {
    const clock = createVirtualClock(Date.UTC(2026, 10, 20, 12))
    const place = await makePlace(clock)
    onTestFinished(async () => place.remove?.())
    const store = await place.open()
    onTestFinished(() => store.close())
    laid = { clock, place, store }
  })
  return {
    get clock() {
      return (laid ?? unlaid()).clock
    },
    get place() {
      return (laid ?? unlaid()).place
    },
    get store() {
      return (laid ?? unlaid()).store
    },
    open,
  }
}

/** A record that says nothing, to be overridden. */
export function recordOf(over: Partial<ObjectRecord> = {}): ObjectRecord {
  return {
    schema: recordSchema,
    kind: 'CloudFormationStack',
    namespace: 'eu',
    name: 'web',
    spec: { region: 'eu-west-1' },
    generation: 1,
    status: { conditions: [], observedGeneration: 0 },
    ...over,
  }
}

/** The key of `recordOf()`. */
export const recordKey = 'CloudFormationStack/eu/web'

/** What a lost compare-and-swap looks like. */
export const conflictShape = { name: 'HeadwaterError', class: 'backoff', reason: 'Conflict' }

/** How far `due` may lag behind another process's write, in milliseconds; the contract waits this long by its clock. */
export const dueLagMs = 5_000
