import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { createSystemClock, createSystemRandom } from '../../src/compose/system.ts'
import { keyOf } from '../../src/api/record.ts'
import type { ObjectRecord } from '../../src/api/record.ts'
import { openStore } from '../../src/store/index.ts'
import { createGitFixture } from '../git-fixture.ts'
import type { GitFixture } from '../git-fixture.ts'
import { createSeededRandom } from '../support/virtual-clock.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const clock = createSystemClock()

/** The cloud of a killed rollout, and how to look at it past the controller. */
export interface StagedCloud {
  /** Where the controller finds it, and as whom. */
  env: Record<string, string>
  /** Takes back all faults; with `isUnlucky`, whatever is done to the unlucky object's new inputs fails from now on. */
  misfortune(isUnlucky: boolean): Promise<void>
  /** Calls so far that can change anything. */
  mutations(): number
  /** What it holds once everything rests, by object name, and what was begun and left. */
  look(): Promise<{ objects: Record<string, unknown>; leftBehind: string[] }>
  close(): Promise<void>
}

/** A rollout for one kind: what is declared in each round, and what the cloud must hold then. */
export interface Scenario {
  /** Kind of the objects. */
  kind: string
  /** Twenty names, in the order of their layers. */
  names: readonly string[]
  /** The object whose update fails in every fourth round; its index is odd, as are those that these rounds change. */
  unlucky: string
  /** The files of one object. */
  files(name: string, options: { text: string; dependsOn: string[] }): Record<string, string>
  openCloud(): Promise<StagedCloud>
  /** What `look` tells of an object that is applied with that text. */
  held(name: string, text: string): unknown
}

/** A cloud, a repository and the state of a controller. */
interface Stage {
  scenario: Scenario
  cloud: StagedCloud
  repository: GitFixture
  folder: string
}

/**
 * What is rolled out while the controller dies: twenty objects in four layers; then updates of half of them, one of which
 * fails; then three are deleted, and made again; and so on, so that every kill hits work.
 */
function textsOf({ names }: Scenario, round: number): Map<string, string> {
  const kept = round % 4 === 3 ? names.slice(0, 17) : names
  return new Map(
    kept.map((name) => {
      const isChanged = names.indexOf(name) % 2 === round % 2
      return [name, `${name} in round ${isChanged ? round : round - 1}`]
    }),
  )
}

function revision(scenario: Scenario, round: number): Record<string, string> {
  const made = [...textsOf(scenario, round)].map(([name, text]) => {
    const index = scenario.names.indexOf(name)
    return scenario.files(name, { text, dependsOn: index < 5 ? [] : [scenario.names[index - 5] ?? ''] })
  })
  return Object.assign({}, ...made) as Record<string, string>
}

async function createStage(scenario: Scenario): Promise<Stage> {
  return {
    scenario,
    cloud: await scenario.openCloud(),
    repository: await createGitFixture(),
    folder: await mkdtemp(path.join(tmpdir(), 'headwater-kill-')),
  }
}

async function removeStage({ cloud, repository, folder }: Stage): Promise<void> {
  await cloud.close()
  await repository.remove()
  await rm(folder, { recursive: true, force: true })
}

function startController({ cloud, repository, folder }: Stage): ChildProcess {
  return spawn(process.execPath, [main, 'run', '-o', 'json'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      HEADWATER_SOURCE_URL: repository.directory,
      HEADWATER_STORE: `sqlite://${folder}/state.db`,
      HEADWATER_BLOBS: `file://${folder}/blobs`,
      HEADWATER_INTERVAL: '1s',
      HEADWATER_LEASE: '500ms',
      ...cloud.env,
    },
  })
}

async function end(controller: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = once(controller, 'exit')
  controller.kill(signal)
  await exited
}

/** Makes a round's files the head; what it does not hold is removed. */
async function commit({ scenario, repository, cloud }: Stage, round: number): Promise<string> {
  await cloud.misfortune(round % 4 === 1)
  const files = revision(scenario, round)
  const before = round === 0 ? {} : revision(scenario, round - 1)
  const gone = Object.keys(before).filter((file) => files[file] === undefined)
  return repository.commit(
    { ...files, ...Object.fromEntries(gone.map((file) => [file, null])) },
    `round ${round}`,
  )
}

