import { createHash } from 'node:crypto'
import { findCondition } from '../../src/api/condition.ts'
import type { Clock } from '../../src/api/clock.ts'
import { transient } from '../../src/api/errors.ts'
import type { ObjectRecord, Operation, PackagedInputs } from '../../src/api/record.ts'
import type { Controller } from '../../src/reconcile/controller.ts'
import { createController } from '../../src/reconcile/create.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import type { ActResult, AnyTarget, Subject } from '../../src/target/target.ts'
import { createSeededRandom } from './virtual-clock.ts'

/** What may happen around a mutating call. */
export type Mishap = 'killed before' | 'answer lost' | 'killed after'

/** One object under the real loop and a real target, its inputs given by the test instead of by git. */
export interface DeployableDriver {
  /** Declares the object: what git would say. Files that are left out stay. */
  declare(spec: Record<string, unknown>, files?: Record<string, unknown>): Promise<void>
  /** What pruning with `deletionPolicy: Delete` does. */
  leave(): Promise<void>
  /** A person asks: `headwater reconcile`. */
  request(force?: boolean): Promise<void>
  /** A person says yes to what is held: `headwater approve`. */
  approve(): Promise<void>
  /** Steps until nothing is due within `spanMs`, or until `isDone`. */
  run(spanMs?: number, isDone?: (record: ObjectRecord) => boolean): Promise<ObjectRecord | undefined>
  record(): Promise<ObjectRecord | undefined>
  /** `True: message` of Ready, `gone` without a record. */
  ready(): Promise<string>
  /** Reasons and messages of the history, oldest first. */
  events(): Promise<string[]>
  /** Types of the mutating calls made so far, those that were lost included. */
  actions: string[]
  /** Befalls the mutating call of that number, counted from 1 over the driver's life. */
  befall(call: number, mishap: Mishap): void
}

/** What is driven, and how time passes. */
export interface DriverOptions {
  kind: string
  namespace: string
  name: string
  clock: Clock
  /** Moves time on; a real clock sleeps. */
  pass: (ms: number) => Promise<void>
  /** A fresh target, as a process that starts makes it; `body` reads a packaged file. */
  makeTarget(body: (sha256: string) => Promise<Uint8Array>): AnyTarget
  /** A spec with its defaults filled in. */
  parse(spec: Record<string, unknown>): Record<string, unknown>
  /** Path of a file by its role. */
  pathOf(role: string): string
  /** Stands in for a mutating call: answers what it brings, or undefined to have it made. */
  instead?(action: { type: string }, operation: Operation): ActResult | undefined
}

const silent = { debug: () => {}, info: () => {}, warn: () => {} }
const leaseMs = 90_000

/** Makes a driver for one object. */
export function createDeployableDriver(options: DriverOptions): DeployableDriver {
  const { clock, pass, kind, namespace, name } = options
  const key = `${kind}/${namespace}/${name}`
  const store = createMemoryStore({ clock })
  const bodies = new Map<string, Uint8Array>()
  const process = { isDead: false }
  const mishaps = new Map<number, Mishap>()
  const actions: string[] = []
  let requests = 0

  function target(): AnyTarget {
    const real = options.makeTarget(async (sha256) => bodies.get(sha256) ?? new Uint8Array())
    return {
      ...real,
      async act(subject: Subject, operation: Operation, action: { type: string }): Promise<ActResult> {
        const mishap = mishaps.get(actions.push(action.type))
        if (mishap === 'killed before') throw kill(process)
        const result = options.instead?.(action, operation) ?? (await real.act(subject, operation, action))
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
  let files: PackagedInputs['files'] = {}
  let controller = start()

  function packaged(contents: Record<string, unknown>): PackagedInputs['files'] {
    const entries = Object.entries(contents).map(([role, content]) => {
      const bytes = new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content))
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      bodies.set(sha256, bytes)
      return [role, { path: options.pathOf(role), sha256, bytes: bytes.length }] as const
    })
    return Object.fromEntries(entries)
  }

  async function edit(change: (record: ObjectRecord) => ObjectRecord): Promise<void> {
    const found = await read()
    if (found === undefined) throw new Error(`${key} is not there`)
    await store.put(change(found.record), found.version)
  }

  return {
    actions,
    befall: (call, mishap) => void mishaps.set(call, mishap),
    async declare(spec, contents = {}) {
      files = { ...files, ...packaged(contents) }
      const parsed = options.parse(spec)
      const digest = target().digest(parsed, files)
      const inputs = { revision: `main@sha1:${digest.slice(0, 40)}`, files, digest }
      const found = await read()
      const before: ObjectRecord = found?.record ?? {
        schema: 1,
        kind,
        namespace,
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
    approve: () =>
      edit((record) => ({
        ...record,
        approval: { token: record.status.held?.token ?? '', by: 'ana', at: clock.now() },
        dueAt: clock.now(),
      })),
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
    async events() {
      const events = await store.events({ key, limit: 1000 })
      return events.toReversed().map(({ reason, message }) => `${reason}: ${message}`)
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
