import { createHash } from 'node:crypto'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createGitFixture, type GitFixture } from '../../../test/git-fixture.ts'
import { serveGit, type GitHttpServer } from '../../../test/git-http.ts'
import { createSystemClock } from '../../compose/system.ts'
import type { HostFacts, ObjectShelf, ShelfPointer, Source, SourceFile } from '../source.ts'
import { createHttpGitSource } from './http.ts'
import { allowances } from './policy.ts'

const policy = { allow: new Set(allowances), trusted: [] }
const clock = createSystemClock()
const folders = 30

/** A repository with many folders of which one is followed, and two commits. */
let fixture: GitFixture
let first: string
let second: string
let server: GitHttpServer

beforeAll(async () => {
  fixture = await createGitFixture()
  const files: Record<string, string> = {}
  for (let folder = 0; folder < folders; folder += 1) {
    for (let file = 0; file < 10; file += 1) {
      files[`services/svc-${folder}/deploy/${file}.yaml`] = noise(`${folder}/${file}`, 2000)
    }
  }
  first = await fixture.commit(files)
  second = await fixture.commit({
    'services/svc-7/deploy/3.yaml': `${noise('7/3', 2000)}changed: 1\n`,
    'services/svc-7/deploy/4.yaml': `${noise('7/4', 2000)}changed: 1\n`,
    'services/svc-9/deploy/4.yaml': noise('another', 2000),
  })
  await fixture.git('gc', '--quiet')
})
afterAll(() => fixture.remove())
beforeEach(() => server?.close())
afterAll(() => server?.close())

async function start(options: { canFilter?: boolean; protocol?: 0 | 1 | 2 } = {}): Promise<string> {
  server = await serveGit({ root: path.dirname(fixture.directory), canFilter: true, ...options })
  return server.url('repository')
}

function open(url: string, facts?: HostFacts): Source {
  return createHttpGitSource(
    { url, timeoutMs: 20_000, ...(facts === undefined ? {} : { facts }) },
    { clock, policy },
  )
}

/** What was asked since the last time. */
function spent(): { requests: number; bytes: number } {
  const told = { requests: server.requests.length, bytes: server.bytes.sent }
  server.requests.length = 0
  server.bytes.sent = 0
  return told
}

function memoryShelf(): ObjectShelf & { reopened(): ObjectShelf } {
  const bodies = new Map<string, Uint8Array>()
  const shelf = (pointer?: ShelfPointer): ObjectShelf => ({
    pointer,
    get: async (sha256) => bodies.get(sha256),
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      bodies.set(sha256, bytes)
      return sha256
    },
  })
  const made = shelf()
  return Object.assign(made, { reopened: () => shelf(made.pointer) })
}

test('one folder costs its files and the way there, not its neighbours', async () => {
  const source = open(await start())
  const { commit } = await source.head({})
  const files = await source.files(commit, ['services/svc-7'])
  expect(files).toHaveLength(10)
  const { requests, bytes } = spent()
  expect(requests).toBeLessThanOrEqual(6)
  expect(bytes).toBeLessThan(30_000)
  await source.files(commit, ['services/svc-7', 'services/svc-7/deploy/1.yaml'])
  expect(spent()).toEqual({ requests: 0, bytes: 0 })
})

test('a near host is walked down, a far one gives the way at once', async () => {
  const url = await start()
  const learning = open(url)
  const { commit } = await learning.head({})
  const facts = learning.facts?.()
  if (facts === undefined) throw new Error('nothing was learned of the host')
  expect(facts.turnaroundMs).toBeGreaterThanOrEqual(1)
  const path = ['services/svc-7/deploy']
  spent()
  const near = await open(url, { ...facts, turnaroundMs: 2 }).files(commit, path)
  const walked = spent()
  const far = await open(url, { ...facts, turnaroundMs: 400 }).files(commit, path)
  const aimed = spent()
  expect(near).toEqual(far)
  expect(walked.requests).toBeGreaterThan(aimed.requests)
  expect(walked.bytes).toBeLessThan(aimed.bytes)
})

test('how fast a host answers is written down anew when it is far off, and not before', async () => {
  const url = await start()
  const learning = open(url)
  await learning.head({})
  const facts = learning.facts?.()
  if (facts?.turnaroundMs === undefined) throw new Error('nothing was learned of the host')
  for (const { known, isKept } of [
    { known: facts.turnaroundMs * 2, isKept: true },
    { known: facts.turnaroundMs * 100, isKept: false },
  ]) {
    const source = open(url, { ...facts, turnaroundMs: known })
    // The first question of a process may have to connect.
    await source.head({})
    expect(source.facts?.()?.turnaroundMs).toBe(known)
    await source.head({})
    expect(source.facts?.()?.turnaroundMs === known).toBe(isKept)
  }
})

