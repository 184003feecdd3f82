import { symlink } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RefSelector, SkippedEntry, Source, SourceFile } from '../../src/source/source.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'

/** How a driver is tried: it opens a source on a repository that lies on this disk, or on one that does not exist. */
export interface SourceHarness {
  open(repository: string): Promise<Source>
  close?(): Promise<void>
}

/** Commits of the contract's repository. */
interface History {
  first: string
  second: string
  side: string
}

/** What every source holds to, whatever it reads from. */
export function sourceContract(name: string, createHarness: () => Promise<SourceHarness>): void {
  describe(`source contract: ${name}`, () => {
    let fixture: GitFixture
    let harness: SourceHarness
    let history: History
    let source: Source

    beforeAll(async () => {
      fixture = await createGitFixture()
      history = await makeHistory(fixture)
      harness = await createHarness()
      source = await harness.open(fixture.directory)
    })
    afterAll(async () => {
      await harness.close?.()
      await fixture.remove()
    })

    const refs: { name: string; ref: RefSelector; pointer?: string; commit: keyof History }[] = [
      { name: 'a branch', ref: { branch: 'main' }, pointer: 'main', commit: 'second' },
      { name: 'nothing is the branch main', ref: {}, pointer: 'main', commit: 'second' },
      {
        name: 'a branch with a slash',
        ref: { branch: 'feature/side' },
        pointer: 'feature/side',
        commit: 'side',
      },
      { name: 'a light tag', ref: { tag: 'v1.0.0' }, pointer: 'v1.0.0', commit: 'first' },
      { name: 'an annotated tag, peeled', ref: { tag: 'v1.2.0' }, pointer: 'v1.2.0', commit: 'second' },
      { name: 'the highest version of a range', ref: { semver: '1.x' }, pointer: 'v1.2.0', commit: 'second' },
      { name: 'a range with an end', ref: { semver: '<1.2.0' }, pointer: 'v1.0.0', commit: 'first' },
      {
        name: 'a pre-release asked for',
        ref: { semver: '>=2.0.0-0' },
        pointer: 'v2.0.0-rc.1',
        commit: 'side',
      },
      {
        name: 'the highest version of a range among tags with a prefix',
        ref: { semver: '1.x', tagPrefix: 'web/' },
        pointer: 'web/v1.1.0',
        commit: 'first',
      },
      {
        name: 'a full name',
        ref: { name: 'refs/pull/420/head' },
        pointer: 'refs/pull/420/head',
        commit: 'side',
      },
      {
        name: 'tag before branch',
        ref: { tag: 'v1.0.0', branch: 'main' },
        pointer: 'v1.0.0',
        commit: 'first',
      },
      {
        name: 'semver before tag',
        ref: { semver: '1.x', tag: 'v1.0.0' },
        pointer: 'v1.2.0',
        commit: 'second',
      },
    ]
    test.each(refs)('head: $name', async ({ ref, pointer, commit }) => {
      const want = history[commit]
      expect(await source.head(ref)).toEqual({ revision: `${pointer}@sha1:${want}`, commit: want })
    })

    test('head: a commit, with and without the branch it is on', async () => {
      const commit = history.first
      expect(await source.head({ commit })).toEqual({ revision: `sha1:${commit}`, commit })
      expect(await source.head({ commit, branch: 'main' })).toEqual({
        revision: `main@sha1:${commit}`,
        commit,
      })
    })

    test('head: a commit beside a branch must lie on it', async () => {
      const { first, second, side } = history
      const on = (commit: string, branch: string) => source.head({ commit, branch })
      expect((await on(first, 'feature/side')).commit).toBe(first)
      expect((await on(second, 'main')).commit).toBe(second)
      for (const [commit, branch] of [
        [side, 'main'],
        [second, 'feature/side'],
        ['deadbeef'.repeat(5), 'main'],
      ] as const) {
        await expect(on(commit, branch)).rejects.toMatchObject({
          reason: 'RefNotFound',
          class: 'stalled',
          message: expect.stringContaining(`no commit ${commit} on the branch "${branch}"`) as string,
        })
      }
      await expect(on(first, 'gone')).rejects.toMatchObject({ reason: 'RefNotFound' })
      // What was found to lie there once is not looked for again.
      const inForce = `main@sha1:${side}`
      expect(await source.head({ commit: side, branch: 'main' }, { inForce })).toEqual({
        revision: inForce,
        commit: side,
      })
    })

    test('head: where HEAD points is no matter', async () => {
      const other = await createGitFixture()
      const made = await other.commit({ 'a.yaml': 'a: 1\n' })
      await other.git('branch', '-m', 'main', 'trunk')
      const opened = await harness.open(other.directory)
      expect((await opened.head({ branch: 'trunk' })).commit).toBe(made)
      await expect(opened.head({})).rejects.toMatchObject({
        reason: 'RefNotFound',
        message: expect.stringContaining('"main"') as string,
      })
      await other.git('symbolic-ref', 'HEAD', 'refs/heads/unborn')
      const again = await harness.open(other.directory)
      expect((await again.head({ branch: 'trunk' })).commit).toBe(made)
      await expect(again.head({ branch: 'unborn' })).rejects.toMatchObject({ reason: 'RefNotFound' })
      await other.remove()
    })

    test('head: pre-releases are for ranges that name one', async () => {
      const tagged = await createGitFixture()
      const made = await tagged.commit({ 'a.yaml': 'a: 1\n' })
      for (const tag of ['v1.0.0', 'v1.1.0-rc.1', 'v1.1.0-rc.2', 'v2.0.0-alpha', 'api/v3.0.0-rc.1'])
        await tagged.git('tag', tag)
      const opened = await harness.open(tagged.directory)
      const found = async (semver: string, tagPrefix?: string) =>
        (await opened.head({ semver, ...(tagPrefix === undefined ? {} : { tagPrefix }) })).revision.replace(
          /@.*/,
          '',
        )
      expect(await found('>=1.0.0')).toBe('v1.0.0')
      expect(await found('>=1.0.0-0')).toBe('v2.0.0-alpha')
      expect(await found('>=1.0.0-0 <2.0.0')).toBe('v1.1.0-rc.2')
      expect(await found('~1.1.0-rc.1')).toBe('v1.1.0-rc.2')
      expect(await found('1.1.0-rc.1')).toBe('v1.1.0-rc.1')
      expect(await found('>=3.0.0-0', 'api/')).toBe('api/v3.0.0-rc.1')
      await expect(found('>=3.0.0', 'api/')).rejects.toMatchObject({ reason: 'RefNotFound' })
      expect(made).toHaveLength(40)
      await tagged.remove()
    })

    const missing: { name: string; ref: RefSelector; reason: string; message: string }[] = [
      { name: 'branch', ref: { branch: 'mian' }, reason: 'RefNotFound', message: 'has no branch "mian"' },
      {
        name: 'branch that is a prefix of one',
        ref: { branch: 'mai' },
        reason: 'RefNotFound',
        message: '"mai"',
      },
      { name: 'tag', ref: { tag: 'v9' }, reason: 'RefNotFound', message: 'has no tag "v9"' },
      { name: 'version', ref: { semver: '>=9' }, reason: 'RefNotFound', message: 'range ">=9"' },
      {
        name: 'version with a prefix',
        ref: { semver: '1.x', tagPrefix: 'api/' },
        reason: 'RefNotFound',
        message: 'begins with "api/"',
      },
      { name: 'name', ref: { name: 'refs/pull/1/head' }, reason: 'RefNotFound', message: 'refs/pull/1/head' },
      { name: 'range that is none', ref: { semver: 'new' }, reason: 'InvalidRef', message: '"new"' },
      {
        name: 'branch that climbs',
        ref: { branch: '../../HEAD' },
        reason: 'InvalidRef',
        message: '../../HEAD',
      },
      { name: 'branch with a line end', ref: { branch: 'a\nb' }, reason: 'InvalidRef', message: '"a\\nb"' },
      { name: 'name that is an option', ref: { name: '--all' }, reason: 'InvalidRef', message: '--all' },
    ]
    test.each(missing)('S7 head refuses a $name', async ({ ref, reason, message }) => {
      await expect(source.head(ref)).rejects.toMatchObject({
        reason,
        class: 'stalled',
        message: expect.stringContaining(message) as string,
      })
    })

    test('S8 files: all of them, without links and submodules, with modes, sorted by path', async () => {
      const files = await source.files(history.second, [''])
      expect(files.map(({ path, executable }) => [path, executable])).toEqual([
        ['README.md', false],
        ['clusters/eu/a.yaml', false],
        ['clusters/eu/deep/b.yaml', false],
        ['clusters/europe.yaml', false],
        ['run.sh', true],
      ])
      expect(texts(files)['clusters/eu/a.yaml']).toBe('a: 2\n')
    })

    test('files: of a folder, not of what only begins like it', async () => {
      const files = await source.files(history.second, ['clusters/eu'])
      expect(files.map(({ path }) => path)).toEqual(['clusters/eu/a.yaml', 'clusters/eu/deep/b.yaml'])
    })

    test('files: single ones, each once although asked for twice', async () => {
      const files = await source.files(history.second, ['run.sh', 'clusters/eu', 'clusters/eu/a.yaml'])
      expect(files.map(({ path }) => path)).toEqual([
        'clusters/eu/a.yaml',
        'clusters/eu/deep/b.yaml',
        'run.sh',
      ])
    })

    test('files: of an older commit, which no ref points at any more', async () => {
      const before = await source.files(history.first, ['clusters/eu/a.yaml'])
      const after = await source.files(history.second, ['clusters/eu/a.yaml'])
      expect(texts(before)).toEqual({ 'clusters/eu/a.yaml': 'a: 1\n' })
      expect(before[0]?.oid).toBe(await fixture.git('rev-parse', `${history.first}:clusters/eu/a.yaml`))
      expect(before[0]?.oid).not.toBe(after[0]?.oid)
    })

    test.each(['nowhere', 'README.md/below', 'link', 'submodule', 'clusters/eu/a'])(
      'files: %s gives nothing',
      async (path) => {
        expect(await source.files(history.second, [path])).toEqual([])
      },
    )

    test.each(['../etc', 'a/../../b', 'a\\b', 'a\0b'])('S9 files refuses the path %j', async (path) => {
      await expect(source.files(history.second, [path])).rejects.toMatchObject({ reason: 'InvalidPath' })
    })

    test('a commit that does not exist is refused, never without files', async () => {
      const commit = 'deadbeef'.repeat(5)
      await expect(source.files(commit, [''])).rejects.toMatchObject({
        reason: 'RefNotFound',
        class: 'stalled',
      })
      await expect(source.commit(commit)).rejects.toMatchObject({ reason: 'RefNotFound' })
    })

    test('a tree is no commit', async () => {
      const tree = await fixture.git('rev-parse', `${history.second}^{tree}`)
      await expect(source.files(tree, [''])).rejects.toMatchObject({ reason: 'RefNotFound' })
    })

    test('commit tells subject, author and time', async () => {
      expect(await source.commit(history.second)).toEqual({
        subject: 'the second',
        author: 'Ana',
        committedAt: '2026-11-02T10:00:00.000Z',
      })
    })

    test('a head that moved is seen by the same source', async () => {
      const moving = await createGitFixture()
      const first = await moving.commit({ 'a.yaml': 'a: 1\n' })
      const opened = await harness.open(moving.directory)
      expect((await opened.head({ branch: 'main' })).commit).toBe(first)
      await opened.files(first, [''])
      const second = await moving.commit({ 'a.yaml': 'a: 2\n' })
      expect((await opened.head({ branch: 'main' })).commit).toBe(second)
      expect(texts(await opened.files(second, ['']))).toEqual({ 'a.yaml': 'a: 2\n' })
      await moving.remove()
    })

    test('packed objects and refs read the same', async () => {
      const packed = await createGitFixture()
      const first = await packed.commit({ 'a.yaml': 'a: 1\n', 'b.yaml': 'b: 1\n'.repeat(500) })
      await packed.commit({ 'b.yaml': `${'b: 1\n'.repeat(500)}c: 1\n` })
      await packed.git('tag', '-a', '-m', 'one', 'v1')
      await packed.git('gc', '--quiet', '--aggressive', '--prune=now')
      const opened = await harness.open(packed.directory)
      const { commit } = await opened.head({ tag: 'v1' })
      expect(commit).toBe(await packed.git('rev-parse', 'main'))
      expect(texts(await opened.files(commit, ['b.yaml']))['b.yaml']?.endsWith('c: 1\n')).toBe(true)
      expect(texts(await opened.files(first, ['a.yaml']))).toEqual({ 'a.yaml': 'a: 1\n' })
      await packed.remove()
    })

    describe('what is ignored is not there', () => {
      let ruled: GitFixture
      let commit: string
      let reader: Source
      beforeAll(async () => {
        ruled = await createGitFixture()
        await symlink('secret/b.yaml', path.join(ruled.directory, 'to-ignored'))
        await symlink('a.yaml', path.join(ruled.directory, 'to-left'))
        commit = await ruled.commit(ruledFiles)
        reader = await harness.open(ruled.directory)
      })
      afterAll(() => ruled.remove())

      const cases: { name: string; paths: string[]; ignore?: string; want: string[] }[] = [
        {
          name: 'by the default exclusions, and by .sourceignore in any folder',
          paths: [''],
          want: [
            '.sourceignore',
            'a.yaml',
            'apps/.sourceignore',
            'apps/keep.txt',
            'apps/web/a.yaml',
            'logo.png',
            'skip.yaml',
            'to-left',
          ],
        },
        { name: 'in a folder, by what lies above it', paths: ['apps/web'], want: ['apps/web/a.yaml'] },
        {
          name: 'by spec.ignore, in place of the default exclusions',
          paths: [''],
          ignore: '/*\n!/apps\n!/.github\n',
          want: ['.github/a.yaml', 'apps/.sourceignore', 'apps/keep.txt', 'apps/web/a.yaml'],
        },
        {
          name: 'and what lies beside it is there',
          paths: ['a.yaml', 'apps/web/a.yaml', 'apps/web/skip.yaml', 'secret', 'secret/b.yaml', '.gitignore'],
          want: ['a.yaml', 'apps/web/a.yaml'],
        },
      ]
      test.each(cases)('files: $name', async ({ paths, ignore, want }) => {
        const files = await reader.files(commit, paths, ignore === undefined ? {} : { ignore })
        expect(files.map((file) => file.path)).toEqual(want)
      })

      test('files: who asked for it by its name is told', async () => {
        const skipped: SkippedEntry[] = []
        const paths = ['secret/b.yaml', 'apps/web/skip.yaml', 'nowhere', 'apps']
        await reader.files(commit, paths, { onSkipped: (entry) => skipped.push(entry) })
        expect(skipped).toEqual([
          { path: 'secret/b.yaml', what: 'ignored' },
          { path: 'apps/web/skip.yaml', what: 'ignored' },
        ])
        const links: SkippedEntry[] = []
        await reader.files(commit, [''], { onSkipped: (entry) => links.push(entry) })
        expect(links).toEqual([{ path: 'to-ignored', what: 'link', why: 'it leads to what is ignored' }])
      })
    })

    const twins: {
      name: string
      files: Record<string, string>
      paths: string[]
      says: RegExp
      leave: string
    }[] = [
      {
        name: 'letter case',
        leave: '/stacks/A.yaml',
        files: { 'stacks/a.yaml': '', 'stacks/A.yaml': '' },
        paths: ['stacks'],
        says: /"stacks\/A\.yaml" and "stacks\/a\.yaml", which differ only by letter case/,
      },
      {
        name: 'the letter case of a folder',
        leave: '/A',
        files: { 'a/x.yaml': '', 'A/y.yaml': '' },
        paths: [''],
        says: /"A" and "a"/,
      },
      {
        name: 'Unicode form',
        leave: '/caf\u00e9.yaml',
        files: { 'caf\u00e9.yaml': '', 'cafe\u0301.yaml': '' },
        paths: [''],
        says: /"cafe\u0301\.yaml" and "caf\u00e9\.yaml"/,
      },
      {
        name: 'letter case, when only one of them is asked for',
        leave: '/T.json',
        files: { 'T.json': '', 't.json': '', 'b/a.yaml': '' },
        paths: ['t.json'],
        says: /"T\.json" and "t\.json"/,
      },
    ]
    test.each(twins)(
      'S10 files that differ only by $name are refused',
      async ({ files, paths, says, leave }) => {
        const repository = await createGitFixture()
        const made = await repository.commit(files)
        const opened = await harness.open(repository.directory)
        const read = opened.files(made, paths)
        await expect(read).rejects.toMatchObject({ reason: 'InvalidPath', class: 'stalled' })
        await expect(read).rejects.toThrow(says)
        expect(await opened.files(made, ['b'])).toHaveLength(files['b/a.yaml'] === undefined ? 0 : 1)
        // One of them left out, and there is nothing to mistake.
        expect((await opened.files(made, paths, { ignore: leave })).length).toBeGreaterThan(0)
        await repository.remove()
      },
    )

    test('a repository without a commit has no head', async () => {
      const empty = await createGitFixture()
      const opened = await harness.open(empty.directory)
      await expect(opened.head({ branch: 'main' })).rejects.toMatchObject({ reason: 'RefNotFound' })
      await empty.remove()
    })

    test('F37 a repository that is gone says so', async () => {
      const opened = await harness.open(path.join(fixture.directory, 'gone'))
      await expect(opened.head({ branch: 'main' })).rejects.toMatchObject({
        reason: 'RepositoryNotFound',
        class: 'stalled',
      })
      await expect(opened.files(history.second, [''])).rejects.toMatchObject({ reason: 'RepositoryNotFound' })
    })
  })
}

