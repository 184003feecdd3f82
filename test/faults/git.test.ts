import path from 'node:path'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../src/compose/system.ts'
import { editRecord } from '../../src/reconcile/step.ts'
import { createGitSource, personalPolicy } from '../../src/source/index.ts'
import { createGitFixture } from '../git-fixture.ts'
import type { GitFixture } from '../git-fixture.ts'
import { serveGit } from '../git-http.ts'
import type { GitHttpServer } from '../git-http.ts'
import { createHarness, rootKustomization, rootSource, stackFiles } from '../support/harness.ts'
import type { Harness } from '../support/harness.ts'

const minute = 60_000
const stack = 'CloudFormationStack/eu/web'

let git: GitFixture
let host: GitHttpServer
/** What the host does instead of answering. */
let mood: ((request: IncomingMessage, response: ServerResponse) => void) | undefined
let patienceMs = 20_000
beforeEach(async () => {
  patienceMs = 20_000
  git = await createGitFixture()
  host = await serveGit({
    root: path.dirname(git.directory),
    intercept(request, response) {
      mood?.(request, response)
      return mood !== undefined
    },
  })
})
afterEach(async () => {
  mood = undefined
  await host.close()
  await git.remove()
})

/** The loop over the real repository, by http or from the disk; the deadlines of git are in real time. */
async function follow(by: 'http' | 'disk'): Promise<Harness> {
  const url = by === 'http' ? host.url('repository') : git.directory
  const clock = createSystemClock()
  const house = await createHarness({
    openSource: (location) =>
      createGitSource({ ...location, timeoutMs: patienceMs }, { clock, policy: personalPolicy }),
  })
  await editRecord(house.ports, rootSource, (record) => ({ ...record, spec: { ...record.spec, url } }))
  return house
}

describe('F33 a host that gives no answer to work with', () => {
  const drips: NodeJS.Timeout[] = []
  afterEach(() => drips.splice(0).forEach((drip) => clearInterval(drip)))
  const moods: { name: string; mood: NonNullable<typeof mood> }[] = [
    { name: 'it hangs', mood: () => {} },
    {
      name: 'it drips',
      mood(_request, response) {
        response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-advertisement' })
        drips.push(setInterval(() => response.write('0'), 50))
      },
    },
    { name: 'it hangs up', mood: (request) => request.socket.destroy() },
  ]
  it.each(moods)('F33 $name: the last good revision stays, and what hangs on it', async ({ mood: bad }) => {
    const first = await git.commit(stackFiles('web', { extra: 'deletionPolicy: Delete' }))
    const house = await follow('http')
    await house.run(2 * minute)
    mood = bad
    patienceMs = 300
    await house.controller.markDue([rootSource, rootKustomization], { token: 'look' })
    await house.controller.runDue()
    expect(await house.ready(rootSource)).toMatch(
      /^False: .*(did not answer within 300 ms|cannot be reached)/,
    )
    expect((await house.record(rootSource))?.status.artifact?.revision).toBe(`main@sha1:${first}`)
    expect(house.cloud.stacks.has('eu/web')).toBe(true)
    expect(await house.ready(stack)).toMatch(/^True/)
    mood = undefined
    patienceMs = 20_000
    await house.run(20 * minute)
    expect(await house.ready(rootSource)).toMatch(/^True/)
  })
})

describe.each(['http', 'disk'] as const)('F36 a push by %s', (by) => {
  const commit = (description: string) => git.commit(stackFiles('web', { description }), description)

  const pushes = [
    { name: 'of one commit', isRewritten: false, push: () => commit('next') },
    {
      name: 'of several commits',
      isRewritten: false,
      async push() {
        await commit('next')
        await commit('and one')
        return commit('and another')
      },
    },
    {
      name: 'of a merge',
      isRewritten: false,
      async push() {
        await git.git('checkout', '--quiet', '-b', 'side', 'HEAD~1')
        await git.commit({ 'side.txt': 'x' })
        await git.git('checkout', '--quiet', 'main')
        await git.git('merge', '--quiet', '--no-ff', '-m', 'merge', 'side')
        return git.git('rev-parse', 'HEAD')
      },
    },
    {
      name: 'of a commit amended',
      isRewritten: true,
      async push() {
        await git.git('commit', '--quiet', '--amend', '-m', 'another word')
        return git.git('rev-parse', 'HEAD')
      },
    },
    {
      name: 'back to an earlier one',
      isRewritten: true,
      async push() {
        await git.git('reset', '--quiet', '--hard', 'HEAD~1')
        return git.git('rev-parse', 'HEAD')
      },
    },
    {
      name: 'of another history',
      isRewritten: true,
      async push() {
        await git.git('checkout', '--quiet', '--orphan', 'other')
        await commit('from scratch')
        await git.git('branch', '--quiet', '-M', 'other', 'main')
        return git.git('rev-parse', 'HEAD')
      },
    },
  ]
  it.each(pushes)('F36 $name is followed; a rewritten history is told', async ({ isRewritten, push }) => {
    await commit('first')
    const before = await commit('second')
    const house = await follow(by)
    await house.run(2 * minute)
    const head = await push()
    expect(head).not.toBe(before)
    await house.run(5 * minute)
    expect((await house.record(rootSource))?.status.lastAppliedRevision).toBe(`main@sha1:${head}`)
    const told = (await house.store.events({ key: rootSource })).filter(
      ({ reason }) => reason === 'HistoryRewritten',
    )
    expect(told.map(({ message }) => message)).toEqual(
      isRewritten
        ? [
            `the history of main was rewritten: ${head} does not descend from ${before}; it is followed all the same`,
          ]
        : [],
    )
  })
})