test('the next commit costs what changed, in the same process', async () => {
  const source = open(await start())
  await source.files(first, ['services/svc-7'])
  spent()
  const { commit } = await source.head({})
  expectSame(await source.files(commit, ['services/svc-7']), second)
  const { requests, bytes } = spent()
  expect(requests).toBeLessThanOrEqual(3)
  expect(bytes).toBeLessThan(5_000)
})

test('the next commit costs what changed, in a fresh process with what the last one kept', async () => {
  const url = await start()
  const shelf = memoryShelf()
  const before = open(url)
  await before.files(first, ['services/svc-7'], { shelf })
  const facts = before.facts?.()
  expect(shelf.pointer?.commit).toBe(first)
  spent()
  const source = open(url, facts)
  const { commit } = await source.head({})
  const again = shelf.reopened()
  expectSame(await source.files(commit, ['services/svc-7'], { shelf: again }), second)
  const { requests, bytes } = spent()
  expect(requests).toBeLessThanOrEqual(3)
  expect(bytes).toBeLessThan(5_000)
  expect(again.pointer?.segments).toHaveLength(2)
  // A third process needs nothing but the shelf.
  const third = open(url, facts)
  expectSame(await third.files(commit, ['services/svc-7'], { shelf: { ...again } }), second)
  expect(spent().requests).toBe(0)
})

test('a shelf that is lost, or whose bodies are damaged, costs a fetch and changes nothing', async () => {
  const url = await start()
  const shelf = memoryShelf()
  await open(url).files(first, ['services/svc-7'], { shelf })
  const lost: ObjectShelf = { ...shelf.reopened(), get: async () => undefined }
  expectSame(await open(url).files(second, ['services/svc-7'], { shelf: lost }), second)
  const damaged: ObjectShelf = { ...shelf.reopened(), get: async () => new Uint8Array([1, 2, 3]) }
  expectSame(await open(url).files(second, ['services/svc-7'], { shelf: damaged }), second)
})

test('a shelf stays small however many commits pass, and a fresh process needs nothing but it', async () => {
  const many = await createGitFixture()
  await many.commit(
    Object.fromEntries(['a', 'b', 'c'].map((name) => [`apps/${name}.yaml`, noise(name, 3000)])),
  )
  await many.commit({ 'other/x.yaml': noise('x', 90_000) })
  server = await serveGit({ root: path.dirname(many.directory), canFilter: true })
  const url = server.url('repository')
  let shelf: ObjectShelf = memoryShelf()
  let most = 0
  let facts: HostFacts | undefined
  for (let count = 0; count < 20; count += 1) {
    const commit = await many.commit({ 'apps/a.yaml': noise(`a${count}`, 3000) })
    const source = open(url, facts)
    await source.files(commit, ['apps'], { shelf })
    facts = source.facts?.()
    most = Math.max(most, shelf.pointer?.segments.length ?? 0)
    shelf = { ...shelf }
  }
  expect(most).toBe(8)
  spent()
  const head = await many.git('rev-parse', 'main')
  const files = await open(url, facts).files(head, ['apps'], { shelf })
  expect(Buffer.from(files[0]?.bytes ?? []).toString()).toBe(noise('a19', 3000))
  expect(spent()).toEqual({ requests: 0, bytes: 0 })
  // A commit that changes nothing of ours: only what the commit itself weighs.
  const next = await many.commit({ 'other/x.yaml': noise('y', 90_000) })
  await open(url, facts).files(next, ['apps'], { shelf })
  const { requests, bytes } = spent()
  expect(requests).toBe(1)
  expect(bytes).toBeLessThan(2_000)
  await many.remove()
}, 30_000)

test.each([
  { name: 'gone', get: () => undefined },
  { name: 'torn', get: (bytes: Uint8Array) => bytes.subarray(0, bytes.length / 2) },
  { name: 'of something else', get: (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0x55) },
  { name: 'empty', get: () => new Uint8Array() },
])('a segment that is $name is a slower read, and mended by it', async ({ get }) => {
  const url = await start()
  const shelf = memoryShelf()
  await open(url).files(first, ['services/svc-7'], { shelf })
  await open(url).files(second, ['services/svc-7'], { shelf })
  for (const broken of shelf.pointer?.segments ?? []) {
    const harmed: ObjectShelf = {
      ...shelf.reopened(),
      async get(sha256) {
        const bytes = await shelf.get(sha256)
        return sha256 === broken && bytes !== undefined ? get(bytes) : bytes
      },
    }
    expectSame(await open(url).files(second, ['services/svc-7'], { shelf: harmed }), second)
    spent()
    expectSame(await open(url).files(second, ['services/svc-7'], { shelf: harmed }), second)
    expect(spent().requests).toBe(0)
  }
})

