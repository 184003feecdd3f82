import type { World, Place } from '../world.ts'
import type { Stack } from '../model.ts'
import { arn } from '../ids.ts'

/** What a stack is born with. */
export interface NewStack {
  /** From newStackId. */
  id: string
  name: string
  status: Stack['status']
}

/** Puts a new stack into a place; from now on it holds its name. */
export function addStack(world: World, place: Place, options: NewStack): Stack {
  const stack: Stack = {
    id: options.id,
    name: options.name,
    account: place.account,
    region: place.region,
    status: options.status,
    createdAtMs: world.timeline.now(),
    configuration: undefined,
    outputs: [],
    resources: new Map(),
    events: [],
    disableRollback: false,
    onFailure: 'ROLLBACK',
    terminationProtection: false,
    imports: [],
    operation: undefined,
    operations: [],
    tokens: new Map(),
    driftStatus: 'NOT_CHECKED',
    retainExceptOnCreate: false,
  }
  place.stacks.set(stack.id, stack)
  place.named.set(stack.name, stack)
  return stack
}

/** A StackId for a name. */
export function newStackId(world: World, place: Place, name: string): string {
  return arn(place, 'cloudformation', `stack/${name}/${world.random.uuid()}`)
}
