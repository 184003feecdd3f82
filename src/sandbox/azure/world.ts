import type { Clock, Random } from '../../api/clock.ts'
import type { Timeline } from '../timeline.ts'
import { createTimeline } from '../timeline.ts'
import type { Guards } from './guards.ts'
import { createGuards } from './guards.ts'
import type { ResourceGraph } from './graph.ts'
import { createResourceGraph } from './graph.ts'
import type { Operations } from './operations.ts'
import { createOperations } from './operations.ts'
import type { ResourceFaults } from './resource-faults.ts'
import { createResourceFaults } from './resource-faults.ts'
import type { Rules } from './rules.ts'
import { createRules } from './rules.ts'
import type { Subscriptions } from './subscriptions.ts'
import { createSubscriptions } from './subscriptions.ts'

/** The tenant that every identity of a sandbox belongs to, unless it says another. */
export const defaultTenant = '72f988bf-0000-4000-8000-2d7cd011db47'

/** Everything that the parts of one sandbox share: the state, time and chance. */
export interface World {
  clock: Clock
  random: Random
  /** Nothing happens by itself: what is due happens at the next request. */
  timeline: Timeline
  tenantId: string
  subscriptions: Subscriptions
  /** All resources; resource groups are resources too. */
  graph: ResourceGraph
  operations: Operations
  faults: ResourceFaults
  /** What policies, quotas and SKUs forbid. */
  rules: Rules
  /** Who forbids changes by others. */
  guards: Guards
  /** The planned time of what happens now. Milliseconds since the epoch. */
  now(): number
  /** A wait of so many of Azure's milliseconds, scaled by the sandbox's speed. */
  pause(ms: number): { sleepMs: number }
  /** Calls back when a resource is gone, or a group with all that was in it. */
  onRemoved(listener: (id: string) => void): void
  /** To be told by who removes something from the graph. */
  removed(id: string): void
  /** Calls back when everything is to be forgotten. */
  onClear(listener: () => void): void
  clear(): void
}

/** What a world is made of. */
export interface WorldOptions {
  clock: Clock
  random: Random
  /** How much faster than Azure; 0 makes everything due at once. Default 1. */
  speed?: number | undefined
  tenantId?: string | undefined
}

/** An empty world. */
export function createWorld(options: WorldOptions): World {
  const { clock, random, speed = 1, tenantId = defaultTenant } = options
  const scale = speed > 0 && Number.isFinite(speed) ? 1 / speed : 0
  const timeline = createTimeline(clock)
  const now = (): number => timeline.now()
  const parts = {
    subscriptions: createSubscriptions(),
    graph: createResourceGraph(now),
    operations: createOperations({ random, now }),
    faults: createResourceFaults(),
    rules: createRules(),
  }
  const removedListeners: ((id: string) => void)[] = []
  const clearListeners: (() => void)[] = []
  return {
    clock,
    random,
    timeline,
    tenantId,
    ...parts,
    guards: createGuards(),
    now,
    pause: (ms) => ({ sleepMs: ms * scale }),
    onRemoved: (listener) => void removedListeners.push(listener),
    removed(id) {
      for (const listener of removedListeners) listener(id)
    },
    onClear: (listener) => void clearListeners.push(listener),
    clear() {
      timeline.clear()
      for (const part of Object.values(parts)) part.clear()
      for (const listener of clearListeners) listener()
    },
  }
}