test('a folder whose tree did not change costs no download of files', async () => {
  const source = open(await start())
  await source.files(first, ['services/svc-1'])
  spent()
  expectSame(await source.files(second, ['services/svc-1']), second)
  expect(spent().requests).toBe(1)
})

test('what is known of a host spares asking it', async () => {
  const url = await start()
  const before = open(url)
  await before.head({})
  expect(spent().requests).toBe(2)
  const source = open(url, before.facts?.())
  expect((await source.head({})).commit).toBe(second)
  expect(spent().requests).toBe(1)
})

test('what is known of a host and is wrong is asked anew', async () => {
  const facts: HostFacts = {
    version: 2,
    features: { fetch: 'shallow filter', 'ls-refs': '' },
    refusedFilters: [],
  }
  const source = open(await start({ canFilter: false }), facts)
  expectSame(await source.files(second, ['services/svc-7']), second)
})

describe('what is ignored is not fetched', () => {
  const ignore = '/*\n!/services\n/services/*\n!/services/svc-7\n'

  test('the folders that rules leave cost what they alone would', async () => {
    const source = open(await start())
    const files = await source.files(first, [''], { ignore })
    expectSame(files, first)
    const { requests, bytes } = spent()
    expect(requests).toBeLessThanOrEqual(6)
    expect(bytes).toBeLessThan(30_000)
    expectSame(await source.files(second, [''], { ignore }), second)
    expect(spent().bytes).toBeLessThan(6_000)
  })

  test('other rules over the same commit fetch what they let in', async () => {
    const source = open(await start())
    await source.files(first, [''], { ignore })
    spent()
    const files = await source.files(first, ['services'], {
      ignore: '*\n!services\n!svc-*\n!deploy\n!1.yaml\n',
    })
    expect(files.map(({ path: name }) => path.basename(name))).toEqual(
      Array.from({ length: folders }, () => '1.yaml'),
    )
    expect(spent().bytes).toBeLessThan(80_000)
  })

  test('a file of rules costs one request more at most where there is one, and none where there is none', async () => {
    const ruled = await createGitFixture()
    const plain = await ruled.commit({
      'apps/web/deploy/a.yaml': 'a: 1\n',
      'apps/web/deploy/b.yaml': 'b: 1\n',
    })
    const withRules = await ruled.commit({ '.sourceignore': 'b.yaml\n' })
    server = await serveGit({ root: path.dirname(ruled.directory), canFilter: true })
    const url = server.url('repository')
    const cost = async (commit: string): Promise<number> => {
      const source = open(url)
      await source.head({})
      spent()
      await source.files(commit, ['apps/web/deploy'])
      const { requests } = spent()
      await source.files(commit, ['apps/web/deploy'])
      expect(spent().requests).toBe(0)
      return requests
    }
    const before = await cost(plain)
    expect(await cost(withRules)).toBeLessThanOrEqual(before + 1)
    await ruled.remove()
  })
})

describe('heads are looked up together', () => {
  test('repositories of one host share its greeting, and connections', async () => {
    const url = await start()
    const shared = {}
    const sources = Array.from({ length: 10 }, () =>
      createHttpGitSource({ url, timeoutMs: 20_000 }, { clock, policy, shared }),
    )
    await Promise.all(sources.map((source) => source.head({})))
    expect(spent().requests).toBe(11)
  })

  test('who became due before a look began shares it; who was marked later looks anew', async () => {
    const source = open(await start())
    const since = Date.now() - 1000
    await source.head({ branch: 'main' }, { since })
    await source.head({ branch: 'other' }, { since }).catch(() => undefined)
    spent()
    await source.head({ branch: 'main' }, { since })
    await source.head({ branch: 'other' }, { since }).catch(() => undefined)
    expect(spent().requests).toBe(0)
    await source.head({ branch: 'main' }, { since: Date.now() + 1 })
    expect(spent().requests).toBe(1)
  })
})

function expectSame(files: readonly SourceFile[], commit: string): void {
  expect(files.length).toBe(10)
  const changed = files.filter(({ bytes }) => Buffer.from(bytes).includes('changed'))
  const isSeven = files[0]?.path.startsWith('services/svc-7/') === true
  expect(changed).toHaveLength(commit === second && isSeven ? 2 : 0)
}

/** Text that does not compress to nothing. */
function noise(seed: string, bytes: number): string {
  let text = ''
  for (let count = 0; text.length < bytes; count += 1) {
    text += `${createHash('sha256').update(`${seed}${count}`).digest('base64')}\n`
  }
  return text.slice(0, bytes)
}
