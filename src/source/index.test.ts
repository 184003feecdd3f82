import { expect, test } from 'vitest'
import type { Clock } from '../api/clock.ts'
import { createGitFixture } from '../../test/git-fixture.ts'
import { createGitSource, sourceOpener } from './index.ts'

const clock: Clock = { now: () => 0, sleep: () => new Promise(() => {}) }

test('a local repository by path and by file url', async () => {
  const fixture = await createGitFixture()
  const commit = await fixture.commit({ 'a.yaml': 'a: 1\n' })
  for (const url of [fixture.directory, `file://${fixture.directory}`]) {
    expect((await createGitSource({ url, timeoutMs: 1000 }, { clock }).head({})).commit).toBe(commit)
  }
  await fixture.remove()
})

test('a url that is refused is told at the first question, every time, not when it is opened', async () => {
  const source = sourceOpener({ clock })({ url: 'ext::sh', timeoutMs: 1000 })
  for (const ask of [() => source.head({}), () => source.files('a', ['']), () => source.commit('a')]) {
    await expect(ask()).rejects.toMatchObject({ reason: 'InvalidURL', class: 'stalled' })
  }
})
