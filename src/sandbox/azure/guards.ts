import type { ArmError } from './errors.ts'
import type { Caller } from './wire.ts'

/** Somebody who wants to change a resource. */
export interface Attempt {
  id: string
  operation: 'write' | 'delete'
  caller: Caller
  /** The deployment stack on whose behalf it happens. */
  stackId?: string | undefined
}

/** Who may forbid changes by others: deployment stacks, by their deny assignments. */
export interface Guards {
  add(guard: (attempt: Attempt) => ArmError | undefined): void
  /** Throws the first refusal. Asked before `beginWrite` and `beginRemove` by whoever acts for a caller. */
  check(attempt: Attempt): void
}

/** Nobody forbids anything at first. */
export function createGuards(): Guards {
  const guards: ((attempt: Attempt) => ArmError | undefined)[] = []
  return {
    add: (guard) => void guards.push(guard),
    check(attempt) {
      for (const guard of guards) {
        const refused = guard(attempt)
        if (refused !== undefined) throw refused
      }
    },
  }
}
