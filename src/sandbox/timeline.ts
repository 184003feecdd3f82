import type { Clock } from '../api/clock.ts'

/** What a process waits for: time, something asynchronous, or a gate that another process opens. */
export type Step = { sleepMs: number } | { settle: Promise<unknown> } | { gate: Gate }

/** A course of events over time: it changes the world between its steps, and never looks at a real clock. */
export type Process<Result = void> = Generator<Step, Result>

/** Something that happens once and that any number of processes wait for. */
export interface Gate {
  readonly opened: boolean
  open(): void
}

/** A started process. */
export interface Task {
  readonly done: boolean
  /** Nothing of it happens any more. */
  stop(): void
}

/**
 * The sandbox's time. Nothing happens by itself: processes are planned, and `advance` lets everything happen that is
 * due by now, in the order of its planned time (and of planning, at the same time). So a virtual clock drives it, and
 * two runs with one seed are equal.
 */
export interface Timeline {
  /** The planned time of what happens now; between calls the clock's. Milliseconds since the epoch. */
  now(): number
  start(process: Generator<Step, unknown>): Task
  gate(): Gate
  advance(): Promise<void>
  /** Forgets all that is planned. */
  clear(): void
}

interface Planned {
  atMs: number
  order: number
  task: RunningTask
}

interface RunningTask {
  process: Generator<Step, unknown>
  done: boolean
  stopped: boolean
}

/** A timeline over a clock. */
export function createTimeline(clock: Clock): Timeline {
  const planned: Planned[] = []
  let order = 0
  let nowMs = clock.now()

  function plan(task: RunningTask, atMs: number): void {
    order += 1
    push(planned, { atMs, order, task })
  }

  function gate(): Gate {
    const waiting: RunningTask[] = []
    const gate = {
      opened: false,
      waiting,
      open(): void {
        if (gate.opened) return
        gate.opened = true
        for (const task of waiting) plan(task, nowMs)
      },
    }
    return gate
  }

  async function run(task: RunningTask): Promise<void> {
    while (!task.stopped) {
      const { done, value } = task.process.next()
      if (done === true) {
        task.done = true
        return
      }
      if ('sleepMs' in value) {
        plan(task, nowMs + value.sleepMs)
        return
      }
      if ('settle' in value) {
        await value.settle
      } else if (!value.gate.opened) {
        const { waiting } = value.gate as Gate & { waiting: RunningTask[] }
        waiting.push(task)
        return
      }
    }
  }

  return {
    now: () => nowMs,
    gate,
    start(process) {
      const task: RunningTask = { process, done: false, stopped: false }
      plan(task, nowMs)
      return {
        get done() {
          return task.done
        },
        stop() {
          task.stopped = true
        },
      }
    },
    async advance() {
      const untilMs = Math.max(nowMs, clock.now())
      for (;;) {
        const next = planned[0]
        if (next === undefined || next.atMs > untilMs) break
        pop(planned)
        if (next.task.stopped) continue
        nowMs = Math.max(nowMs, next.atMs)
        await run(next.task)
      }
      nowMs = untilMs
    },
    clear() {
      planned.length = 0
    },
  }
}

/** Waits inside a process for something asynchronous; a rejection is handed back as a value. */
export function* settled<Value>(promise: Promise<Value>): Process<{ value: Value } | { error: unknown }> {
  const box: { outcome?: { value: Value } | { error: unknown } } = {}
  yield {
    settle: (async () => {
      try {
        box.outcome = { value: await promise }
      } catch (error) {
        box.outcome = { error }
      }
    })(),
  }
  return box.outcome ?? { error: new Error('a promise was not waited for') }
}

function before(one: Planned, other: Planned): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order)
}

function push(heap: Planned[], item: Planned): void {
  let index = heap.length
  heap.push(item)
  while (index > 0) {
    const parentIndex = (index - 1) >> 1
    const parent = heap[parentIndex]
    if (parent === undefined || before(parent, item)) break
    heap[index] = parent
    heap[parentIndex] = item
    index = parentIndex
  }
}

function pop(heap: Planned[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let index = 0
  for (;;) {
    let childIndex = 2 * index + 1
    const left = heap[childIndex]
    if (left === undefined) break
    const right = heap[childIndex + 1]
    const child = right !== undefined && before(right, left) ? right : left
    if (child === right) childIndex += 1
    if (before(last, child)) break
    heap[index] = child
    index = childIndex
  }
  heap[index] = last
}
