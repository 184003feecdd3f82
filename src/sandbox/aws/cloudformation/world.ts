import type { Random } from '../../../api/clock.ts'
import type { ResourceFacts } from '../../../template/cloudformation/facts.ts'
import type { ChangeSet } from './changesets/model.ts'
import type { DriftDetection } from './drift/model.ts'
import type { CallContext, Surroundings } from './engine.ts'
import type { FaultBook } from './fault-book.ts'
import type { NestedStacks } from './operations/nested-stacks.ts'
import type { LiveObject, Stack, StackExport } from './model.ts'
import type { TemplateReader } from './templates/load.ts'
import type { Step, Timeline } from '../../timeline.ts'

/** What one account holds in one region. */
export interface Place {
  account: string
  region: string
  /** By StackId; deleted ones stay. */
  stacks: Map<string, Stack>
  /** The stacks that hold their name, by name. */
  named: Map<string, Stack>
  /** By change-set ARN. */
  changeSets: Map<string, ChangeSet>
  exports: Map<string, StackExport>
  /** The resources that exist, by `type|physical id`. */
  live: Map<string, LiveObject>
  driftDetections: Map<string, DriftDetection>
}

/** Everything that the engine's parts share: the state, time, chance, facts and surroundings. */
export interface World {
  timeline: Timeline
  random: Random
  facts: ResourceFacts
  faults: FaultBook
  surroundings: Surroundings
  nested: NestedStacks
  templates: TemplateReader
  /** A wait of so many of AWS's milliseconds, scaled by the sandbox's speed. */
  pause(ms: number): Step
  place(where: { account: string; region: string }): Place
  places(): Iterable<Place>
  clear(): void
}

/** What the world is made of. */
export interface WorldOptions {
  timeline: Timeline
  random: Random
  facts: ResourceFacts
  faults: FaultBook
  surroundings: Surroundings
  nested: NestedStacks
  templates: TemplateReader
  speed: number
}

/** An empty world. */
export function createWorld(options: WorldOptions): World {
  const { speed, ...shared } = options
  const scale = speed > 0 && Number.isFinite(speed) ? 1 / speed : 0
  const places = new Map<string, Place>()
  return {
    ...shared,
    pause: (ms) => ({ sleepMs: ms * scale }),
    place({ account, region }) {
      const key = `${account}/${region}`
      const known = places.get(key)
      if (known !== undefined) return known
      const place: Place = {
        account,
        region,
        stacks: new Map(),
        named: new Map(),
        changeSets: new Map(),
        exports: new Map(),
        live: new Map(),
        driftDetections: new Map(),
      }
      places.set(key, place)
      return place
    },
    places: () => places.values(),
    clear() {
      places.clear()
      shared.timeline.clear()
    },
  }
}

/** One API call as its handler sees it. */
export interface Call {
  world: World
  place: Place
  context: CallContext
}

/** Finds a stack by its name (a deleted one no longer has one) or its ARN. */
export function findStack(place: Place, nameOrId: string): Stack | undefined {
  return nameOrId.startsWith('arn:') ? place.stacks.get(nameOrId) : place.named.get(nameOrId)
}
