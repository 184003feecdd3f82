import { createHash } from 'node:crypto'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createGitFixture, type GitFixture } from '../../../test/git-fixture.ts'
import { serveGit, type GitHttpServer } from '../../../test/git-http.ts'
import type { Clock } from '../../api/clock.ts'
import { sourceOpener } from '../index.ts'
import type { OpenSource, RefSelector, Source } from '../source.ts'
import { defaultLimits, type GitLimits } from './limits.ts'
import { allowances } from './policy.ts'

const length = 80
/** Of one file that changes with every commit; it does not compress. */
const fileBytes = 4_000
let now: number
const clock: Clock = { now: () => now, sleep: () => new Promise(() => {}) }

let fixture: GitFixture
/** Of main, oldest first. */
const commits: string[] = []
/** On a branch beside it. */
let beside: string
let server: GitHttpServer

beforeAll(async () => {
  fixture = await createGitFixture()
  for (let count = 0; count < length; count += 1) {
    commits.push(await fixture.commit({ 'a.yaml': noise(`${count}`) }))
  }
  await fixture.git('checkout', '--quiet', '-b', 'beside')
  beside = await fixture.commit({ 'b.yaml': noise('beside') })
  await fixture.git('checkout', '--quiet', 'main')
}, 60_000)
beforeEach(() => {
  now = 1_000_000
})
afterEach(() => server.close())
afterAll(() => fixture.remove())

interface Cost {
  error: string
  requests: number
  fetches: number
  bytes: number
}

/** What each of some looks costs at the server. */
async function costs(looks: number, ask: () => Promise<unknown>): Promise<Cost[]> {
  const told: Cost[] = []
  for (let count = 0; count < looks; count += 1) {
    now += 60_000
    server.requests.length = 0
    server.bytes.sent = 0
    const error = await ask().then(() => '', String)
    const { requests, bytes } = server
    const fetches = requests.filter(({ body }) => body.includes('want ')).length
    told.push({ error, requests: requests.length, fetches, bytes: bytes.sent })
  }
  return told
}

async function start(options: { canFilter?: boolean; protocol?: 0 | 2 }): Promise<string> {
  server = await serveGit({ root: path.dirname(fixture.directory), ...options })
  return server.url('repository')
}

const opener = (limits: Partial<GitLimits> = {}): OpenSource =>
  sourceOpener({
    clock,
    policy: { allow: new Set(allowances), trusted: [] },
    limits: { ...defaultLimits, ...limits },
  })

const look = (source: Source, ref: RefSelector) => async (): Promise<unknown> => {
  const { commit } = await source.head(ref)
  return source.commit(commit)
}

const servers = [
  { name: 'v2 with filters', options: { canFilter: true } },
  { name: 'v2 without filters', options: {} },
  { name: 'v0', options: { protocol: 0 } },
] as const

describe.each(servers)('a commit that is pinned and not found, by $name', ({ options }) => {
  test('is not looked for again on the branch while that does not move: a look costs its listing', async () => {
    const open = opener()
    const location = { url: await start(options), timeoutMs: 20_000 }
    const ref = { branch: 'main', commit: beside }
    const [first, ...later] = await costs(3, look(open(location), ref))
    expect(first?.error).toContain(`has no commit ${beside} on the branch "main"`)
    expect(first?.fetches).toBe(3)
    for (const cost of later) {
      expect(cost).toMatchObject({ error: first?.error, requests: 1, fetches: 0 })
      expect(cost.bytes).toBeLessThan(1_000)
    }
    // Also when the source was let go of meanwhile.
    now += 3_600_000
    const [anew] = await costs(1, look(open(location), ref))
    expect(anew?.fetches).toBe(0)
  })

  test('is looked for again when the branch moved', async () => {
    const source = opener()({ url: await start(options), timeoutMs: 20_000 })
    await fixture.git('branch', '--force', 'moving', commits[40] ?? '')
    const ref = { branch: 'moving', commit: commits[42] ?? '' }
    const [before] = await costs(1, look(source, ref))
    expect(before?.error).toContain('on the branch "moving"')
    await fixture.git('branch', '--force', 'moving', commits[44] ?? '')
    const [after] = await costs(1, look(source, ref))
    expect(after?.error).toBe('')
    await fixture.git('branch', '--delete', '--force', 'moving')
  })

  test('is said to be too far back to tell, by the limit that holds for the host, once', async () => {
    const source = opener({ commits: 70, wholeCommits: 20 })({
      url: await start(options),
      timeoutMs: 20_000,
    })
    const isWhole = !('canFilter' in options)
    const [first, second] = await costs(2, look(source, { branch: 'main', commit: commits[0] ?? '' }))
    expect(first?.error).toContain('too far back to tell')
    expect(first?.error).toContain(isWhole ? 'HEADWATER_GIT_LIMITS=wholeCommits=40' : 'commits=140')
    // The file of each commit comes along where nothing is filtered: those of 1 and of 20.
    expect(first?.bytes).toBeLessThan(isWhole ? 25 * fileBytes : 40_000)
    expect(second).toMatchObject({ fetches: 0, error: first?.error })
  })

  test('and is nowhere: not looked for behind all refs again while none moved', async () => {
    const source = opener({ wholeCommits: 20 })({ url: await start(options), timeoutMs: 20_000 })
    const [first, ...later] = await costs(3, look(source, { commit: 'f'.repeat(40) }))
    const isOld = 'protocol' in options
    expect(first?.error).toContain(`has no commit ${'f'.repeat(40)}`)
    expect(first?.error).toContain(
      isOld ? 'HEADWATER_GIT_LIMITS=wholeCommits=40' : 'never pushed, or is gone',
    )
    expect(first?.bytes).toBeLessThan(30 * fileBytes)
    for (const cost of later) {
      // By v2 it is asked for by its id, which is refused.
      expect(cost).toMatchObject({ requests: 1, fetches: isOld ? 0 : 1 })
      expect(cost.bytes).toBeLessThan(1_000)
    }
  })
})

test('a limit that is passed on the way is not passed again', async () => {
  const source = opener({ packBytes: 10 * fileBytes })({ url: await start({}), timeoutMs: 20_000 })
  const [first, second] = await costs(2, look(source, { branch: 'main', commit: beside }))
  expect(first?.error).toContain('packBytes=')
  expect(second).toMatchObject({ error: first?.error, fetches: 0 })
})

test('a history that was rewritten is told again without looking', async () => {
  const source = opener()({ url: await start({ canFilter: true }), timeoutMs: 20_000 })
  const answers: unknown[] = []
  const told = await costs(2, async () => {
    answers.push(await source.descends(commits.at(-1) ?? '', { commit: beside }))
  })
  expect(answers).toEqual([false, false])
  expect(told[1]?.requests).toBe(0)
})

/** Text that does not compress to nothing. */
function noise(seed: string): string {
  let text = ''
  for (let count = 0; text.length < fileBytes; count += 1) {
    text += createHash('sha256').update(`${seed}/${count}`).digest('base64')
  }
  return text.slice(0, fileBytes)
}
