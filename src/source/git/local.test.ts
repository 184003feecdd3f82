import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { sourceContract } from '../../../test/contracts/source.ts'
import { createGitFixture, type GitFixture } from '../../../test/git-fixture.ts'
import { createLocalGitSource } from './local.ts'

sourceContract('local work tree', async () => ({
  open: async (repository) => createLocalGitSource(repository),
}))
sourceContract('local, the .git folder itself', async () => ({
  open: async (repository) => createLocalGitSource(path.join(repository, '.git')),
}))

let fixture: GitFixture | undefined
afterEach(async () => {
  await fixture?.remove()
})

test('a linked work tree leads to its repository', async () => {
  fixture = await createGitFixture()
  const commit = await fixture.commit({ 'a.yaml': 'a: 1\n' })
  const linked = path.join(path.dirname(fixture.directory), 'linked')
  await fixture.git('worktree', 'add', '--quiet', linked, '-b', 'other')
  const source = createLocalGitSource(linked)
  expect((await source.head({ branch: 'other' })).commit).toBe(commit)
  expect((await source.files(commit, ['']))[0]?.path).toBe('a.yaml')
})

test('what is not committed is not there', async () => {
  fixture = await createGitFixture()
  const commit = await fixture.commit({ 'a.yaml': 'a: 1\n' })
  await writeFile(path.join(fixture.directory, 'a.yaml'), 'a: 2\n')
  await writeFile(path.join(fixture.directory, 'b.yaml'), 'b: 1\n')
  const files = await createLocalGitSource(fixture.directory).files(commit, [''])
  expect(files.map((file) => new TextDecoder().decode(file.bytes))).toEqual(['a: 1\n'])
})

test('an object that is lost is an error, never a missing file', async () => {
  fixture = await createGitFixture()
  const commit = await fixture.commit({ 'a.yaml': 'a: 1\n', 'b/c.yaml': 'c: 1\n' })
  const oid = await fixture.git('rev-parse', `${commit}:b`)
  await rm(path.join(fixture.directory, '.git/objects', oid.slice(0, 2), oid.slice(2)))
  await expect(createLocalGitSource(fixture.directory).files(commit, [''])).rejects.toMatchObject({
    reason: 'GitOperationFailed',
    class: 'backoff',
  })
})
