import { isObject, text } from '../input.ts'
import type { SignalCount, Stack, StackResource } from '../model.ts'
import { type Deployment, lookupOf } from '../operations/deployment.ts'
import { resourceStatus } from '../operations/run.ts'
import type { Process } from '../../../timeline.ts'
import type { World } from '../world.ts'
import { liveOf } from './cloud.ts'

/** How long a pretend machine takes from its creation to its signal, in AWS's milliseconds. */
const BOOT_MS = 60_000

/**
 * Waits for the signals that a wait condition or a creation policy asks for. The sandbox's machines signal success by
 * themselves after a while; somebody who calls SignalResource is quicker. A wait condition whose handle nothing else
 * in the template uses has nobody to signal it and times out. The answer is the reason of the failure.
 */
export function* awaitSignals(run: Deployment, resource: StackResource): Process<string | undefined> {
  const wanted = wantedSignals(run, resource)
  if (wanted === undefined || wanted.count === 0) return undefined
  const { world } = run
  const signals: SignalCount = {
    succeeded: new Map(),
    failed: new Map(),
    changed: world.timeline.gate(),
  }
  resource.signals = signals
  let over: 'signalled' | 'timed out' | undefined
  const timers = [
    world.timeline.start(
      (function* (): Process {
        yield world.pause(wanted.timeoutMs)
        over ??= 'timed out'
        signals.changed.open()
      })(),
    ),
  ]
  if (wanted.signaller)
    timers.push(
      world.timeline.start(
        (function* (): Process {
          yield world.pause(Math.min(BOOT_MS, wanted.timeoutMs / 2))
          for (let index = signals.succeeded.size; index < wanted.count; index += 1)
            signal(world, run.stack, resource, {
              uniqueId: `${resource.physicalId}-${index}`,
              succeeded: true,
              data: '',
            })
        })(),
      ),
    )
  while (over === undefined) {
    yield { gate: signals.changed }
    if (over !== undefined) break
    signals.changed = world.timeline.gate()
    const [failure] = signals.failed
    if (failure !== undefined) {
      stopAll()
      return resource.type === 'AWS::CloudFormation::WaitCondition'
        ? `WaitCondition received failed message: '${failure[1]}' for uniqueId: ${failure[0]}`
        : `Received ${signals.failed.size} FAILURE signal(s) out of ${wanted.count}.  Unable to satisfy 100% MinSuccessfulInstancesPercent requirement`
    }
    if (signals.succeeded.size >= wanted.count) over = 'signalled'
  }
  stopAll()
  if (over === 'timed out') return timeoutReason(resource, signals.succeeded.size, wanted.count)
  const live = liveOf(world, run.stack, resource)
  if (live !== undefined && resource.type === 'AWS::CloudFormation::WaitCondition')
    live.attributes['Data'] = JSON.stringify(Object.fromEntries(signals.succeeded))
  return undefined

  function stopAll(): void {
    for (const timer of timers) timer.stop()
    delete resource.signals
  }
}

/** A signal arrives at a resource that waits for some. */
export function signal(
  world: World,
  stack: Stack,
  resource: StackResource,
  given: { uniqueId: string; succeeded: boolean; data: string },
): void {
  const { signals } = resource
  if (signals === undefined) return
  if (given.succeeded) signals.succeeded.set(given.uniqueId, given.data)
  else signals.failed.set(given.uniqueId, given.data)
  const { operation } = stack
  if (operation !== undefined)
    resourceStatus({ world, stack, operation }, resource, resource.status, {
      reason: `Received ${given.succeeded ? 'SUCCESS' : 'FAILURE'} signal with UniqueId ${given.uniqueId}`,
    })
  signals.changed.open()
}

interface Wanted {
  count: number
  timeoutMs: number
  /** Whether anything of the sandbox would signal. */
  signaller: boolean
}

function wantedSignals(run: Deployment, resource: StackResource): Wanted | undefined {
  if (resource.type === 'AWS::CloudFormation::WaitCondition') {
    const { Count, Timeout } = resource.properties
    const policy = creationPolicy(run, resource)
    if (policy !== undefined) return policy
    if (Timeout === undefined) return undefined
    return {
      count: Number(Count ?? 1),
      timeoutMs: Number(Timeout) * 1000,
      signaller: handleIsUsed(run, resource),
    }
  }
  return creationPolicy(run, resource)
}

function creationPolicy(run: Deployment, resource: StackResource): Wanted | undefined {
  const policy = run.blueprint.member(resource.logicalId, 'CreationPolicy', lookupOf(run.world, run.stack))
  const signal = isObject(policy) ? policy['ResourceSignal'] : undefined
  if (!isObject(signal)) return undefined
  return {
    count: Number(signal['Count'] ?? 1),
    timeoutMs: durationMs(text(signal, 'Timeout') ?? 'PT5M'),
    signaller: true,
  }
}

/** Whether another resource than the condition itself is given the handle. */
function handleIsUsed(run: Deployment, resource: StackResource): boolean {
  const handles = resource.dependsOn.filter(
    (id) => run.blueprint.resources.get(id)?.type === 'AWS::CloudFormation::WaitConditionHandle',
  )
  return [...run.blueprint.dependencies].some(
    ([id, needs]) =>
      id !== resource.logicalId &&
      run.blueprint.resources.get(id)?.type !== 'AWS::CloudFormation::WaitCondition' &&
      needs.some((need) => handles.includes(need)),
  )
}

function timeoutReason(resource: StackResource, got: number, wanted: number): string {
  return resource.type === 'AWS::CloudFormation::WaitCondition'
    ? `WaitCondition timed out. Received ${got} conditions when expecting ${wanted}`
    : `Failed to receive ${wanted - got} resource signal(s) within the specified duration`
}

/** `PT1H30M`, `PT15M`, `PT10S`. */
function durationMs(duration: string): number {
  const match = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(duration)
  const [hours, minutes, seconds] = [match?.[1], match?.[2], match?.[3]].map((part) => Number(part ?? 0))
  return ((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000
}
