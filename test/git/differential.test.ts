import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createSystemClock } from '../../src/compose/system.ts'
import { defaultLimits, type GitLimits } from '../../src/source/git/limits.ts'
import { objectId } from '../../src/source/git/object.ts'
import { indexPack } from '../../src/source/git/pack/index-pack.ts'
import { receivePack } from '../../src/source/git/pack/receive.ts'
import { createGitSource, personalPolicy } from '../../src/source/index.ts'
import type { HostFacts, ObjectShelf, Source } from '../../src/source/source.ts'
import type { GitFixture } from '../git-fixture.ts'
import { serveGit, type GitHttpOptions, type GitHttpServer } from '../git-http.ts'
import { archive, expectedFiles, fileText } from './archive.ts'
import { makeHistory } from './history.ts'

/** How many histories; `npm run fuzz:git` takes 200. */
const count = Number(process.env['HEADWATER_GIT_HISTORIES'] ?? 1)
/** How many of the four readings are tried with each history and strategy. */
const share = count > 4 ? 1 : 2
const clock = createSystemClock()

/** What of a repository is read by which way. */
interface Strategy {
  name: string
  server?: Omit<GitHttpOptions, 'root'>
  /** What is known of the host: filters that it refuses, and how fast it answers. */
  known?: { refusedFilters: string[]; turnaroundMs: number }
  limits?: Partial<GitLimits>
}

const strategies: Strategy[] = [
  { name: 'with the trees on the way', server: { canFilter: true } },
  {
    name: 'with all trees',
    server: { canFilter: true },
    known: { refusedFilters: ['combine'], turnaroundMs: 1000 },
  },
  {
    name: 'by a walk down from the first folder',
    server: { canFilter: true },
    known: { refusedFilters: [], turnaroundMs: 1 },
  },
  {
    name: 'by a walk down from the commit',
    server: { canFilter: true },
    known: { refusedFilters: ['combine', 'tree:1', 'blob:none'], turnaroundMs: 1000 },
  },
  { name: 'without filters', server: { canFilter: false } },
  { name: 'without filters, by the disk', server: { canFilter: false }, limits: { memoryBytes: 1 } },
  { name: 'by version 1', server: { protocol: 1 } },
  { name: 'by version 0', server: { protocol: 0 } },
  { name: 'on this machine' },
]

let server: GitHttpServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

/** Serves a repository a way; answers what opens a source that knows no more than a fresh process. */
async function serve(directory: string, way: Strategy): Promise<() => Source> {
  const { server: options, known, limits } = way
  if (options !== undefined) server = await serveGit({ root: path.dirname(directory), ...options })
  const url = server?.url('repository/.git') ?? directory
  const facts: HostFacts = { version: 2, features: {}, refusedFilters: [] }
  if (known !== undefined) {
    const asked = createGitSource({ url, timeoutMs: 60_000 }, { clock, policy: personalPolicy })
    await asked.head({})
    Object.assign(facts, asked.facts?.(), known)
  }
  const location = { url, timeoutMs: 60_000, ...(known === undefined ? {} : { facts }) }
  const ports = { clock, policy: personalPolicy, limits: { ...defaultLimits, ...limits } }
  return () => createGitSource(location, ports)
}

/** A shelf as the controller keeps it between processes. */
function createShelf(): ObjectShelf {
  const bodies = new Map<string, Uint8Array>()
  return {
    pointer: undefined,
    get: async (sha256) => bodies.get(sha256),
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      bodies.set(sha256, bytes)
      return sha256
    },
  }
}

type Files = Record<string, string>

type Check = (
  source: Source,
  how: string,
  commit: string,
  what: { paths: string[]; shelf?: ObjectShelf },
) => Promise<void>

/** What is at hand when a commit is read. */
const readings: Record<
  string,
  (check: Check, at: { open: () => Source; commits: readonly string[]; some: string[] }) => Promise<void>
> = {
  async 'the commit before'(check, { open, commits }) {
    const source = open()
    for (const commit of commits) await check(source, 'from the commit before', commit, { paths: [''] })
  },
  async 'parts of the commit before'(check, { open, commits, some }) {
    const source = open()
    for (const commit of commits)
      await check(source, 'from parts of the commit before', commit, { paths: some })
  },
  async 'a shelf'(check, { open, commits, some }) {
    const shelf = createShelf()
    for (const commit of commits.slice(-3))
      await check(open(), 'from a shelf', commit, { paths: some, shelf })
  },
  async nothing(check, { open, commits, some }) {
    await check(open(), 'cold', commits.at(-1) ?? '', { paths: [''] })
    for (const commit of commits.slice(0, 2)) await check(open(), 'cold, parts', commit, { paths: some })
  },
}

