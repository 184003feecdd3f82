import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { makeHistory, oddNames } from './history.ts'

/** What git itself finds in a made history: how many of each. */
async function featuresOf(seed: number): Promise<Record<string, number>> {
  const { fixture } = await makeHistory(seed)
  const { git, directory } = fixture
  const lines = async (...args: string[]) => (await git(...args)).split('\n').filter((line) => line !== '')
  const parents = (await lines('log', '--all', '--format=%P')).map((line) => line.split(' ').length)
  const tags = await lines('for-each-ref', '--format=%(objecttype) %(refname)', 'refs/tags')
  const nested = await Promise.all(
    tags.filter((tag) => tag.startsWith('tag ')).map((tag) => git('cat-file', 'tag', tag.slice(4))),
  )
  const packed = await readdir(path.join(directory, '.git/objects/pack'))
  const index = packed.find((file) => file.endsWith('.idx')) ?? ''
  const verified = await lines('verify-pack', '-v', path.join('.git/objects/pack', index))
  const depths = verified.map((line) => Number(/^\w{40} \w+ +\d+ \d+ \d+ (\d+) \w{40}$/.exec(line)?.[1] ?? 0))
  const tree = (await git('ls-tree', '-r', '-t', '-l', '-z', 'main')).split('\0').map((line) => {
    const [, mode = '', type = '', oid = '', size = '', name = ''] =
      /^(\d+) (\w+) (\w+) +(\S+)\t(.*)$/s.exec(line) ?? []
    return { mode, type, oid, size: Number(size), name }
  })
  const trees = await lines('log', '--all', '--format=', '--raw', '-M', '-m')
  const changes = trees.map((line) => line.split(/[\s:]+/))
  const count = <T>(list: readonly T[], is: (item: T) => boolean) => list.filter(is).length
  const features = {
    merges: count(parents, (of) => of === 2),
    octopuses: count(parents, (of) => of > 2),
    'annotated tags': count(tags, (tag) => tag.startsWith('tag ')),
    'tags of tags': count(nested, (text) => text.includes('\ntype tag\n')),
    renames: count(changes, ([, , , , , what = '']) => what.startsWith('R')),
    'mode changes': count(changes, ([, from, to, before, after]) => from !== to && before === after),
    'type changes': count(changes, ([, , , , , what = '']) => what === 'T'),
    'deepest chain': Math.max(...depths),
    'large files': count(tree, ({ size }) => size > 300_000),
    executables: count(tree, ({ mode }) => mode === '100755'),
    links: count(tree, ({ mode }) => mode === '120000'),
    submodules: count(tree, ({ mode }) => mode === '160000'),
    'empty folders': count(tree, ({ oid }) => oid.startsWith('4b825dc642cb')),
    'old modes': count([await git('cat-file', 'tree', 'main:holder')], (raw) => raw.includes('100664 old')),
    'empty files': count(tree, ({ type, size }) => type === 'blob' && size === 0),
    'odd names': count(oddNames, (odd) => tree.some(({ name }) => name === `odd/${odd}`)),
  }
  await fixture.remove()
  return features
}

it('a made history holds all that the comparison is about', async () => {
  const every = {
    merges: 1,
    octopuses: 1,
    'annotated tags': 3,
    'tags of tags': 1,
    renames: 1,
    'large files': 1,
    executables: 2,
    links: 10,
    submodules: 1,
    'empty folders': 2,
    'odd names': oddNames.length,
    'old modes': 1,
    'mode changes': 1,
  }
  const some = { 'deepest chain': 50, 'type changes': 1, 'empty files': 1 }
  const found = await Promise.all([1, 2, 3].map(featuresOf))
  for (const [name, least] of Object.entries(every)) {
    for (const features of found) expect(`${name}: ${(features[name] ?? 0) >= least}`).toBe(`${name}: true`)
  }
  for (const [name, least] of Object.entries(some)) {
    const most = Math.max(...found.map((features) => features[name] ?? 0))
    expect(`${name}: ${most >= least}`).toBe(`${name}: true`)
  }
})

it('the same seed makes the same commits', async () => {
  const [first, second] = await Promise.all([makeHistory(7), makeHistory(7)])
  expect(second.commits).toEqual(first.commits)
  await Promise.all([first.fixture.remove(), second.fixture.remove()])
})
