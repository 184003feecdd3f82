import type { Random } from '../../../api/clock.ts'
import type { World } from '../world.ts'

/** Whether a provider serves a subscription. */
export type RegistrationState = 'Registered' | 'NotRegistered' | 'Registering' | 'Unregistering'

/** Which providers are registered in which subscription; registering takes time, and no header says where to ask. */
export interface Registrations {
  stateOf(subscription: string, namespace: string): RegistrationState
  begin(subscription: string, namespace: string, to: 'Registered' | 'NotRegistered'): RegistrationState
}

/** Everything is registered at first, as a deployment registers what it needs. */
export function createRegistrations(world: World): Registrations {
  const states = new Map<string, RegistrationState>()
  world.onClear(() => states.clear())
  const keyFor = (subscription: string, namespace: string): string =>
    `${subscription}|${namespace}`.toLowerCase()
  return {
    stateOf: (subscription, namespace) => states.get(keyFor(subscription, namespace)) ?? 'Registered',
    begin(subscription, namespace, to) {
      const key = keyFor(subscription, namespace)
      if ((states.get(key) ?? 'Registered') === to) return to
      const going = to === 'Registered' ? 'Registering' : 'Unregistering'
      states.set(key, going)
      world.timeline.start(
        (function* () {
          yield world.pause(lastingMs(world.random))
          if (states.get(key) === going) states.set(key, to)
        })(),
      )
      return going
    },
  }
}

function lastingMs(random: Random): number {
  return 10_000 + random.next() * 40_000
}
