import type { Clock } from '../../../api/clock.ts'
import type { FaultBook } from './fault-book.ts'
import type { Faults, ResourceSelector } from './faults.ts'
import { isObject } from './input.ts'
import type { JsonObject, LiveObject, Stack, StackResource } from './model.ts'
import { beginOperation, endOperation, stackStatus } from './operations/run.ts'
import { carry } from './operations/start.ts'
import { dropLive, liveOf } from './resources/cloud.ts'
import type { Process } from '../../timeline.ts'
import type { World } from './world.ts'

/** What the engine lends its faults. */
export interface FaultOptions {
  clock: Clock
  book: FaultBook
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>
  loadWorld(): Promise<World>
  /** Undefined before the first call. */
  world(): World | undefined
}

/** The sandbox's bad side; see Faults. */
export function createFaults(options: FaultOptions): Faults {
  const { book } = options
  const now = <Result>(work: (world: World) => Result): Promise<Result> =>
    options.inTurn(async () => {
      const loaded = await options.loadWorld()
      await loaded.timeline.advance()
      return work(loaded)
    })
  return {
    failResource: (fault) => book.fail(fault),
    delayResource: (fault) => book.delay(fault),
    async changeResource(change) {
      await now((world) => {
        const { live } = find(world, change)
        setAt(live.properties, change.path, change.value)
      })
    },
    async deleteResource(selector) {
      await now((world) => {
        const { stack, resource } = find(world, selector)
        const refusal = dropLive(world, world.place(stack), resource.type, resource.physicalId)
        if (refusal !== undefined) throw new Error(refusal)
      })
    },
    async startForeignOperation({ ms, token, ...selector }) {
      await now((world) => {
        const stack = findStack(world, selector)
        if (stack.operation !== undefined) throw new Error(`stack ${stack.name} is busy: ${stack.status}`)
        const run = beginOperation(world, stack, 'UPDATE_STACK', token)
        stack.updatedAtMs = world.timeline.now()
        stackStatus(run, 'UPDATE_IN_PROGRESS', 'User Initiated')
        carry(
          run,
          (function* (): Process {
            yield { sleepMs: ms }
            stackStatus(run, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS')
            stackStatus(run, 'UPDATE_COMPLETE')
            endOperation(run, 'succeeded')
          })(),
        )
      })
    },
    staleReads: (fault) => book.stale({ ...fault, untilMs: options.clock.now() + fault.forMs }),
    clear: () => book.clear(),
    reset() {
      book.clear()
      options.world()?.clear()
    },
  }
}

function findStack(world: World, selector: { stackName: string; account?: string; region?: string }): Stack {
  for (const place of world.places()) {
    if (selector.account !== undefined && selector.account !== place.account) continue
    if (selector.region !== undefined && selector.region !== place.region) continue
    const stack = place.named.get(selector.stackName) ?? place.stacks.get(selector.stackName)
    if (stack !== undefined && stack.status !== 'DELETE_COMPLETE') return stack
  }
  throw new Error(`there is no stack ${selector.stackName}`)
}

function find(
  world: World,
  selector: ResourceSelector,
): { stack: Stack; resource: StackResource; live: LiveObject } {
  const stack = findStack(world, selector)
  const resource = stack.resources.get(selector.logicalId)
  if (resource === undefined) throw new Error(`stack ${stack.name} has no resource ${selector.logicalId}`)
  const live = liveOf(world, stack, resource)
  if (live === undefined)
    throw new Error(`resource ${selector.logicalId} of stack ${stack.name} does not exist any more`)
  return { stack, resource, live }
}

/** Sets or removes what a JSON pointer names. */
function setAt(properties: JsonObject, pointer: string, value: unknown): void {
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = steps.pop()
  if (last === undefined) throw new Error(`"${pointer}" is no path; write one like /DisplayName`)
  let target: unknown = properties
  for (const step of steps) {
    const next: unknown = Array.isArray(target)
      ? target[Number(step)]
      : isObject(target)
        ? target[step]
        : undefined
    if (typeof next !== 'object' || next === null) throw new Error(`the resource has nothing at ${pointer}`)
    target = next
  }
  if (Array.isArray(target)) {
    if (value === undefined) target.splice(Number(last), 1)
    else target[last === '-' ? target.length : Number(last)] = value
  } else if (isObject(target)) {
    if (value === undefined) Reflect.deleteProperty(target, last)
    else target[last] = value
  }
}
