import type { Stack, StackConfiguration } from '../model.ts'
import type { Blueprint } from '../templates/blueprint.ts'
import type { Step } from '../../../timeline.ts'
import type { World } from '../world.ts'
import { createStack, failCreation } from './create-stack.ts'
import { deleteStack } from './delete-stack.ts'
import { importStack } from './import-stack.ts'
import { type Run, beginOperation, stackStatus } from './run.ts'
import { createJournal } from './update-resource.ts'
import { type UpdateOptions, updateStack } from './update-stack.ts'

/** What every operation is started with. */
export interface StartOptions {
  token?: string | undefined
  /** The reason of the first event; `User Initiated` unless a parent stack did it. */
  reason?: string | undefined
  /** What is taken over instead of made. */
  imports?: ReadonlyMap<string, string>
}

const BY_USER = 'User Initiated'

/** Starts the creation of a stack that has its configuration. */
export function startCreate(
  world: World,
  stack: Stack,
  blueprint: Blueprint,
  options: StartOptions = {},
): Run {
  const run = beginOperation(world, stack, 'CREATE_STACK', options.token)
  stackStatus(run, 'CREATE_IN_PROGRESS', options.reason ?? BY_USER)
  carry(run, createStack({ ...run, blueprint, ...importsIn(options) }))
  return run
}

/** Starts a creation that fails before its first resource. */
export function startFailingCreate(
  world: World,
  stack: Stack,
  failure: string,
  options: StartOptions = {},
): Run {
  const run = beginOperation(world, stack, 'CREATE_STACK', options.token)
  stackStatus(run, 'CREATE_IN_PROGRESS', options.reason ?? BY_USER)
  carry(run, failCreation(run, failure))
  return run
}

/** What an update is started with. */
export interface StartUpdateOptions extends StartOptions, UpdateOptions {
  revertDrift?: boolean
}

/** Starts an update of a stack to a new configuration. */
export function startUpdate(
  world: World,
  stack: Stack,
  blueprint: Blueprint,
  configuration: StackConfiguration,
  options: StartUpdateOptions,
): Run {
  const run = beginOperation(world, stack, 'UPDATE_STACK', options.token)
  if (stack.configuration !== undefined && stack.previous === undefined)
    stack.previous = { ...stack.configuration, outputs: stack.outputs }
  stack.configuration = configuration
  stack.updatedAtMs = world.timeline.now()
  stackStatus(run, 'UPDATE_IN_PROGRESS', options.reason ?? BY_USER)
  const update = {
    ...run,
    blueprint,
    journal: createJournal(),
    revertDrift: options.revertDrift === true,
    policy: options.policy ?? stack.policy,
    ...importsIn(options),
  }
  carry(run, updateStack(update, options))
  return run
}

/** Starts an import into a stack, new or not. */
export function startImport(
  world: World,
  stack: Stack,
  blueprint: Blueprint,
  configuration: StackConfiguration,
  options: StartOptions,
): Run {
  const run = beginOperation(world, stack, 'UPDATE_STACK', options.token)
  if (stack.configuration !== undefined) stack.previous = { ...stack.configuration, outputs: stack.outputs }
  stack.configuration = configuration
  stack.updatedAtMs = world.timeline.now()
  stackStatus(run, 'IMPORT_IN_PROGRESS', options.reason ?? BY_USER)
  carry(run, importStack({ ...run, blueprint, ...importsIn(options) }))
  return run
}

function importsIn({ imports }: StartOptions): { imports?: ReadonlyMap<string, string> } {
  return imports === undefined ? {} : { imports }
}

/** Starts the deletion of a stack; an operation in flight ends here. */
export function startDelete(
  world: World,
  stack: Stack,
  deletion: { retain: readonly string[]; force: boolean },
  options: StartOptions = {},
): Run {
  const former = stack.status
  stopOperation(stack)
  const run = beginOperation(world, stack, 'DELETE_STACK', options.token)
  stackStatus(run, 'DELETE_IN_PROGRESS', options.reason ?? BY_USER)
  carry(run, deleteStack(run, { ...deletion, former }))
  return run
}

/** Ends what a stack is doing; its resources that are being made are cancelled, with their events. */
export function stopOperation(stack: Stack): void {
  const { operation } = stack
  if (operation === undefined) return
  operation.task?.stop()
  operation.interrupt?.('')
  operation.failed = true
  stack.operation = undefined
  operation.ended.open()
}

/** Gives an operation the process that carries it. */
export function carry(run: Run, process: Generator<Step, unknown>): void {
  run.operation.task = run.world.timeline.start(process)
}
