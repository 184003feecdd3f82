import { createHash } from 'node:crypto'
import { findCondition } from '../../src/api/condition.ts'
import type { Clock } from '../../src/api/clock.ts'
import { cloudFormationStackSpec } from '../../src/api/kinds/cloud-formation-stack.ts'
import type { ObjectRecord, Operation } from '../../src/api/record.ts'
import { transient } from '../../src/api/errors.ts'
import type { Controller } from '../../src/reconcile/controller.ts'
import { createController } from '../../src/reconcile/create.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { createCloudFormationTarget } from '../../src/target/cloudformation/index.ts'
import type { Action } from '../../src/target/cloudformation/action.ts'
import type { Subject } from '../../src/target/target.ts'
import { createSeededRandom } from './virtual-clock.ts'

/** What may happen around a mutating call. */
export type Mishap = 'killed before' | 'answer lost' | 'killed after'

/** One stack under the real loop and the real target, its inputs given by the test instead of by git. */
export interface StackDriver {
  /** Declares the stack: what git would say. Left out, the template stays. */
  declare(spec: Record<string, unknown>, template?: unknown): Promise<void>
  /** What pruning with `deletionPolicy: Delete` does. */
  leave(): Promise<void>
  /** A person asks: `headwater reconcile`. */
  request(force?: boolean): Promise<void>
  /** Steps until nothing is due within `spanMs`, or until `isDone`. */
  run(spanMs?: number, isDone?: (record: ObjectRecord) => boolean): Promise<ObjectRecord | undefined>
  record(): Promise<ObjectRecord | undefined>
  /** `True: message` of Ready, `gone` without a record. */
  ready(): Promise<string>
  /** Types of the mutating calls made so far, those that were lost included. */
  actions: string[]
  /** Befalls the mutating call of that number, counted from 1 over the driver's life. */
  befall(call: number, mishap: Mishap): void
}

/** How to reach the cloud, and how time passes. */
export interface StackDriverOptions {
  endpoint: string
  clock: Clock
  /** Moves time on; a real clock sleeps. */
  pass: (ms: number) => Promise<void>
  name?: string
  controllerId?: string
  /** Shortest time between two looks; long ones make quick tests. Default: the target's. */
  pollFloorMs?: number | undefined
  /** CloudFormation does not know change sets that revert drift, as in a region or an emulator that lacks them. */
  refusesRevertDrift?: boolean
}

const silent = { debug: () => {}, info: () => {}, warn: () => {} }
const leaseMs = 90_000

/** Makes a driver for one stack. */
export function createStackDriver(options: StackDriverOptions): StackDriver {
  const { clock, pass, endpoint, name = 'web', controllerId = 'hw' } = options
  const { refusesRevertDrift = false, pollFloorMs } = options
  const key = `CloudFormationStack/eu/${name}`
  const store = createMemoryStore({ clock })
  const bodies = new Map<string, Uint8Array>()
  const process = { isDead: false }
  const mishaps = new Map<number, Mishap>()
  const actions: string[] = []
  let requests = 0

  function target() {
    const real = createCloudFormationTarget({
      controllerId,
      defaultRegion: 'eu-west-1',
      clock,
      endpoint,
      ...(pollFloorMs === undefined ? {} : { pollFloorMs }),
      templateBody: async (sha256) => bodies.get(sha256) ?? new Uint8Array(),
      templateUrl: () => undefined,
    })
    return {
      ...real,
      async act(subject: Subject, operation: Operation, action: Action) {
        const mishap = mishaps.get(actions.push(action.type))
        if (mishap === 'killed before') throw kill(process)
        const isRefused =
          refusesRevertDrift && action.type === 'create-change-set' && action.mode === 'revert-drift'
        const result = isRefused
          ? { data: { answered: operation.phase, refused: 'DeploymentMode is not known' } }
          : await real.act(subject, operation, action)
        if (mishap === 'killed after') throw kill(process)
        if (mishap === 'answer lost') throw transient('CloudUnavailable', 'the answer was lost')
        return result
      },
    }
  }

  function start(): Controller {
    const made = target()
    return createController({
      store: mortal(store, process),
      blobs: { put: async () => '', get: async () => undefined, has: async () => true, url: () => undefined },
      openSource: () => {
        throw new Error('there is no source')
      },
      secrets: { resolve: async () => '' },
      target: async () => made,
      clock,
      random: createSeededRandom(7),
      log: silent,
      leaseMs,
    })
  }

  const read = async () => store.get(key)
  let template = '{}'
  let controller = start()

  async function edit(change: (record: ObjectRecord) => ObjectRecord): Promise<void> {
    const found = await read()
    if (found === undefined) throw new Error(`${key} is not there`)
    await store.put(change(found.record), found.version)
  }

  return {
    actions,
    befall: (call, mishap) => void mishaps.set(call, mishap),
    async declare(spec, body) {
      if (body !== undefined) template = typeof body === 'string' ? body : JSON.stringify(body)
      const bytes = new TextEncoder().encode(template)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      bodies.set(sha256, bytes)
      const files = { template: { path: 'web.yaml', sha256, bytes: bytes.length } }
      const parsed = cloudFormationStackSpec.parse({ template: 'web.yaml', ...spec })
      const digest = target().digest(parsed, files)
      const inputs = { revision: `main@sha1:${digest.slice(0, 40)}`, files, digest }
      const found = await read()
      const before: ObjectRecord = found?.record ?? {
        schema: 1,
        kind: 'CloudFormationStack',
        namespace: 'eu',
        name,
        spec: parsed,
        generation: 0,
        status: { conditions: [], observedGeneration: 0 },
      }
      const { deletion: _, ...present } = before
      await store.put(
        { ...present, spec: parsed, inputs, generation: before.generation + 1, dueAt: clock.now() },
        found?.version ?? 0,
      )
    },
    leave: () =>
      edit((record) => ({
        ...record,
        deletion: { requestedAt: clock.now(), revision: 'main@sha1:0', after: [] },
        dueAt: clock.now(),
      })),
    request: (force = false) =>
      edit((record) => ({ ...record, request: { token: `r${++requests}`, force }, dueAt: clock.now() })),
    async run(spanMs = 3_600_000, isDone = () => false) {
      const until = clock.now() + spanMs
      for (;;) {
        const found = await read()
        const dueAt = found?.record.dueAt
        if (found === undefined || dueAt === undefined || dueAt > until) return found?.record
        if (isDone(found.record)) return found.record
        if (dueAt > clock.now()) await pass(dueAt - clock.now())
        try {
          await controller.reconcile(key)
        } catch (error) {
          if (!process.isDead) throw error
        }
        if (process.isDead) {
          process.isDead = false
          await pass(leaseMs + 1)
          controller = start()
          await edit((record) => ({ ...record, dueAt: clock.now() }))
        }
      }
    },
    record: async () => (await read())?.record,
    async ready() {
      const found = await read()
      const ready = found === undefined ? undefined : findCondition(found.record.status.conditions, 'Ready')
      return ready === undefined ? 'gone' : `${ready.status}: ${ready.message}`
    },
  }
}

function kill(process: { isDead: boolean }): Error {
  process.isDead = true
  return new Error('killed')
}

/** A store that a dead process can neither read nor write. */
function mortal(store: Store, process: { isDead: boolean }): Store {
  return new Proxy(store, {
    get(found, property, receiver) {
      if (process.isDead) throw new Error('killed')
      return Reflect.get(found, property, receiver) as unknown
    },
  })
}
