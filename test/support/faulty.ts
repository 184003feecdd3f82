/** What may happen to one call to the outside. */
export type Fault = 'none' | 'fail-before' | 'fail-after' | 'kill-before' | 'kill-after'

/** Decides the fate of every call of one process. */
export interface Injector {
  /** Asked once per call, in order. */
  next(call: string): Fault
  /** The error of a failed call. */
  error(call: string): Error
  isDead: boolean
  /** Resolves when the process dies. */
  death: Promise<void>
  die(): void
  calls: number
}

/** An injector that asks a function for the fate of call number `index` (from 0). */
export function createInjector(
  fate: (index: number, call: string) => Fault,
  error: (call: string) => Error,
): Injector {
  const { promise: death, resolve } = Promise.withResolvers<void>()
  const injector: Injector = {
    isDead: false,
    death,
    die() {
      injector.isDead = true
      resolve()
    },
    calls: 0,
    next(call) {
      const fault = fate(injector.calls, call)
      injector.calls += 1
      return fault
    },
    error,
  }
  return injector
}

/** The port with every asynchronous method under the injector's fate; the named methods are left alone (pure ones). */
export function faulty<Port extends object>(
  port: Port,
  name: string,
  injector: Injector,
  pure: readonly string[] = [],
): Port {
  return new Proxy(port, {
    get(target, property, receiver) {
      const value: unknown = Reflect.get(target, property, receiver)
      if (typeof value !== 'function' || typeof property !== 'string' || pure.includes(property)) return value
      return (...parameters: unknown[]) =>
        suffer(
          `${name}.${property}`,
          injector,
          async () => Reflect.apply(value, target, parameters) as unknown,
        )
    },
  })
}

/** A dead process neither fails nor goes on: its calls never answer, so nothing of it can be caught and carried on. */
const never = new Promise<never>(() => {})

async function suffer(call: string, injector: Injector, effect: () => Promise<unknown>): Promise<unknown> {
  if (injector.isDead) return never
  const fault = injector.next(call)
  if (fault === 'kill-before') return kill(injector)
  if (fault === 'fail-before') throw injector.error(call)
  const result = await effect()
  if (injector.isDead) return never
  if (fault === 'kill-after') return kill(injector)
  if (fault === 'fail-after') throw injector.error(call)
  return result
}

function kill(injector: Injector): Promise<never> {
  injector.die()
  return never
}
