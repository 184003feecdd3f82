import type { Process, Task, Timeline } from '../../../timeline.ts'

/** One thing to do on a walk, and what must be done before it. */
export interface WalkStep {
  id: string
  after: readonly string[]
  /** True when it went well. */
  run(): Process<boolean>
}

/** How a walk went. */
export interface WalkOutcome {
  done: string[]
  failed: string[]
  /** Begun, and stopped because another one failed. */
  cancelled: string[]
}

/** How a walk deals with failure. */
export interface WalkOptions {
  /** `stop` cancels what runs and begins nothing more; `continue` only leaves out what needed the failed one. */
  onFailure: 'stop' | 'continue'
  /** Told of each step that was stopped. */
  cancelled?(id: string): void
  /** Is handed the means to stop the walk from outside. */
  arm?(stop: () => void): void
}

/**
 * Does steps side by side, each as soon as all it needs is done.
 *
 *   VPC ──▶ Subnet ──▶ Instance
 *   Topic ─────────────────────▶        (Topic runs beside all of them)
 */
export function* walk(
  timeline: Timeline,
  steps: readonly WalkStep[],
  options: WalkOptions,
): Process<WalkOutcome> {
  const outcome: WalkOutcome = { done: [], failed: [], cancelled: [] }
  const known = new Set(steps.map((step) => step.id))
  const waiting = new Map(steps.map((step) => [step.id, new Set(step.after.filter((id) => known.has(id)))]))
  const dependants = new Map<string, string[]>()
  for (const step of steps)
    for (const needed of step.after) dependants.set(needed, [...(dependants.get(needed) ?? []), step.id])
  const byId = new Map(steps.map((step) => [step.id, step]))
  const running = new Map<string, Task>()
  const over = timeline.gate()
  let stopped = false

  function begin(id: string): void {
    const step = byId.get(id)
    if (step === undefined || stopped) return
    waiting.delete(id)
    running.set(id, timeline.start(follow(step)))
  }

  function* follow(step: WalkStep): Process {
    const good = yield* step.run()
    running.delete(step.id)
    if (good) {
      outcome.done.push(step.id)
      const ready = (dependants.get(step.id) ?? []).filter((id) => {
        const needs = waiting.get(id)
        needs?.delete(step.id)
        return needs?.size === 0
      })
      for (const id of ready) begin(id)
    } else {
      outcome.failed.push(step.id)
      if (options.onFailure === 'stop') stop()
    }
    if (running.size === 0) over.open()
  }

  function stop(): void {
    if (stopped) return
    stopped = true
    for (const [id, task] of running) {
      task.stop()
      outcome.cancelled.push(id)
      options.cancelled?.(id)
    }
    running.clear()
    over.open()
  }

  options.arm?.(stop)
  for (const step of steps) if (waiting.get(step.id)?.size === 0) begin(step.id)
  if (running.size > 0) yield { gate: over }
  return outcome
}
