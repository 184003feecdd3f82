import { CreateStackCommand } from '@aws-sdk/client-cloudformation'
import { describe, expect, it } from 'vitest'
import { findCondition } from '../../src/api/condition.ts'
import { transient } from '../../src/api/errors.ts'
import type { ObjectRecord } from '../../src/api/record.ts'
import { keyOf } from '../../src/api/record.ts'
import { parameterTexts } from '../../src/api/parameters.ts'
import type { ParameterValue } from '../../src/api/parameters.ts'
import type { Controller } from '../../src/reconcile/controller.ts'
import { createController } from '../../src/reconcile/create.ts'
import type { ControllerPorts } from '../../src/reconcile/ports.ts'
import type { Store } from '../../src/store/store.ts'
import { lookAt } from '../support/cloud-look.ts'
import type { CloudLook } from '../support/cloud-look.ts'
import { createInjector, faulty } from '../support/faulty.ts'
import type { Fault, Injector } from '../support/faulty.ts'
import { stackFiles } from '../support/harness.ts'
import { createSandboxFleet } from '../support/sandbox-fleet.ts'
import type { SandboxFleet } from '../support/sandbox-fleet.ts'
import { createSeededRandom } from '../support/virtual-clock.ts'

const minute = 60_000
const extra = 'deletionPolicy: Delete'
/** Seeds of one run; a longer one is named in the environment. */
const seeds = Array.from({ length: Number(process.env['HEADWATER_SEEDS'] ?? '3') }, (_, index) => index + 1)

/** The stack of this name belongs to somebody else from the beginning. */
const foreign = 'alien'

/** What git says, one after the other: made, changed, broken, and mostly gone again. */
const revisions: Record<string, string>[] = [
  {
    ...stackFiles('network', { extra }),
    ...stackFiles('data', { extra, dependsOn: ['network'] }),
    ...stackFiles('kept'),
    ...stackFiles(foreign, { extra }),
  },
  {
    ...stackFiles('network', { extra: `${extra}\n  tags: {team: net}`, description: 'wider' }),
    ...stackFiles('data', { extra, dependsOn: ['network'], description: 'bigger' }),
    ...stackFiles('kept'),
    ...stackFiles(foreign, { extra }),
  },
  { ...stackFiles('network', { extra: `${extra}\n  tags: {team: net}`, description: 'wider' }) },
]
const deletable = new Set(['data'])

interface Run {
  fleet: SandboxFleet
  look: CloudLook
  commits: string[]
  /** Mutating calls that the cloud saw. */
  mutations: number
  faults: number
  wrong: string[]
}

async function rollOut(fates: (life: number) => (index: number, call: string) => Fault): Promise<Run> {
  const fleet = await createSandboxFleet()
  const look = lookAt(fleet.sandbox.url)
  const run: Run = { fleet, look, commits: [], mutations: 0, faults: 0, wrong: [] }
  await look.client.send(new CreateStackCommand({ StackName: foreign, TemplateBody: theirs }))
  fleet.clock.advance(10 * minute)
  fleet.sandbox.calls.clear()

  const store = watched(fleet.store, run)
  let lives = 0
  let injector = born()
  let controller = startProcess(fleet, store, injector)
  function born(): Injector {
    const fate = fates(lives++)
    return createInjector(
      (index, call) => {
        const fault = fate(index, call)
        if (fault !== 'none') run.faults += 1
        return fault
      },
      (call) => transient('Unavailable', `${call} went wrong`),
    )
  }
  for (const files of revisions) {
    run.commits.push(fleet.repository.commit(files))
    const end = fleet.clock.now() + (files === revisions.at(-1) ? 60 : 20) * minute
    while (fleet.clock.now() < end) {
      const pass = controller.runDue({ concurrency: 1 }).catch(() => undefined)
      await Promise.race([pass, injector.death])
      if (injector.isDead) {
        injector = born()
        controller = startProcess(fleet, store, injector)
      }
      await inspect(run)
      fleet.clock.advanceTo(Math.max((await fleet.store.nextDueAt()) ?? end, fleet.clock.now() + 1_000))
    }
  }
  run.mutations = fleet.sandbox.calls.counts({ service: 'cloudformation', mutating: true }).total
  return run
}

const theirs = JSON.stringify({ Resources: { Theirs: { Type: 'AWS::SNS::Topic' } } })

/** A process: a controller whose every call to the outside is under an injector. */
function startProcess(fleet: SandboxFleet, store: Store, injector: Injector): Controller {
  const { ports } = fleet
  const guarded: ControllerPorts = {
    ...ports,
    store: faulty(store, 'store', injector),
    blobs: faulty(ports.blobs, 'blob', injector, ['url']),
    openSource: (location) => faulty(ports.openSource(location), 'source', injector),
    async target(kind) {
      const real = await ports.target(kind)
      return real === undefined
        ? undefined
        : faulty(real, 'cloud', injector, ['kind', 'digest', 'claim', 'decide'])
    },
  }
  return createController(guarded)
}

