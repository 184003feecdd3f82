import { createHash } from 'node:crypto'
import { transient } from '../../src/api/errors.ts'
import type { Clock } from '../../src/api/clock.ts'
import type { Operation } from '../../src/api/record.ts'
import type { Subject, Target } from '../../src/target/target.ts'

/** A stack of the model cloud: what was asked of it last, and since when. */
interface ModelStack {
  digest: string
  owner: string
  token: string
  readyAt: number
  deleting: boolean
  fails: boolean
}

/** A call the model cloud got, in order. */
export interface ModelCall {
  key: string
  call: 'observe' | 'deploy' | 'delete'
  token?: string
}

/** The least cloud that can be reconciled: asynchronous, idempotent by token, refusing a second operation. */
export interface ModelCloud {
  target: Target<ModelStack | undefined, { type: 'deploy' | 'delete' }>
  calls: ModelCall[]
  stacks: Map<string, ModelStack>
  /** Deployments of this object end in a failure until told otherwise. */
  failing: Set<string>
  /** The next mutating call takes effect and then its answer is lost. */
  loseNextAnswer(): void
}

/** How long an operation of the model cloud takes, in milliseconds. */
export const operationMs = 60_000

/** Makes an empty model cloud on a clock. */
export function createModelCloud(clock: Clock): ModelCloud {
  const stacks = new Map<string, ModelStack>()
  const calls: ModelCall[] = []
  const failing = new Set<string>()
  let isAnswerLost = false
  const nameOf = ({ record }: Subject) => `${record.namespace}/${record.name}`

  const target: ModelCloud['target'] = {
    kind: 'CloudFormationStack',
    digest: (spec, files) => {
      const { dependsOn: _order, interval: _often, drift: _drift, ...rest } = spec
      return createHash('sha256')
        .update(JSON.stringify([rest, files['template']?.sha256]))
        .digest('hex')
    },
    claim: (record) =>
      `model/${JSON.stringify([record.spec['region'], record.spec['stackName'] ?? record.name])}`,
    async observe(subject) {
      const name = nameOf(subject)
      calls.push({ key: name, call: 'observe' })
      const stack = stacks.get(name)
      if (stack?.deleting && stack.readyAt <= clock.now()) stacks.delete(name)
      return stacks.get(name)
    },
    decide({ record, wish }, stack, now) {
      const isBusy = stack !== undefined && stack.readyAt > now
      if (isBusy)
        return { type: 'wait', reason: 'Progressing', message: 'in progress', requeueAfterMs: 10_000 }
      const identity = { stackId: `model:${record.name}` }
      if (wish === 'absent') {
        return stack === undefined ? { type: 'deleted', message: 'deleted' } : act('delete', 'delete')
      }
      if (stack !== undefined && stack.token === record.operation?.token && stack.fails) {
        return {
          type: 'failed',
          reason: 'ReconciliationFailed',
          message: 'rolled back: Thing (AWS::X): "no"',
        }
      }
      if (stack?.digest === record.inputs?.digest && !stack?.fails) {
        return {
          type: 'applied',
          message: 'up to date',
          changed: record.operation !== undefined,
          outputs: {},
          identity,
        }
      }
      return act('apply', 'deploy')

      function act(type: Operation['type'], action: 'deploy' | 'delete') {
        const attempt = record.operation?.attempt ?? (record.status.operations ?? 0) + 1
        const digest = record.inputs?.digest ?? ''
        const operation: Operation = record.operation ?? {
          type,
          id: `op-${attempt}`,
          token: `${record.name}-${digest.slice(0, 8)}-${attempt}`,
          digest,
          revision: record.inputs?.revision ?? '',
          attempt,
          startedAt: now,
          deadline: now + 3_600_000,
          phase: action,
          data: {},
        }
        return { type: 'act' as const, operation, action: { type: action }, message: action }
      }
    },
    async act(subject, operation, action) {
      const name = nameOf(subject)
      calls.push({ key: name, call: action.type, token: operation.token })
      const stack = stacks.get(name)
      const isRepeat = stack?.token === operation.token
      if (!isRepeat && stack !== undefined && stack.readyAt > clock.now())
        throw new Error(`second operation on ${name}`)
      if (!isRepeat) {
        stacks.set(name, {
          digest: operation.digest,
          owner: name,
          token: operation.token,
          readyAt: clock.now() + operationMs,
          deleting: action.type === 'delete',
          fails: failing.has(name),
        })
      }
      if (isAnswerLost) {
        isAnswerLost = false
        throw transient('NetworkError', 'the connection was closed before the answer came')
      }
      return { requeueAfterMs: 10_000 }
    },
  }
  return { target, calls, stacks, failing, loseNextAnswer: () => void (isAnswerLost = true) }
}
