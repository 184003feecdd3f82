import type { Stack } from '../model.ts'
import type { Place } from '../world.ts'

/** A direct creation or update makes the sets that wait for the stack out of date. */
export function obsoleteSets(place: Place, stack: Stack): void {
  for (const set of place.changeSets.values())
    if (set.stackId === stack.id && !set.deleted && set.executionStatus === 'AVAILABLE')
      set.executionStatus = 'OBSOLETE'
}
