import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createSystemClock } from '../../src/compose/system.ts'
import { createGitSource, personalPolicy } from '../../src/source/index.ts'
import type { HostFacts, Source } from '../../src/source/source.ts'
import { serveGit, type GitHttpOptions, type GitHttpServer } from '../git-http.ts'
import { archive, expectedFiles } from './archive.ts'
import { makeHistory } from './history.ts'

/** How many histories; `npm run fuzz:git` takes 200. */
const count = Number(process.env['HEADWATER_GIT_HISTORIES'] ?? 2)
const clock = createSystemClock()

interface Strategy {
  name: string
  server?: Omit<GitHttpOptions, 'root'>
  refused?: string[]
}

const strategies: Strategy[] = [
  { name: 'with the trees on the way', server: { canFilter: true } },
  { name: 'with all trees', server: { canFilter: true }, refused: ['combine'] },
  { name: 'by a walk down the trees', server: { canFilter: true }, refused: ['combine', 'blob:none'] },
  { name: 'without filters', server: { canFilter: false } },
  { name: 'by version 1', server: { protocol: 1 } },
  { name: 'by version 0', server: { protocol: 0 } },
  { name: 'on this machine' },
]

let server: GitHttpServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

async function open(directory: string, { server: options, refused }: Strategy): Promise<Source> {
  if (options !== undefined) server = await serveGit({ root: path.dirname(directory), ...options })
  const url = server?.url('repository/.git') ?? directory
  const location = { url, timeoutMs: 60_000 }
  const ports = { clock, policy: personalPolicy }
  const source = createGitSource(location, ports)
  if (refused === undefined) return source
  await source.head({})
  const facts: HostFacts = { version: 2, features: {}, ...source.facts?.(), refusedFilters: refused }
  return createGitSource({ ...location, facts }, ports)
}

describe('every way of reading gives what `git archive` gives', () => {
  test.each(Array.from({ length: count }, (_, index) => index + 1))(
    'history %i',
    async (seed) => {
      const { fixture, commits } = await makeHistory(seed)
      const wanted = new Map<string, Record<string, string>>()
      for (const commit of commits) wanted.set(commit, expectedFiles(await archive(fixture, commit)))
      for (const strategy of strategies) {
        const source = await open(fixture.directory, strategy)
        const head = await source.head({ branch: 'main' })
        expect(head.commit).toBe(commits.at(-1))
        expect((await source.head({ semver: '1.x' })).commit).toBe(head.commit)
        for (const commit of commits) {
          const want = wanted.get(commit) ?? {}
          const files = texts(await source.files(commit, ['']))
          expect({ way: strategy.name, commit, files }).toEqual({ way: strategy.name, commit, files: want })
        }
        // One folder, and one file, by a source that knows nothing yet.
        const fresh = await open(fixture.directory, strategy)
        const all = Object.keys(wanted.get(head.commit) ?? {})
        const folder = all.find((file) => file.includes('/')) ?? ''
        const below = folder.slice(0, folder.lastIndexOf('/'))
        const inside = Object.entries(wanted.get(head.commit) ?? {}).filter(([file]) =>
          file.startsWith(`${below}/`),
        )
        expect(texts(await fresh.files(head.commit, [below]))).toEqual(Object.fromEntries(inside))
        await server?.close()
        server = undefined
      }
      await fixture.remove()
    },
    120_000,
  )
})

function texts(files: Awaited<ReturnType<Source['files']>>): Record<string, string> {
  return Object.fromEntries(
    files.map(({ path, executable, bytes }) => [
      path,
      `${executable ? 'x' : '-'} ${Buffer.from(bytes).toString('base64')}`,
    ]),
  )
}
