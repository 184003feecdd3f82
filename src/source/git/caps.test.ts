import { createServer, type Server } from 'node:net'
import { symlink } from 'node:fs/promises'
import path from 'node:path'
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGitFixture, type GitFixture } from '../../../test/git-fixture.ts'
import { serveGit, type GitHttpServer } from '../../../test/git-http.ts'
import { createSystemClock } from '../../compose/system.ts'
import type { ReadOptions, SkippedEntry, Source } from '../source.ts'
import { sourceOpener } from '../index.ts'
import { defaultLimits, type GitLimits } from './limits.ts'
import { allowances } from './policy.ts'

const policy = { allow: new Set(allowances), trusted: [] }
const clock = createSystemClock()

let fixture: GitFixture
let first: string
let head: string
let server: GitHttpServer
/** Takes requests and answers nothing. */
let silent: GitHttpServer
/** Takes connections and says nothing, not even that it is TLS. */
let deaf: Server
let deafUrl: string

beforeAll(async () => {
  fixture = await createGitFixture()
  const grows = Array.from({ length: 2000 }, (_, row) => `row ${row} ${noise(String(row), 20)}`)
  first = await fixture.commit({ 'grows.txt': grows.join('\n') })
  for (let count = 0; count < 12; count += 1) {
    grows[count * 90] = `changed ${count}`
    await fixture.commit({ 'grows.txt': grows.join('\n') })
  }
  const many = Object.fromEntries(
    Array.from({ length: 30 }, (_, count) => [`many/${count}.yaml`, `a: ${count}\n`]),
  )
  for (let count = 0; count < 6; count += 1) {
    await symlink(
      count === 5 ? 'big.txt' : `link-${count + 1}`,
      path.join(fixture.directory, `link-${count}`),
    )
  }
  head = await fixture.commit({
    ...many,
    'deep/1/2/3/4/5/6/a.yaml': 'a: 1\n',
    'big.txt': noise('big', 300_000),
    'zeros.txt': '0'.repeat(2_000_000),
    [`long/${'n'.repeat(200)}.yaml`]: 'a: 1\n',
    'ruled/.sourceignore': `${'x'.repeat(150)}\n${'a/**/'.repeat(12)}b\nthird\n`,
    'ruled/a/.sourceignore': 'fourth\n',
    [`ruled/${'a/'.repeat(40)}c`]: 'a: 1\n',
  })
  for (let count = 0; count < 40; count += 1) await fixture.git('tag', `v0.${count}.0`)
  await fixture.git('gc', '--quiet', '--aggressive')
  server = await serveGit({ root: path.dirname(fixture.directory), canFilter: false })
  silent = await serveGit({ root: path.dirname(fixture.directory), intercept: () => true })
  deaf = createServer(() => {})
  await new Promise<void>((resolve) => {
    deaf.listen(0, '127.0.0.1', resolve)
  })
  deafUrl = `https://127.0.0.1:${(deaf.address() as { port: number }).port}/repository`
}, 60_000)
afterAll(async () => {
  deaf.close()
  await silent.close()
  await server.close()
  await fixture.remove()
})

function open(limits: Partial<GitLimits>, url = server.url('repository')): Source {
  return sourceOpener({ clock, policy, limits: { ...defaultLimits, ...limits } })({ url, timeoutMs: 20_000 })
}

const read =
  (folder: string, options: ReadOptions = {}) =>
  (source: Source): Promise<unknown> =>
    source.files(head, [folder], options)

