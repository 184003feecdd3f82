import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSystemClock } from '../../src/compose/system.ts'
import { createGitSource, personalPolicy } from '../../src/source/index.ts'
import type { Source } from '../../src/source/source.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { serveGit, type GitHttpServer } from '../git-http.ts'
import { runGit } from './history-stream.ts'

let fixture: GitFixture
let server: GitHttpServer
let blob: string
beforeAll(async () => {
  fixture = await createGitFixture()
  await fixture.commit({ 'a.yaml': 'a: 1\n' })
  blob = await fixture.git('rev-parse', 'HEAD:a.yaml')
  server = await serveGit({ root: path.dirname(fixture.directory), canFilter: true })
})
afterAll(async () => {
  await server.close()
  await fixture.remove()
})

/** A commit of a tree that `git` itself would not write, with the ids right. */
async function commitRaw(entries: readonly [string, string][], oid = blob): Promise<string> {
  const raw = entries.flatMap(([mode, name]) => [
    Buffer.from(`${mode} ${name}\0`, 'latin1'),
    Buffer.from(oid, 'hex'),
  ])
  const words = ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin']
  const tree = await runGit(fixture, words, Buffer.concat(raw))
  const commit = await fixture.git('commit-tree', '-m', 'odd', tree)
  await fixture.git('update-ref', `refs/heads/odd-${commit}`, commit)
  return commit
}

const open = (by: 'http' | 'disk'): Source => {
  const url = by === 'http' ? server.url('repository/.git') : fixture.directory
  return createGitSource({ url, timeoutMs: 20_000 }, { clock: createSystemClock(), policy: personalPolicy })
}

describe.each(['http', 'disk'] as const)('a tree by %s that git would not write', (by) => {
  const refused: { name: string; entries: [string, string][]; isNoTree?: boolean }[] = [
    { name: 'a way up', entries: [['100644', '..']] },
    { name: 'itself', entries: [['100644', '.']] },
    { name: 'a slash in a name', entries: [['100644', '../../etc/cron.d/x']] },
    { name: 'a backslash in a name', entries: [['100644', '..\\x']] },
    { name: 'no name', entries: [['100644', '']], isNoTree: true },
    {
      name: 'a name twice',
      entries: [
        ['100644', 'a'],
        ['120000', 'a'],
      ],
    },
    { name: 'a mode that is none', entries: [['99', 'a']], isNoTree: true },
    { name: 'a mode with words', entries: [['rwxrwx', 'a']], isNoTree: true },
    { name: 'a long mode', entries: [['10064400', 'a']] },
    { name: 'a name that is no UTF-8', entries: [['100644', '\u00ff\u00fe']] },
    { name: 'a name beyond the limit', entries: [['100644', 'x'.repeat(5000)]] },
  ]
  test.each(refused)('S9 F34 $name: refused, whole', async ({ entries, isNoTree }) => {
    const commit = await commitRaw([...entries, ['100644', 'zz.yaml']])
    // Some of them git itself cannot read, and breaks off.
    const reason =
      isNoTree === true && by === 'http' ? /^GitOperationFailed$/ : /^(InvalidPath|LimitExceeded)$/
    await expect(open(by).files(commit, [''])).rejects.toMatchObject({
      name: 'HeadwaterError',
      reason: expect.stringMatching(reason) as string,
    })
  })

  test('S8 S12 names that mean something elsewhere are names like others', async () => {
    // Those of git's own are left out, as everywhere.
    const own = ['.git', '.gitmodules']
    const names = ['__proto__', 'constructor', 'git~1']
    const commit = await commitRaw([...own, ...names].map((name) => ['100644', name]))
    const files = await open(by).files(commit, [''])
    expect(files.map(({ path: file }) => file).filter((file) => !own.includes(file))).toEqual(names)
  })

  test('F34 an entry whose object is of another kind, or in itself: refused', async () => {
    const asFolder = await commitRaw([['40000', 'a']])
    await expect(open(by).files(asFolder, [''])).rejects.toMatchObject({ class: 'backoff' })
    const tree = await fixture.git('rev-parse', 'main^{tree}')
    const asFile = await commitRaw([['100644', 'a']], tree)
    await expect(open(by).files(asFile, [''])).rejects.toMatchObject({ class: 'backoff' })
  })

  test('F35 folders in folders without end: refused, by the name of the limit', async () => {
    let tree = await fixture.git('rev-parse', 'main^{tree}')
    for (let depth = 0; depth < 70; depth += 1) {
      const input = Buffer.from(`040000 tree ${tree}\td\0`)
      tree = await runGit(fixture, ['mktree', '-z'], input)
    }
    const commit = await fixture.git('commit-tree', '-m', 'deep', tree)
    await fixture.git('update-ref', 'refs/heads/deep', commit)
    await expect(open(by).files(commit, [''])).rejects.toMatchObject({
      reason: 'LimitExceeded',
      message: expect.stringContaining('folderDepth=64') as string,
    })
  })

  test('F35 the same folder ten times in itself, eight levels down: refused before it is all read', async () => {
    let tree = await fixture.git('rev-parse', 'main^{tree}')
    for (let depth = 0; depth < 8; depth += 1) {
      const entries = Array.from({ length: 10 }, (_, index) => `040000 tree ${tree}\td${index}\0`)
      tree = await runGit(fixture, ['mktree', '-z'], Buffer.from(entries.join('')))
    }
    const commit = await fixture.git('commit-tree', '-m', 'wide', tree)
    await fixture.git('update-ref', 'refs/heads/wide', commit)
    const began = Date.now()
    await expect(open(by).files(commit, [''])).rejects.toMatchObject({ reason: 'LimitExceeded' })
    expect(Date.now() - began).toBeLessThan(15_000)
  })
})