/** What lies at or below paths. */
function below(files: Files, paths: readonly string[]): Files {
  const isAsked = (file: string) =>
    paths.some((asked) => asked === '' || file === asked || file.startsWith(`${asked}/`))
  return Object.fromEntries(Object.entries(files).filter(([file]) => isAsked(file)))
}

describe('every way of reading gives what `git archive` gives', () => {
  test.each(Array.from({ length: count }, (_, index) => index + 1))(
    'history %i',
    async (seed) => {
      const { fixture, commits: past } = await makeHistory(seed)
      const commits = stretch(past, seed)
      const wanted = new Map<string, Files>()
      for (const commit of commits) wanted.set(commit, expectedFiles(await archive(fixture, commit)))
      const tip = past.at(-1) ?? ''
      const all = Object.keys(wanted.get(tip) ?? {})
      const someFile = all[(seed * 7919) % all.length] ?? ''
      const inFolder = all.filter((file) => file.includes('/'))[(seed * 104_729) % 97] ?? 'linked/one.txt'
      const some = [someFile, path.posix.dirname(inFolder), 'sorts/a', 'nowhere']
      for (const [index, strategy] of strategies.entries()) {
        const open = await serve(fixture.directory, strategy)
        const check: Check = async (source, how, commit, { paths, shelf }) => {
          const way = `${strategy.name}, ${how}, ${commit} ${JSON.stringify(paths)} (seed ${seed})`
          const files = texts(await source.files(commit, paths, shelf === undefined ? {} : { shelf }))
          expect({ way, files }).toEqual({ way, files: below(wanted.get(commit) ?? {}, paths) })
        }
        const source = open()
        expect(await source.head({ branch: 'main' })).toMatchObject({ commit: tip })
        // A tag of a tag of a commit.
        expect(await source.head({ semver: '1.x' })).toEqual({
          revision: `v1.10.0@sha1:${tip}`,
          commit: tip,
        })
        expect(await source.head({ tag: 'v1.10.0' })).toMatchObject({ commit: tip })
        // Some of the readings for each history: neighbours together take all.
        const taken = Object.values(readings).filter((_, at) => (at + index + seed * share) % 4 < share)
        for (const read of taken) await read(check, { open, commits, some })
        await server?.close()
        server = undefined
      }
      await readPacks(fixture)
      await fixture.remove()
    },
    300_000,
  )
})

/** A few commits in a row, and the last: another stretch for each seed, so that all together read all. */
function stretch(commits: readonly string[], seed: number): string[] {
  const length = 4
  const begin = (seed * 7) % Math.max(1, commits.length - length)
  return [...new Set([...commits.slice(begin, begin + length), ...commits.slice(-1)])]
}

/** Reads the packs that git wrote, in memory and from the disk: every object must be there, under the id git gives it. */
async function readPacks({ directory, git }: GitFixture): Promise<void> {
  const folder = path.join(directory, '.git/objects/pack')
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.pack'))) {
    const bytes = await readFile(path.join(folder, name))
    const listed = await git('verify-pack', '-v', path.join(folder, name))
    const oids = [...listed.matchAll(/^([0-9a-f]{40}) (commit|tree|blob|tag) /gm)].map(([, oid = '']) => oid)
    for (const memoryBytes of [1, defaultLimits.memoryBytes]) {
      const limits = { ...defaultLimits, memoryBytes }
      const received = await receivePack(chunksOf(bytes), { where: name, limits })
      const pack = await indexPack(received, { where: name, limits })
      expect(pack.oids().toSorted()).toEqual(oids.toSorted())
      for (const oid of oids) {
        const object = await pack.get(oid)
        expect(object && objectId(object.type, object.content).toString('hex')).toBe(oid)
      }
      await pack.close()
    }
  }
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000)
}

function texts(files: Awaited<ReturnType<Source['files']>>): Files {
  return Object.fromEntries(files.map((file) => [file.path, fileText(file)]))
}