/** What refuses: the limit, set so low that the repository passes it, and what is asked then. */
const hard: {
  name: keyof GitLimits
  value: number
  ask: (source: Source) => Promise<unknown>
  url?: () => string
}[] = [
  { name: 'packBytes', value: 50_000, ask: read('') },
  { name: 'objects', value: 20, ask: read('') },
  { name: 'inflatedBytes', value: 1_000_000, ask: read('') },
  { name: 'objectBytes', value: 1_000_000, ask: read('') },
  { name: 'deltaDepth', value: 2, ask: (source) => source.descends(head, { commit: 'f'.repeat(40) }) },
  { name: 'treeEntries', value: 20, ask: read('many') },
  { name: 'pathBytes', value: 100, ask: read('long') },
  { name: 'folderDepth', value: 4, ask: read('deep') },
  { name: 'files', value: 10, ask: read('many') },
  { name: 'fileBytes', value: 100_000, ask: read('big.txt') },
  { name: 'ignoreFiles', value: 1, ask: read('ruled') },
  { name: 'ignoreBytes', value: 100, ask: read('ruled') },
  { name: 'ignorePatterns', value: 14, ask: read('ruled') },
  { name: 'ignoreAllPatterns', value: 20, ask: read('ruled') },
  { name: 'ignorePatternBytes', value: 100, ask: read('ruled') },
  { name: 'ignoreMs', value: 50, ask: read('ruled') },
  { name: 'refs', value: 10, ask: (source) => source.head({ semver: '*' }) },
  { name: 'commits', value: 5, ask: (source) => source.head({ branch: 'main', commit: first }) },
  {
    name: 'wholeCommits',
    value: 5,
    ask: (source) => source.head({ branch: 'main', commit: first }),
  },
  { name: 'connectMs', value: 100, ask: (source) => source.head({}), url: () => deafUrl },
  { name: 'idleMs', value: 100, ask: (source) => source.head({}), url: () => silent.url('repository') },
]
/** What refuses nothing: with the least of it the same is read. */
const soft: (keyof GitLimits)[] = [
  'memoryBytes',
  'poolBytes',
  'deltaBytes',
  'treesBytes',
  'shelfBytes',
  'shelfSegments',
  'prefixes',
  'sources',
  'sourceIdleMs',
  'agents',
]

describe('F35 every limit is met', () => {
  test.each(hard)(
    'F35 $name: the error names it, its value and its setting',
    async ({ name, value, ask, url }) => {
      const failed = ask(open({ [name]: value }, url?.()))
      const isTime = name === 'connectMs' || name === 'idleMs'
      await expect(failed).rejects.toMatchObject({
        reason: isTime ? 'Timeout' : 'LimitExceeded',
        class: isTime ? 'backoff' : 'stalled',
        message: expect.stringMatching(
          new RegExp(`${name}=${value}\\b.*HEADWATER_GIT_LIMITS=${name}=\\d+$`),
        ) as string,
      })
    },
  )

  test('linkHops: a link that goes on is told, and its limit', async () => {
    const skipped: SkippedEntry[] = []
    const links = ['link-0', 'link-3']
    const files = await open({ linkHops: 3 }).files(head, links, {
      onSkipped: (entry) => skipped.push(entry),
    })
    expect(files.map((file) => file.path)).toEqual(['link-3'])
    expect(skipped).toEqual([
      {
        path: 'link-0',
        what: 'link',
        why: 'it leads through more than linkHops=3 links, or round in a circle; raise it by HEADWATER_GIT_LIMITS=linkHops=6 if they end',
      },
    ])
    expect(await open({}).files(head, links)).toHaveLength(2)
  })

  test.each(soft)('%s at its least: slower, and the same', async (name) => {
    const source = open({ [name]: 1 })
    const files = await source.files(head, ['grows.txt', 'many', 'big.txt'])
    expect(digestOf(files)).toBe(digestOf(await open({}).files(head, ['grows.txt', 'many', 'big.txt'])))
    expect((await source.head({ tag: 'v0.3.0' })).commit).toBe(head)
    await source.close?.()
    expect((await source.head({})).commit).toBe(head)
  })

  test('there is no other', () => {
    const met = [...hard.map(({ name }) => name), ...soft, 'linkHops'].toSorted()
    expect(met).toEqual(Object.keys(defaultLimits).toSorted())
  })
})

function digestOf(files: readonly { path: string; bytes: Uint8Array }[]): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(file.path).update(file.bytes)
  return hash.digest('hex')
}

/** Text that does not compress to nothing. */
function noise(seed: string, length: number): string {
  let text = ''
  for (let count = 0; text.length < length; count += 1) {
    text += createHash('sha256').update(`${seed}${count}`).digest('base64')
  }
  return text.slice(0, length)
}
