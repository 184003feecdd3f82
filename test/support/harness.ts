import { createHash } from 'node:crypto'
import type { BlobStore } from '../../src/blob/blob.ts'
import { declare } from '../../src/reconcile/declare.ts'
import type { ControllerPorts, Log } from '../../src/reconcile/ports.ts'
import { createController } from '../../src/reconcile/create.ts'
import type { Controller } from '../../src/reconcile/controller.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { findCondition } from '../../src/api/condition.ts'
import type { ObjectRecord } from '../../src/api/record.ts'
import { gitRepositorySpec } from '../../src/api/kinds/git-repository.ts'
import { kustomizationSpec } from '../../src/api/kinds/kustomization.ts'
import { createModelCloud } from './model-cloud.ts'
import type { ModelCloud } from './model-cloud.ts'
import { createModelRepository } from './model-source.ts'
import type { ModelRepository } from './model-source.ts'
import { createSeededRandom, createVirtualClock } from './virtual-clock.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** A whole controller over a model repository and a model cloud, on a virtual clock. */
export interface Harness {
  clock: VirtualClock
  store: Store
  repository: ModelRepository
  cloud: ModelCloud
  controller: Controller
  ports: ControllerPorts
  /** Runs what is due and moves the clock to what is due next, for at most `spanMs`. */
  run(spanMs: number): Promise<void>
  record(key: string): Promise<ObjectRecord | undefined>
  /** `True: message`, `False: …`; what a person would read first. */
  ready(key: string): Promise<string | undefined>
  /** Reasons of an object's events, oldest first. */
  reasons(key: string): Promise<string[]>
}

/** The keys of the root objects. */
export const rootSource = 'GitRepository/headwater-system/headwater-system'
export const rootKustomization = 'Kustomization/headwater-system/headwater-system'

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {} }

/** Makes a harness whose root follows `./` of the model repository, with pruning on. */
export async function createHarness(
  overrides: Partial<Omit<ControllerPorts, 'clock'>> & { clock?: VirtualClock } = {},
  seed = 1,
): Promise<Harness> {
  const clock = overrides.clock ?? createVirtualClock()
  const random = createSeededRandom(seed)
  const store = overrides.store ?? createMemoryStore({ clock })
  const repository = createModelRepository()
  const cloud = createModelCloud(clock)
  const ports: ControllerPorts = {
    store,
    blobs: createMapBlobs(),
    openSource: repository.open,
    secrets: { resolve: async () => 'token' },
    target: async (kind) => (kind === 'CloudFormationStack' ? cloud.target : undefined),
    clock,
    random,
    log: silent,
    ...overrides,
  }
  const root = { namespace: 'headwater-system', name: 'headwater-system' }
  await declare(ports, {
    kind: 'GitRepository',
    ...root,
    spec: gitRepositorySpec.parse({ url: 'https://git.example/fleet.git', interval: '3m' }),
  })
  await declare(ports, {
    kind: 'Kustomization',
    ...root,
    spec: kustomizationSpec.parse({ sourceRef: { name: 'headwater-system' }, path: './', prune: true }),
  })
  const controller = createController(ports)
  const record = async (key: string) => (await store.get(key))?.record
  return {
    clock,
    store,
    repository,
    cloud,
    controller,
    ports,
    record,
    async run(spanMs) {
      const end = clock.now() + spanMs
      for (let passes = 0; passes < 5_000; passes++) {
        const { nextDueAt } = await controller.runDue({ concurrency: 1 })
        if (nextDueAt === undefined || nextDueAt > end) break
        clock.advanceTo(Math.max(nextDueAt, clock.now() + 1))
      }
      clock.advanceTo(end)
    },
    async ready(key) {
      const ready = findCondition((await record(key))?.status.conditions ?? [], 'Ready')
      return ready === undefined ? undefined : `${ready.status}: ${ready.message}`
    },
    async reasons(key) {
      const events = await store.events({ key })
      return events.map(({ reason }) => reason).toReversed()
    },
  }
}

/** Bodies in a map. */
export function createMapBlobs(): BlobStore {
  const bodies = new Map<string, Uint8Array>()
  return {
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      bodies.set(sha256, bytes)
      return sha256
    },
    get: async (sha256) => bodies.get(sha256),
    has: async (sha256) => bodies.has(sha256),
    url: () => undefined,
  }
}

/** A manifest of a stack with a template beside it: two files for a model commit. */
export function stackFiles(
  name: string,
  options: { namespace?: string; dependsOn?: string[]; extra?: string; description?: string } = {},
): Record<string, string> {
  const { namespace = 'eu', dependsOn = [], extra = '', description = name } = options
  const needs =
    dependsOn.length === 0
      ? ''
      : `\n  dependsOn: [${dependsOn.map((other) => `{name: ${other}}`).join(', ')}]`
  return {
    [`stacks/${name}.yaml`]: `apiVersion: headwater.dev/v1alpha1
kind: CloudFormationStack
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  template: ${name}.cfn.yaml
  region: eu-west-1${needs}${extra === '' ? '' : `\n  ${extra}`}
`,
    [`stacks/${name}.cfn.yaml`]: `Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: ${description}
`,
  }
}
