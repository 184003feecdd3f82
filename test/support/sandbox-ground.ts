import { afterEach, beforeEach } from 'vitest'
import type {
  CallContext,
  CloudFormationEngine,
  CloudFormationEngineOptions,
  Surroundings,
} from '../../src/sandbox/aws/cloudformation/engine.ts'
import type { Faults } from '../../src/sandbox/aws/cloudformation/faults.ts'
import type { AwsSandbox } from '../../src/sandbox/aws/server.ts'
import { createAwsSandbox } from '../../src/sandbox/aws/server.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { createVirtualClock, createSeededRandom } from './virtual-clock.ts'

/** What an engine in a test does with a call. */
export type Handle = (
  action: string,
  input: Record<string, unknown>,
  context: CallContext,
) => Record<string, unknown>

/** A sandbox whose CloudFormation is a function of the test. */
export interface SandboxGround {
  sandbox: AwsSandbox
  clock: VirtualClock
  /** What CloudFormation can see of S3 and the rest. */
  surroundings: Surroundings
  /** Every fault that reached the engine, as `[method, argument]`. */
  engineFaults: [string, unknown][]
  /** Says what the engine answers from now on. */
  cloudFormation(handle: Handle): void
  /** Settings for an SDK client. */
  client(accessKeyId?: string, region?: string): ClientSettings
  /** POSTs to the control endpoint; the answer's status and body. */
  control(path: string, body?: unknown): Promise<{ status: number; body: unknown }>
}

/** How a client reaches the sandbox: one try, so that every call is the test's own. */
export interface ClientSettings {
  endpoint: string
  region: string
  credentials: { accessKeyId: string; secretAccessKey: string }
  maxAttempts: number
}

/** A fresh sandbox for each test of the suite, on a clock that stands still. */
export function layGround(): SandboxGround {
  let sandbox: AwsSandbox | undefined
  let handle: Handle = () => ({})
  const state = { clock: createVirtualClock(Date.UTC(2026, 0, 1)), engineFaults: [] as [string, unknown][] }
  let surroundings: Surroundings | undefined

  beforeEach(async () => {
    handle = () => ({})
    state.clock = createVirtualClock(Date.UTC(2026, 0, 1))
    state.engineFaults = []
    sandbox = await createAwsSandbox({
      clock: state.clock,
      random: createSeededRandom(),
      createEngine(options: CloudFormationEngineOptions): CloudFormationEngine {
        surroundings = options
        return {
          handle: async (action, input, context) => handle(action, input, context),
          faults: recordedFaults(state.engineFaults),
        }
      },
    })
  })
  afterEach(() => sandbox?.close())

  const running = (): AwsSandbox => {
    if (sandbox === undefined) throw new Error('the sandbox runs only within a test')
    return sandbox
  }
  return {
    get sandbox() {
      return running()
    },
    get clock() {
      return state.clock
    },
    get surroundings() {
      if (surroundings === undefined) throw new Error('the sandbox runs only within a test')
      return surroundings
    },
    get engineFaults() {
      return state.engineFaults
    },
    cloudFormation(next) {
      handle = next
    },
    client: (accessKeyId = 'AKIATESTTESTTESTTEST', region = 'eu-west-1') => ({
      endpoint: running().url,
      region,
      credentials: { accessKeyId, secretAccessKey: 'not-a-secret' },
      maxAttempts: 1,
    }),
    async control(path, body = {}) {
      const response = await fetch(`${running().url}/_sandbox/${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
      })
      return { status: response.status, body: await response.json() }
    },
  }
}

function recordedFaults(seen: [string, unknown][]): Faults {
  const note =
    (name: string) =>
    (argument?: unknown): void => {
      seen.push([name, argument])
    }
  const later =
    (name: string) =>
    async (argument: unknown): Promise<void> => {
      seen.push([name, argument])
      if (name === 'deleteResource') throw new Error('stack [nowhere] does not exist')
    }
  return {
    failResource: note('failResource'),
    delayResource: note('delayResource'),
    changeResource: later('changeResource'),
    deleteResource: later('deleteResource'),
    startForeignOperation: later('startForeignOperation'),
    staleReads: note('staleReads'),
    clear: note('clear'),
    reset: note('reset'),
  }
}
