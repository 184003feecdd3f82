import { createSeededRandom } from '../support/virtual-clock.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { createHistoryStream, runGit } from './history-stream.ts'

/** A repository with a made-up past. */
export interface MadeHistory {
  fixture: GitFixture
  /** Commits worth looking at, oldest first; the last is the tip of main. */
  commits: string[]
}

/** Names that people and programs stumble over; none equals another but for case or Unicode form. */
export const oddNames = [
  'a b',
  'quote"d',
  "quote'd",
  'tab\there',
  'line\nend',
  'ümlaut',
  'cafe\u0301',
  '日本語',
  '🌊',
  '-dash',
  '--output=x',
  '.hidden',
  'UPPER',
  'x'.repeat(255),
  'semi;colon',
  '$(id)',
  'ends.',
  '100644',
]

const links: [string, string][] = [
  ['links/in', '../grows.txt'],
  ['links/folder', '../linked'],
  ['links/twice', 'in'],
  ['links/chain-1', 'chain-2'],
  ['links/chain-2', './chain-3'],
  ['links/chain-3', '../links/twice'],
  ['links/through', 'folder/one.txt'],
  ['links/out', '../../etc/passwd'],
  ['links/absolute', '/etc/passwd'],
  ['links/nowhere', 'nothing'],
  ['links/round', 'round'],
  ['links/loop-a', 'loop-b'],
  ['links/loop-b', 'loop-a'],
  ['links/self', '.'],
  ['linked/plain', '../grows.txt'],
]

/** What is changed on purpose, and by nothing else. */
const reserved = /^(grows\.txt|large\.bin|binary\.bin|becomes|(linked|odd|old-name|sorts)\/)/

/** Every so many histories one has a file with so many versions that its chain of deltas passes git's own limit. */
const deepEvery = 5
const deepRounds = 70

/**
 * Makes a history by `git fast-import`: branches and merges of two and more, renames of files and folders, annotated tags
 * and tags of tags, files that become executable, folders or links, links in, out, round and nowhere, submodules, files
 * that change a little many times, binary and large ones, odd names, empty trees. The same seed gives the same commits.
 */
