import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { gitRepositorySpec } from '../../src/api/kinds/git-repository.ts'
import { createController } from '../../src/reconcile/create.ts'
import { declare } from '../../src/reconcile/declare.ts'
import { personalPolicy, sourceOpener } from '../../src/source/index.ts'
import type { Store } from '../../src/store/store.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { serveGit, type GitHttpServer } from '../git-http.ts'
import { createHarness, rootSource, type Harness } from '../support/harness.ts'
import type { VirtualClock } from '../support/virtual-clock.ts'

const minute = 60_000
/** Steps at once: so many may have asked before the first is answered. */
const concurrency = 8

let git: GitFixture
let host: GitHttpServer
let commit: string
/** What the host does instead of answering. */
let answer: { status: number; headers: Record<string, string> } | undefined
beforeEach(async () => {
  git = await createGitFixture()
  commit = await git.commit({ 'a.yaml': 'a: 1\n' })
  answer = undefined
  host = await serveGit({
    root: path.dirname(git.directory),
    intercept(_request, response) {
      if (answer !== undefined) response.writeHead(answer.status, answer.headers).end()
      return answer !== undefined
    },
  })
})
afterEach(async () => {
  await host.close()
  await git.remove()
})

const keys = (count: number) =>
  Array.from({ length: count }, (_, index) => `GitRepository/eu/source-${index}`)

/** A controller as a new process has it: nothing but the store is kept from before. */
function start(house: Harness, store: Store = house.store): Harness['controller'] {
  return createController({
    ...house.ports,
    store,
    openSource: sourceOpener({ clock: house.clock, policy: personalPolicy }),
  })
}

async function fleet(url: (index: number) => string, count = 100): Promise<Harness> {
  const house = await createHarness()
  await house.store.delete(rootSource, (await house.store.get(rootSource))?.version ?? 0)
  for (let index = 0; index < count; index += 1) {
    const spec = gitRepositorySpec.parse({ url: url(index), interval: '30m', timeout: '20s' })
    await declare(house.ports, { kind: 'GitRepository', namespace: 'eu', name: `source-${index}`, spec })
  }
  return house
}

/** Runs what is due, as it becomes due, for a span of simulated time; `fresh` gives a new process each pass. */
async function run(
  clock: VirtualClock,
  spanMs: number,
  controller: () => Harness['controller'],
): Promise<void> {
  const end = clock.now() + spanMs
  for (let passes = 0; passes < 3000; passes += 1) {
    const { nextDueAt } = await controller().runDue({ concurrency })
    if (nextDueAt === undefined || nextDueAt > end) break
    clock.advanceTo(Math.max(nextDueAt, clock.now() + 1))
  }
  clock.advanceTo(end)
}

const asked = (server: GitHttpServer): number => server.requests.length

/** Several sources of one repository, told apart by the way that their url is written. */
const sources = (server: GitHttpServer) => (index: number) =>
  `${server.url('repository')}${'/'.repeat(index + 1)}`

describe('F33 a hundred sources on a host that asks to be left alone for a minute', () => {
  it('are told by the first answers, and by one look a minute after that, in one process', async () => {
    const house = await fleet(sources(host))
    const controller = start(house)
    answer = { status: 429, headers: { 'retry-after': '60' } }
    await run(house.clock, minute - 5_000, () => controller)
    expect(asked(host)).toBeLessThanOrEqual(concurrency)
    expect(asked(host)).toBeGreaterThan(0)
    await run(house.clock, 10 * minute, () => controller)
    expect(asked(host)).toBeLessThanOrEqual(concurrency + 11)
    expect(asked(host)).toBeGreaterThanOrEqual(9)
    answer = undefined
    house.clock.advance(2 * minute)
    const [key = ''] = keys(1)
    await controller.reconcile(key)
    expect(await house.ready(key)).toBe(`True: stored artifact for main@sha1:${commit}`)
    expect((await house.record(key))?.status.hostRestUntil).toBeUndefined()
  }, 90_000)

  it('are left alone by every fresh process too, whoever asks', async () => {
    const house = await fleet(sources(host))
    answer = { status: 429, headers: { 'retry-after': '60' } }
    await start(house).runDue({ concurrency })
    const first = asked(host)
    expect(first).toBeLessThanOrEqual(concurrency)
    // Ticks of ten seconds, each a process of its own.
    for (let ticks = 0; ticks < 5; ticks += 1) {
      house.clock.advance(10_000)
      await start(house).runDue({ concurrency })
    }
    expect(asked(host)).toBe(first)
    // A person with --force, and a webhook: the host's word holds, and they read so.
    const forced = start(house)
    await forced.markDue(keys(100), { token: 'now', force: true })
    await forced.runDue({ concurrency })
    expect(asked(host)).toBe(first)
    for (const one of keys(100)) {
      const record = await house.record(one)
      expect(record?.status.conditions.find(({ type }) => type === 'Ready')?.message).toMatch(
        /^http:\/\/127\.0\.0\.1:\d+ (asked|asks) to be left alone/,
      )
      expect(record?.dueAt).toBeGreaterThan(house.clock.now())
    }
  }, 90_000)

  it('on another host nothing rests, and nothing is read or written for it while all is well', async () => {
    const other = await serveGit({ root: path.dirname(git.directory) })
    const house = await fleet((index) => sources(index % 2 === 0 ? host : other)(index), 20)
    let lists = 0
    const counting: Store = {
      ...house.store,
      list(prefix) {
        if (prefix === 'GitRepository/') lists += 1
        return house.store.list(prefix)
      },
    }
    answer = { status: 429, headers: { 'retry-after': '600' } }
    await run(house.clock, 2 * minute, () => start(house, counting))
    for (const key of keys(20).filter((_, index) => index % 2 === 1)) {
      expect(await house.ready(key)).toMatch(/^True/)
    }
    expect(asked(host)).toBeLessThanOrEqual(concurrency)
    expect(lists).toBeGreaterThan(0)
    expect(lists).toBeLessThanOrEqual(concurrency)
    const before = lists
    answer = undefined
    await run(house.clock, 15 * minute, () => start(house, counting))
    expect(lists).toBe(before)
    for (const key of keys(20)) expect(await house.ready(key)).toMatch(/^True/)
    await other.close()
  }, 90_000)
})

describe('F33 a hundred sources on a host that cannot be connected to', () => {
  it('are tried for all by one, with growing pauses, also by fresh processes; a person is not kept waiting', async () => {
    await host.close()
    const house = await fleet(sources(host))
    const traffic = { requests: 0, receivedBytes: 0, sentBytes: 0 }
    const fresh = () =>
      createController({
        ...house.ports,
        openSource: sourceOpener({ clock: house.clock, policy: personalPolicy, traffic }),
      })
    await run(house.clock, 30 * minute, fresh)
    // Alone each of them would have tried some ten times.
    expect(traffic.requests).toBeGreaterThan(5)
    expect(traffic.requests).toBeLessThanOrEqual(100)
    for (const key of keys(100)) expect(await house.ready(key)).toMatch(/^False: .*cannot be reached/)
    const before = traffic.requests
    const asking = fresh()
    await asking.markDue(keys(1), { token: 'now' })
    await asking.runDue({ concurrency: 1, limit: 1 })
    expect(traffic.requests).toBe(before + 1)
    host = await serveGit({ root: path.dirname(git.directory) })
  }, 90_000)
})