/** Whether everything has come to rest at a commit: applied, failed for good, or waiting for what failed. */
async function isSettled({ scenario, folder }: Stage, head: string): Promise<boolean> {
  const records = await recordsOf(folder)
  const root = records.find(({ kind }) => kind === 'Kustomization')
  if (!root?.status.lastAppliedRevision?.endsWith(head)) return false
  const objects = records.filter(({ kind }) => kind === scenario.kind)
  const byKey = new Map(objects.map((record) => [keyOf(record), record]))
  const isStuck = (record: ObjectRecord): boolean => {
    if (hasFailed(record)) return true
    const blocker = byKey.get(record.status.blockedBy?.[0] ?? '')
    return !isApplied(record) && blocker !== undefined && isStuck(blocker)
  }
  return objects.every((record) => {
    const isIdle = record.operation === undefined && record.deletion === undefined
    return isIdle && (isApplied(record) || isStuck(record))
  })
}

const isApplied = ({ status, inputs }: ObjectRecord) => status.lastAppliedDigest === inputs?.digest
const hasFailed = ({ status, inputs }: ObjectRecord) =>
  inputs !== undefined && status.failedDigest === inputs.digest

async function recordsOf(folder: string): Promise<ObjectRecord[]> {
  const store = await openStore(`sqlite://${folder}/state.db`, { clock, random: createSystemRandom() })
  try {
    return (await store.list('')).map(({ record }) => record)
  } finally {
    await store.close()
  }
}

/** Everything applied is there as declared, and nothing else; failed and waiting ones apart. */
async function expectDeclared({ scenario, cloud, folder }: Stage, round: number): Promise<void> {
  const { objects, leftBehind } = await cloud.look()
  expect(leftBehind).toEqual([])
  const texts = textsOf(scenario, round)
  for (const record of await recordsOf(folder)) {
    if (record.inputs === undefined || !isApplied(record)) continue
    expect(objects[record.name]).toEqual(scenario.held(record.name, texts.get(record.name) ?? ''))
  }
  expect(Object.keys(objects).filter((name) => !texts.has(name))).toEqual([])
}

async function runUntilSettled(stage: Stage, head: string): Promise<void> {
  const controller = startController(stage)
  try {
    for (let looks = 0; looks < 400; looks++) {
      await clock.sleep(250)
      if (await isSettled(stage, head)) return
    }
    throw new Error('the controller did not come to rest within 100 s')
  } finally {
    await end(controller, 'SIGTERM')
  }
}

/** What one run showed. */
export interface KilledRollout {
  kills: number
  rounds: number
  /** Failures in the run without kills. */
  failures: number
  /** Mutating calls with kills, and without. */
  killed: number
  spared: number
}

/**
 * Rolls out round after round while a real controller is killed at random moments, a life lasting 0.5 to 2.3 s with its
 * start; then the same rounds without kills, and compares: the same end state, nothing left behind, and at most one
 * repeated call per kill.
 */
export async function rollOutUnderKills(scenario: Scenario, kills: number): Promise<KilledRollout> {
  const killed = await createStage(scenario)
  const spared = await createStage(scenario)
  try {
    const random = createSeededRandom(20)
    const seen: string[] = []
    let round = 0
    let head = await commit(killed, round)
    for (let kill = 0; kill < kills; kill++) {
      const controller = startController(killed)
      await clock.sleep(500 + random.next() * 1_800)
      await end(controller, 'SIGKILL')
      if (!(await isSettled(killed, head))) continue
      await expectDeclared(killed, round)
      seen.push(`round ${round} after kill ${kill + 1}`)
      head = await commit(killed, ++round)
    }
    await runUntilSettled(killed, head)
    await expectDeclared(killed, round)

    let failures = 0
    for (let other = 0; other <= round; other++) {
      await runUntilSettled(spared, await commit(spared, other))
      const failed = (await recordsOf(spared.folder)).filter(hasFailed).map(({ name }) => name)
      // It stays failed in the round after, whose inputs for it are the same, and is mended by the next.
      expect(failed).toEqual([1, 2].includes(other % 4) ? [scenario.unlucky] : [])
      failures += failed.length
    }
    await expectDeclared(spared, round)
    expect((await killed.cloud.look()).objects).toEqual((await spared.cloud.look()).objects)
    const counted = {
      kills,
      rounds: round + 1,
      failures,
      killed: killed.cloud.mutations(),
      spared: spared.cloud.mutations(),
    }
    process.stdout.write(`${scenario.kind} ${JSON.stringify(counted)}\n${seen.join('\n')}\n`)
    expect(counted.killed).toBeLessThanOrEqual(counted.spared + kills)
    expect(round).toBeGreaterThan(kills / 70)
    return counted
  } finally {
    await removeStage(killed)
    await removeStage(spared)
  }
}