export async function makeHistory(seed: number): Promise<MadeHistory> {
  const random = createSeededRandom(seed)
  const below = (count: number) => Math.floor(random.next() * count)
  const pick = <T>(list: readonly T[]): T => {
    const found = list[below(list.length)]
    if (found === undefined) throw new Error('nothing to pick from')
    return found
  }
  const bytes = (length: number) => Buffer.from(Array.from({ length }, () => below(256)))
  const stream = createHistoryStream()
  const { files } = stream
  const folders = ['', 'a/', 'a/b/', 'a/b/c/', 'deploy/', `${pick(oddNames)}/`, 'deploy/x/y/z/w/']
  // Neighbours in git's order, where a folder sorts as if its name ended with a slash.
  const neighbours = ['sorts/a/b', 'sorts/a.b', 'sorts/a0', 'sorts/a-', 'sorts/a']

  const newContent = (): Buffer => {
    const kind = below(12)
    if (kind === 0) return bytes(1 + below(3000))
    if (kind === 1) return Buffer.alloc(0)
    return Buffer.from(Array.from({ length: below(80) }, () => `line ${below(1000)}\n`).join(''))
  }
  const large = () => Buffer.concat([bytes(5000), Buffer.alloc(300_000 + below(200_000), 'z')])
  const isTaken = (at: string) =>
    [...files.keys()].some((other) => other.startsWith(`${at}/`) || at.startsWith(`${other}/`))
  const changes: (() => void)[] = [
    () => {
      const name = below(3) === 0 ? pick(oddNames) : `file-${below(30)}.yaml`
      const at = below(6) === 0 ? pick(neighbours) : `${pick(folders)}${name}`
      if (!isTaken(at)) stream.put(at, below(4) === 0 ? '100755' : '100644', newContent())
    },
    () =>
      changed((path, old) => {
        const at = below(old.length + 1)
        const inserted = Buffer.from(`changed ${below(1e6)}\n`)
        stream.put(path, '100644', Buffer.concat([old.subarray(0, at), inserted, old.subarray(at)]))
      }),
    () => changed((path, old) => stream.put(path, pick(['100755', '100644']), old)),
    () => changed((path) => stream.rename(path, `renamed/${below(1e6)}`)),
    () => changed((path) => stream.remove(path)),
    () =>
      changed((path) => {
        stream.remove(path)
        stream.put(`${path}/inside`, '100644', newContent())
      }),
    () =>
      changed((path) => {
        if (!path.includes('/')) return
        const folder = path.slice(0, path.lastIndexOf('/'))
        if (!/^(links|renamed)/.test(folder)) stream.rename(folder, `renamed/${below(1e6)}`)
      }),
  ]
  function changed(change: (path: string, old: Buffer) => void): void {
    const free = [...files.keys()].filter((file) => !reserved.test(file))
    const path = free[below(free.length)]
    if (path !== undefined) change(path, files.get(path) ?? Buffer.alloc(0))
  }
  const changeSomething = () => (below(2) === 0 ? changes[0] : pick(changes))?.()
  const rows = Array.from({ length: 400 }, (_, index) => `row ${index} ${below(1e9)}`)
  const grow = () => {
    rows[below(rows.length)] = `row changed ${below(1e9)}`
    stream.put('grows.txt', '100644', Buffer.from(rows.join('\n')))
  }

  let tip = stream.commit('main', {})
  stream.put('grows.txt', '100644', Buffer.from(rows.join('\n')))
  stream.put('linked/one.txt', '100755', Buffer.from('one'))
  for (const name of oddNames) stream.put(`odd/${name}`, '100644', Buffer.from(name))
  for (const [path, target] of links) stream.link(path, target)
  stream.submodule('modules/other', 'deadbeef'.repeat(5))
  for (const path of neighbours.slice(0, -1)) stream.put(path, '100644', newContent())
  stream.put('large.bin', '100644', large())
  stream.put('binary.bin', '100755', bytes(2000))
  stream.put('old-name/file.txt', '100644', Buffer.from(`a file of its own ${seed}\n`.repeat(9)))
  stream.put('becomes', '100644', newContent())
  for (let count = 0; count < 5; count += 1) changeSomething()
  const marks = [tip]
  const rounds = 5 + below(25)
  for (let round = 0; round < rounds; round += 1) {
    tip = stream.commit('main', { from: tip })
    grow()
    for (let count = below(4); count > 0; count -= 1) changeSomething()
    if (below(6) === 0 || round === 2 || round === 3) {
      const brought = Array.from({ length: round === 2 ? 3 : 1 }, (_, index) => {
        const side = stream.commit(`side-${index}`, { from: tip })
        const path = `side-${round}-${index}.txt`
        const content = newContent()
        stream.put(path, '100644', content)
        return { side, path, content }
      })
      tip = stream.commit('main', { from: tip, merge: brought.map(({ side }) => side) })
      for (const { path, content } of brought) stream.put(path, '100644', content)
      stream.put(`merged-${round}.txt`, '100644', Buffer.from('merged'))
    }
    if (below(5) === 0 && marks.length < 4) marks.push(tip)
  }
  tip = stream.commit('main', { from: tip })
  stream.rename('old-name', 'new-name')
  stream.put('binary.bin', '100644', files.get('binary.bin') ?? bytes(10))
  stream.remove('becomes')
  if (below(2) === 0) stream.link('becomes', 'grows.txt')
  else stream.put('becomes/a-folder', '100644', newContent())
  stream.put('large.bin', '100644', Buffer.concat([files.get('large.bin') ?? large(), bytes(100)]))
  marks.push(tip)
  for (let round = seed % deepEvery === 1 ? deepRounds : 0; round > 0; round -= 1) {
    tip = stream.commit('main', { from: tip })
    grow()
  }
  if (below(4) === 0) {
    marks.push(stream.commit('empty', { from: tip }))
    stream.clear()
  }
  marks.push(tip)
  stream.tag('v1.0.0-rc.1', tip)

  const fixture = await createGitFixture()
  const commits = await stream.import(fixture, marks)
  commits.push(await commitOddTrees(fixture, commits.at(-1) ?? ''))
  await fixture.git('tag', '-a', '-m', 'annotated', 'v1.0.0', 'main')
  await fixture.git('-c', 'advice.nestedTag=false', 'tag', '-a', '-m', 'of a tag', 'v1.10.0', 'v1.0.0')
  // A server hands out deltas as they lie there, up to this depth.
  await fixture.git('config', 'pack.depth', '120')
  const anew = seed % 2 === 0 ? ['-f', '--window=20'] : []
  await fixture.git('repack', '-q', '-a', '-d', '--depth=120', ...anew)
  return { fixture, commits: [...new Set(commits)] }
}

/** A commit on main with what `git add` never makes: empty folders, also inside of others, and a mode of old times. */
async function commitOddTrees(fixture: GitFixture, tip: string): Promise<string> {
  const empty = await runGit(fixture, ['hash-object', '-t', 'tree', '-w', '--stdin'], Buffer.alloc(0))
  const blob = await runGit(fixture, ['hash-object', '-w', '--stdin'], Buffer.from('group may write\n'))
  // As it lies there: `git mktree` would write the mode anew.
  const raw = [`40000 hollow\0`, Buffer.from(empty, 'hex'), `100664 old-mode\0`, Buffer.from(blob, 'hex')]
  const holder = await runGit(
    fixture,
    ['hash-object', '-t', 'tree', '-w', '--stdin'],
    Buffer.concat(raw.map((part) => Buffer.from(part))),
  )
  const entries = await runGit(fixture, ['ls-tree', '-z', tip], Buffer.alloc(0))
  const added = treeInput(`040000 tree ${empty}\tempty`, `040000 tree ${holder}\tholder`)
  const tree = await runGit(
    fixture,
    ['mktree', '-z', '--missing'],
    Buffer.concat([Buffer.from(entries), added]),
  )
  const commit = await fixture.git('commit-tree', '-m', 'odd trees', '-p', tip, tree)
  await fixture.git('update-ref', 'refs/heads/main', commit)
  return commit
}

/** Entries as `git mktree -z` takes them. */
function treeInput(...entries: readonly string[]): Buffer {
  return Buffer.from(entries.map((entry) => `${entry}\0`).join(''))
}