function texts(files: readonly SourceFile[]): Record<string, string> {
  return Object.fromEntries(files.map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)]))
}

/** Files of a repository with rules of its own. */
const ruledFiles: Record<string, string> = {
  '.sourceignore': '/secret/\n*.txt\n',
  '.gitignore': 'x\n',
  '.github/a.yaml': 'a: 1\n',
  'a.yaml': 'a: 1\n',
  'logo.png': 'png',
  'note.txt': 'left out by the root',
  'secret/b.yaml': 'b: 1\n',
  'skip.yaml': 'left out only below apps',
  'apps/.sourceignore': 'skip.yaml\n!keep.txt\n',
  'apps/keep.txt': 'taken back',
  'apps/web/a.yaml': 'a: 1\n',
  'apps/web/skip.yaml': 'a: 1\n',
}

/** Two commits on main, one beside it; links, a submodule, an executable, tags of both sorts. */
async function makeHistory(fixture: GitFixture): Promise<History> {
  const { git, commit, directory } = fixture
  const first = await commit({ 'clusters/eu/a.yaml': 'a: 1\n', 'README.md': 'hello\n' }, 'the first')
  await git('tag', 'v1.0.0')
  await git('tag', 'web/v1.1.0')
  await git('checkout', '--quiet', '-b', 'feature/side')
  const side = await commit({ 'side.yaml': 'side: true\n' }, 'beside')
  await git('tag', 'v2.0.0-rc.1')
  await git('update-ref', 'refs/pull/420/head', side)
  await git('checkout', '--quiet', 'main')
  await symlink('/etc/hostname', path.join(directory, 'link'))
  await commit({
    'run.sh': '#!/bin/sh\n',
    'clusters/eu/a.yaml': 'a: 2\n',
    'clusters/eu/deep/b.yaml': 'b: 1\n',
    'clusters/europe.yaml': 'c: 1\n',
  })
  await git('update-index', '--chmod=+x', 'run.sh')
  await git('update-index', '--add', '--cacheinfo', `160000,${first},submodule`)
  await git('commit', '--quiet', '-m', 'the second\n\nwith a body')
  const second = await git('rev-parse', 'HEAD')
  await git('tag', '-a', '-m', 'one point two', 'v1.2.0')
  await git('tag', 'not-a-version')
  return { first, second, side }
}