/** The store, with an eye on every write: what only grows must not shrink. */
function watched(store: Store, run: Run): Store {
  const last = new Map<string, { record: ObjectRecord; version: number }>()
  const ageOf = (revision: string | undefined) => run.commits.indexOf(revision?.slice(-40) ?? '')
  return {
    ...store,
    async put(record, expected) {
      const version = await store.put(record, expected)
      const key = keyOf(record)
      const before = expected === 0 ? undefined : last.get(key)
      last.set(key, { record, version })
      if (before === undefined) return version
      const pairs: [string, number, number][] = [
        ['version', before.version, version],
        ['generation', before.record.generation, record.generation],
        ['lease', before.record.lease?.counter ?? 0, record.lease?.counter ?? 0],
        ['operations', before.record.status.operations ?? 0, record.status.operations ?? 0],
        ['inputs', ageOf(before.record.inputs?.revision), ageOf(record.inputs?.revision)],
        [
          'applied',
          ageOf(before.record.status.lastAppliedRevision),
          ageOf(record.status.lastAppliedRevision),
        ],
      ]
      for (const [what, was, is] of pairs)
        if (is < was) run.wrong.push(`I6 ${key}: ${what} went back from ${was} to ${is}`)
      return version
    },
  }
}

const inspected = new WeakMap<Run, Set<string>>()

/** What must hold at every moment, whatever goes wrong. */
async function inspect(run: Run): Promise<void> {
  const { fleet, look, commits, wrong } = run
  const seen = inspected.get(run) ?? new Set<string>()
  inspected.set(run, seen)
  for (const { record } of await fleet.store.list('CloudFormationStack/')) {
    const { name, inputs, status, spec, operation } = record
    const isReady = findCondition(status.conditions, 'Ready')?.status === 'True'
    const isApplied = inputs !== undefined && status.lastAppliedDigest === inputs.digest
    const moment = `${name} ${status.lastAppliedRevision} ${status.lastAppliedDigest}`
    if (!isReady || !isApplied || operation !== undefined || seen.has(moment)) continue
    seen.add(moment)
    const files = revisions[commits.indexOf(status.lastAppliedRevision?.slice(-40) ?? '')]
    const stack = (await look.stacks()).get(name)
    const template = await look.template(name)
    if (template !== files?.[`stacks/${name}.cfn.yaml`]) wrong.push(`I2 ${moment}: the template is another`)
    const tags = Object.fromEntries((stack?.Tags ?? []).map(({ Key, Value }) => [Key, Value]))
    const declared = parameterTexts((spec['tags'] ?? {}) as Record<string, ParameterValue>)
    for (const [tag, value] of Object.entries({ ...declared, 'headwater:owner': `test/eu/${name}` }))
      if (tags[tag] !== value) wrong.push(`I2 ${moment}: tag ${tag} is ${tags[tag]}`)
  }
  const deletions = fleet.sandbox.calls.counts({ action: 'DeleteStack' }).calls
  for (const { stack = '' } of deletions)
    if (commits.length < revisions.length || !deletable.has(stack)) wrong.push(`I3 ${stack} was deleted`)
}

/** What must hold at the end. */
async function expectConverged(run: Run, operations: Record<string, string[]>): Promise<void> {
  const { fleet, look, commits } = run
  expect([...(await look.stacks()).keys()].toSorted()).toEqual([foreign, 'kept', 'network'])
  expect(await look.template(foreign)).toBe(theirs)
  const begun: Record<string, string[]> = {}
  for (const name of Object.keys(operations)) begun[name] = await look.operations(name)
  expect(begun).toEqual(operations)
  expect(await look.leftovers()).toEqual([])
  const records = await fleet.store.list('CloudFormationStack/')
  expect(records.map(({ record }) => record.name)).toEqual(['network'])
  for (const { record } of records) {
    expect(record.operation).toBeUndefined()
    expect(record.status.lastAppliedRevision).toBe(`main@sha1:${commits.at(-1)}`)
  }
}

/** Every operation that the revisions ask for, once: I1. */
const wanted = {
  network: ['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS'],
  data: ['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS', 'DELETE_IN_PROGRESS'],
  kept: ['CREATE_IN_PROGRESS'],
  [foreign]: ['CREATE_IN_PROGRESS'],
}

describe('a rollout over the wire, by the real target', () => {
  it('without faults makes two calls a change, and one a deletion', async () => {
    const run = await rollOut(() => () => 'none')
    expect(run.wrong).toEqual([])
    await expectConverged(run, wanted)
    expect(run.mutations).toBe(11)
    run.look.close()
    await run.fleet.close()
  })

  it.each(seeds)('I1 I2 I3 I4 I5 I6 hold through a bad time (seed %i)', async (seed) => {
    const random = createSeededRandom(seed)
    const run = await rollOut((life) => (index) => {
      if (life > 12 || index > 250) return 'none'
      const dice = random.next()
      if (dice < 0.02) return 'fail-before'
      if (dice < 0.05) return 'fail-after'
      if (dice < 0.06) return 'kill-before'
      return dice < 0.07 ? 'kill-after' : 'none'
    })
    expect(run.wrong).toEqual([])
    await expectConverged(run, wanted)
    expect(run.faults).toBeGreaterThan(5)
    expect(run.mutations).toBeLessThanOrEqual(11 + run.faults)
    run.look.close()
    await run.fleet.close()
  })
})
