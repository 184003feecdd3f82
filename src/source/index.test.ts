import { expect, test } from 'vitest'
import type { Clock } from '../api/clock.ts'
import { createGitFixture } from '../../test/git-fixture.ts'
import { createGitSource, personalPolicy, sourceOpener } from './index.ts'

const clock: Clock = { now: () => 0, sleep: () => new Promise(() => {}) }

test('a local repository by path and by file url', async () => {
  const fixture = await createGitFixture()
  const commit = await fixture.commit({ 'a.yaml': 'a: 1\n' })
  for (const url of [fixture.directory, `file://${fixture.directory}`]) {
    expect(
      (await createGitSource({ url, timeoutMs: 1000 }, { clock, policy: personalPolicy }).head({})).commit,
    ).toBe(commit)
  }
  await fixture.remove()
})

test('a url that is refused is told at the first question, every time, not when it is opened', async () => {
  const source = sourceOpener({ clock })({ url: 'ext::sh', timeoutMs: 1000 })
  for (const ask of [() => source.head({}), () => source.files('a', ['']), () => source.commit('a')]) {
    await expect(ask()).rejects.toMatchObject({ reason: 'InvalidURL', class: 'stalled' })
  }
})

test('the same location gives the same source for a while, other credentials another', () => {
  let now = 0
  const open = sourceOpener({ clock: { ...clock, now: () => now } })
  const location = { url: 'https://host/repo', timeoutMs: 1000 }
  const first = open(location)
  expect(open({ ...location })).toBe(first)
  expect(open({ ...location, credentials: { bearerToken: 'a' } })).not.toBe(first)
  now = 4 * 60_000
  expect(open(location)).toBe(first)
  now = 10 * 60_000
  expect(open(location)).not.toBe(first)
})

test('only a few are kept', () => {
  const open = sourceOpener({ clock })
  const first = open({ url: 'https://host/0', timeoutMs: 1000 })
  for (let index = 1; index <= 16; index += 1) open({ url: `https://host/${index}`, timeoutMs: 1000 })
  expect(open({ url: 'https://host/0', timeoutMs: 1000 })).not.toBe(first)
})
