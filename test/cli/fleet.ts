import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ObjectEvent } from '../../src/api/event.ts'
import { parseKey } from '../../src/api/reference.ts'
import type { ObjectRecord } from '../../src/api/record.ts'
import { recordSchema } from '../../src/api/record.ts'
import type { ObjectStatus } from '../../src/api/status.ts'
import { createSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { createVirtualClock, type VirtualClock } from '../support/virtual-clock.ts'
import { headwater, type Ran, type TestIoOptions } from './test-io.ts'

const first = `main@sha1:${'1b2c3d4'.padEnd(40, '0')}`
const second = `main@sha1:${'9f3c2e1'.padEnd(40, '0')}`

/** A store in a file with a small fleet, and a way to run command lines on it. */
export interface Fleet {
  clock: VirtualClock
  store: Store
  run(line: string, options?: Partial<TestIoOptions>): Promise<Ran>
  close(): Promise<void>
}

/** Makes the fleet that the tests of the command line look at: a source, a Kustomization, stacks in several states. */
export async function createFleet(): Promise<Fleet> {
  const cwd = await mkdtemp(join(tmpdir(), 'headwater-cli-'))
  const file = join(cwd, 'state.db')
  const clock = createVirtualClock()
  const store = await createSqliteStore({ file, clock })
  for (const record of records(clock.now())) await store.put(record, 0)
  await store.append(events(clock.now()))
  return {
    clock,
    store,
    run: (line, options) =>
      headwater(line, { clock, cwd, env: { HEADWATER_STORE: `sqlite://${file}` }, ...options }),
    async close() {
      await store.close()
      await rm(cwd, { recursive: true, force: true })
    },
  }
}

function records(now: number): ObjectRecord[] {
  const owner = 'Kustomization/system/fleet'
  const stack = (name: string, line: number, rest: Partial<ObjectRecord>): ObjectRecord => ({
    ...record(`CloudFormationStack/eu/${name}`, now),
    owner,
    origin: { source: 'GitRepository/system/fleet', file: `clusters/demo/${name}.yaml`, line, column: 1 },
    ...rest,
  })
  return [
    record('GitRepository/system/fleet', now, {
      spec: { url: 'https://git.example/fleet' },
      status: ready('True', `stored artifact for ${second}`, now, {
        lastAppliedRevision: second,
        artifact: {
          revision: second,
          subject: 'scale\u001b[2J down',
          author: 'Ana',
          committedAt: new Date(now - 240_000).toISOString(),
          fetchedAt: now - 230_000,
        },
      }),
    }),
    record(owner, now, {
      spec: { sourceRef: { kind: 'GitRepository', name: 'fleet' }, path: './clusters/demo', prune: true },
      status: ready('True', 'applied 3 objects', now, {
        lastAppliedRevision: second,
        inventory: ['data', 'network', 'web'].map((name) => `CloudFormationStack/eu/${name}`),
      }),
    }),
    stack('network', 1, {
      spec: { region: 'eu-west-1', deletionPolicy: 'Retain' },
      status: ready('True', `no changes since ${first}`, now, {
        lastAppliedRevision: second,
        identity: { stackId: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/network/4f1c' },
      }),
    }),
    stack('data', 7, {
      spec: { region: 'eu-west-1', dependsOn: [{ name: 'network' }], deletionPolicy: 'Delete' },
      suspension: { by: 'bob', reason: 'migration', at: now - 1000, until: now + 86_400_000 },
      status: ready('True', 'update complete', now, { lastAppliedRevision: first }),
    }),
    stack('web', 3, {
      spec: { region: 'eu-west-1', dependsOn: [{ name: 'network' }, { name: 'data' }] },
      status: ready('False', 'update rolled back: Service (AWS::ECS::Service): "quota 10"', now, {
        lastAppliedRevision: first,
        history: [
          line('Failed', 'Service: quota 10', second, now - 3_600_000, 48_000),
          line('Succeeded', 'update complete', first, now - 7_200_000, 61_000),
        ],
      }),
    }),
  ]
}

function record(key: string, now: number, rest: Partial<ObjectRecord> = {}): ObjectRecord {
  return {
    schema: recordSchema,
    ...parseKey(key),
    spec: {},
    generation: 1,
    status: ready('Unknown', 'not looked at', now),
    ...rest,
  }
}

function ready(
  status: 'True' | 'False' | 'Unknown',
  message: string,
  now: number,
  rest: Partial<ObjectStatus> = {},
): ObjectStatus {
  const lastTransitionTime = new Date(now - 180_000).toISOString()
  const reason = status === 'True' ? 'ReconciliationSucceeded' : 'ReconciliationFailed'
  return {
    conditions: [{ type: 'Ready', status, reason, message, observedGeneration: 1, lastTransitionTime }],
    observedGeneration: 1,
    ...rest,
  }
}

function line(
  outcome: 'Succeeded' | 'Failed',
  message: string,
  revision: string,
  at: number,
  tookMs: number,
) {
  const startedAt = new Date(at).toISOString()
  const finishedAt = new Date(at + tookMs).toISOString()
  return { digest: 'd'.repeat(64), revision, outcome, message, startedAt, finishedAt }
}

function events(now: number): ObjectEvent[] {
  const key = 'CloudFormationStack/eu/web'
  return [
    { id: '1', at: now - 7_200_000, key, type: 'Normal', reason: 'DriftCorrected', message: 'put back' },
    {
      id: '2',
      at: now - 240_000,
      key,
      type: 'Warning',
      reason: 'UpdateRolledBack',
      message: `at ${second}\nquota`,
    },
    {
      id: '3',
      at: now - 60_000,
      key: 'GitRepository/system/fleet',
      type: 'Normal',
      reason: 'NewArtifact',
      message: 'stored',
    },
  ]
}
