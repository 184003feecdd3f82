import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { headwater } from '../../test/cli/test-io.ts'
import { createGitFixture, type GitFixture } from '../../test/git-fixture.ts'
import { createSystemClock } from '../compose/system.ts'
import { createLocalGitSource } from '../source/git/local.ts'
import { openWorkTree } from './work-tree.ts'

let fixture: GitFixture
beforeEach(async () => {
  fixture = await createGitFixture()
})
afterEach(() => fixture.remove())

async function link(target: string, name: string): Promise<void> {
  const file = path.join(fixture.directory, name)
  await mkdir(path.dirname(file), { recursive: true })
  await symlink(target, file)
}

test.each([[['']], [['apps', 'a.yaml']], [['links']], [['secret', 'apps/skip.yaml', 'nowhere']]])(
  'a folder on disk reads as the commit that holds it: %j',
  async (paths) => {
    await link('../apps', 'links/folder')
    await link('../a.yaml', 'links/file')
    await link('file', 'links/twice')
    await link('..', 'links/round')
    await link('/etc/hostname', 'links/out')
    await link('../secret/b.yaml', 'links/ignored')
    const commit = await fixture.commit({
      '.sourceignore': '/secret/\n',
      '.github/a.yaml': 'a: 1\n',
      'a.yaml': 'a: 1\n',
      'secret/b.yaml': 'b: 1\n',
      'apps/.sourceignore': 'skip.yaml\n',
      'apps/skip.yaml': 'a: 1\n',
      'apps/web/a.yaml': 'a: 1\n',
    })
    const skipped: string[] = []
    const source = createLocalGitSource(fixture.directory)
    const want = await source.files(commit, paths, { onSkipped: (entry) => skipped.push(entry.path) })
    const tree = openWorkTree(fixture.directory)
    const files = await tree.files(paths)
    const told = (list: readonly { path: string; bytes: Uint8Array }[]) =>
      list.map(({ path: name, bytes }) => `${name}: ${Buffer.from(bytes).toString()}`).toSorted()
    expect(told(files)).toEqual(told(want))
    expect([...tree.skipped.keys()].toSorted()).toEqual(skipped.toSorted())
  },
)

test('a .sourceignore that is a link says nothing, as in a commit', async () => {
  await link('rules', '.sourceignore')
  const commit = await fixture.commit({ rules: 'a.yaml\n', 'a.yaml': 'a: 1\n' })
  const want = await createLocalGitSource(fixture.directory).files(commit, [''])
  const files = await openWorkTree(fixture.directory).files([''])
  const names = files.map((file) => file.path).toSorted()
  expect(names).toEqual(want.map((file) => file.path).toSorted())
  expect(names).toContain('a.yaml')
})

test('a repository inside, as a submodule lies, is passed over', async () => {
  await mkdir(path.join(fixture.directory, 'inner/.git'), { recursive: true })
  await writeFile(path.join(fixture.directory, 'inner/a.yaml'), 'a: 1\n')
  const tree = openWorkTree(fixture.directory)
  expect(await tree.files([''])).toEqual([])
  expect([...tree.skipped.values()]).toEqual([{ path: 'inner', what: 'submodule' }])
})

test('S10 files that differ only by letter case are refused', async () => {
  for (const name of ['a.yaml', 'A.yaml']) await writeFile(path.join(fixture.directory, name), 'a: 1\n')
  const says = '"A.yaml" and "a.yaml"'
  await expect(openWorkTree(fixture.directory).files([''])).rejects.toThrow(says)
  await expect(openWorkTree(fixture.directory).files(['a.yaml'])).rejects.toThrow(says)
  const ran = await headwater('validate .', { cwd: fixture.directory, clock: createSystemClock() })
  expect(ran.stdout).toContain(says)
  expect(ran.code).toBe(1)
})

test('a folder that is left out whole is told by validate', async () => {
  await fixture.commit({ '.sourceignore': 'old/\n', 'old/a.yaml': 'a: 1\n' })
  const ran = await headwater('validate old', { cwd: fixture.directory, clock: createSystemClock() })
  expect(ran.stdout).toContain(
    'old:1:1: warning: all of it is left out by a .sourceignore or the default exclusions',
  )
  expect(ran.code).toBe(0)
})
