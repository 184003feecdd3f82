import { gatewayError } from '../errors.ts'
import type { ArmError } from '../errors.ts'
import { isBelow, keyOf } from '../ids.ts'
import type { World } from '../world.ts'
import type { Stack } from './model.ts'
import { isBusy, shownState } from './model.ts'

/** The deployment stacks that there are. */
export interface StackBook {
  get(id: string): Stack | undefined
  /** As it was at a time; milliseconds since the epoch. */
  at(id: string, atMs: number): Stack | undefined
  /** Throws 404. */
  need(id: string): Stack
  all(): Stack[]
  /** Those of one scope, the oldest first. */
  inScope(prefix: string): Stack[]
  put(stack: Stack): void
  remove(id: string): void
  /** Remembers how it is now, for reads of the past. */
  note(stack: Stack): void
}

// What a stale read can look back on.
const keptVersions = 32

/** An empty book; a stack goes with its resource group. */
export function createStackBook(world: World): StackBook {
  const byId = new Map<string, Stack>()
  const histories = new Map<string, { fromMs: number; stack: Stack | undefined }[]>()
  const scopeOf = (id: string): string =>
    keyOf(id).replace(/\/providers\/microsoft\.resources\/deploymentstacks\/[^/]+$/, '')
  const note = (id: string, stack: Stack | undefined): void => {
    const history = histories.get(keyOf(id)) ?? []
    history.push({ fromMs: world.now(), stack: stack === undefined ? undefined : { ...stack } })
    histories.set(keyOf(id), history.slice(-keptVersions))
  }
  const book: StackBook = {
    get: (id) => byId.get(keyOf(id)),
    at: (id, atMs) => histories.get(keyOf(id))?.findLast(({ fromMs }) => fromMs <= atMs)?.stack,
    need(id) {
      const found = byId.get(keyOf(id))
      if (found === undefined) throw stackNotFound(id)
      return found
    },
    all: () => [...byId.values()],
    inScope: (prefix) => [...byId.values()].filter(({ id }) => scopeOf(id) === keyOf(prefix)),
    put(stack) {
      byId.set(keyOf(stack.id), stack)
      note(stack.id, stack)
    },
    remove(id) {
      if (byId.delete(keyOf(id))) note(id, undefined)
    },
    note: (stack) => note(stack.id, stack),
  }
  world.onRemoved((removed) => {
    for (const stack of byId.values()) {
      if (!isBelow(stack.id, removed)) continue
      stack.stopped = true
      book.remove(stack.id)
    }
  })
  world.onClear(() => {
    byId.clear()
    histories.clear()
  })
  return book
}

/** 404 of a stack. */
export function stackNotFound(id: string): ArmError {
  return gatewayError(
    404,
    'DeploymentStackResourceNotFound',
    `The deployment stack '${id}' could not be found.`,
  )
}

/** Throws 409 where a stack is at work; `verb` is `deployed` or `deleted`. */
export function needTerminal(stack: Stack, verb: 'deployed' | 'deleted'): void {
  if (!isBusy(stack)) return
  const state = shownState(stack)
  throw gatewayError(
    409,
    'DeploymentStackInNonTerminalState',
    `The deployment stack '${stack.id}' could not be ${verb} as it is already in a non-terminal state '${state.charAt(0).toUpperCase()}${state.slice(1)}'. Please wait for the current operation to end.`,
  )
}

/** Throws 409 where ARM is not sure of a stack's list, and nobody said to go on anyway. */
export function needInSync(stack: Stack, bypass: boolean): void {
  if (!stack.outOfSync || bypass) return
  throw gatewayError(
    409,
    'DeploymentStackOutOfSync',
    `The deployment stack '${stack.request.name}' might not have an accurate list of managed resources. To prevent resources from being accidentally deleted, please check that the managed resource list does not have any additional values. If there is any uncertainty, it is recommended to redeploy the stack with the same template and parameters as the current iteration. To bypass this warning, please specify the 'BypassStackOutOfSyncError' flag.`,
  )
}
