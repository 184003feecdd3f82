import { ArmError, subscriptionNotFound } from './errors.ts'

/** A subscription, as far as anybody asks. */
export interface Subscription {
  /** As it was first written. */
  id: string
  displayName: string
  /** `missing` answers as if it were not there. */
  state: 'Enabled' | 'Disabled' | 'missing'
}

/** The subscriptions. Every GUID is one, from its first use on, unless the sandbox was told otherwise. */
export interface Subscriptions {
  /** Throws what ARM refuses with: no GUID, or told to be missing. */
  need(id: string): Subscription
  set(id: string, change: Partial<Omit<Subscription, 'id'>>): void
  list(): Subscription[]
  clear(): void
}

/** The subscription that is there from the start. */
export const defaultSubscription = '0b1f6471-1bf0-4dda-aec3-111122223333'

const guid = /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/i

/** The default subscription, and room for others. */
export function createSubscriptions(): Subscriptions {
  const known = new Map<string, Subscription>()
  const make = (id: string): Subscription => {
    const made: Subscription = { id, displayName: `Pretend ${id.slice(0, 8)}`, state: 'Enabled' }
    known.set(id.toLowerCase(), made)
    return made
  }
  make(defaultSubscription)
  return {
    need(id) {
      if (!guid.test(id)) {
        const message = `The provided subscription identifier '${id}' is malformed or invalid.`
        throw new ArmError(
          400,
          { code: 'InvalidSubscriptionId', message },
          { 'x-ms-failure-cause': 'gateway' },
        )
      }
      const found = known.get(id.toLowerCase()) ?? make(id)
      if (found.state === 'missing') throw subscriptionNotFound(id)
      return found
    },
    set: (id, change) => void Object.assign(known.get(id.toLowerCase()) ?? make(id), change),
    list: () => [...known.values()].filter(({ state }) => state !== 'missing'),
    clear() {
      known.clear()
      make(defaultSubscription)
    },
  }
}
