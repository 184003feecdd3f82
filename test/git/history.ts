import { spawn } from 'node:child_process'
import { createSeededRandom } from '../support/virtual-clock.ts'
import { createGitFixture, gitEnvironment, type GitFixture } from '../git-fixture.ts'

/** A repository with a made-up past. */
export interface MadeHistory {
  fixture: GitFixture
  /** Commits worth looking at, oldest first; the last is the tip of main. */
  commits: string[]
}

const oddNames = [
  'a b',
  'quote"d',
  'tab\there',
  'line\nend',
  'ümlaut',
  '日本語',
  '🌊',
  '-dash',
  '.hidden',
  'UPPER',
  'x'.repeat(120),
  'semi;colon',
  '$(id)',
  'ends.',
]

/**
 * Makes a history by `git fast-import`: branches and merges, renames, annotated tags, executable files, links in, out,
 * round and nowhere, files that change a little many times, binary and large ones, odd names, empty trees. The same seed
 * gives the same commits.
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
  const stream: Buffer[] = []
  const say = (text: string) => stream.push(Buffer.from(text))
  const data = (content: Buffer) => {
    say(`data ${content.length}\n`)
    stream.push(content, Buffer.from('\n'))
  }
  const files = new Map<string, Buffer>()
  const folders = ['', 'a/', 'a/b/', 'a/b/c/', 'deploy/', `${pick(oddNames)}/`, 'deploy/x/y/z/w/']
  let time = 1_700_000_000
  let mark = 0

  const put = (path: string, mode: string, content: Buffer) => {
    say(`M ${mode} inline ${quote(path)}\n`)
    data(content)
    files.set(path, content)
  }
  const newContent = (): Buffer => {
    const kind = below(12)
    if (kind === 0) return bytes(below(3000))
    if (kind === 1 && below(4) === 0)
      return Buffer.concat([bytes(5000), Buffer.alloc(400_000 + below(1_000_000), 'z')])
    if (kind === 2) return Buffer.alloc(0)
    return Buffer.from(Array.from({ length: below(80) }, () => `line ${below(1000)}\n`).join(''))
  }
  const changeSomething = () => {
    const kind = below(10)
    const path = [...files.keys()][below(files.size)]
    if (kind < 4 || path === undefined) {
      const name = below(3) === 0 ? pick(oddNames) : `file-${below(30)}.yaml`
      // A name may be a folder already, or lie below a file.
      const at = `${pick(folders)}${name}`
      const isTaken = [...files.keys()].some(
        (other) => other.startsWith(`${at}/`) || at.startsWith(`${other}/`),
      )
      if (!isTaken) put(at, below(4) === 0 ? '100755' : '100644', newContent())
    } else if (kind < 8) {
      const old = files.get(path) ?? Buffer.alloc(0)
      const at = below(old.length + 1)
      put(
        path,
        '100644',
        Buffer.concat([old.subarray(0, at), Buffer.from(`changed ${below(1e6)}\n`), old.subarray(at)]),
      )
    } else if (kind === 8) {
      const to = `renamed/${below(1e6)}`
      say(`R ${quote(path)} ${quote(to)}\n`)
      files.set(to, files.get(path) ?? Buffer.alloc(0))
      files.delete(path)
    } else {
      say(`D ${quote(path)}\n`)
      files.delete(path)
    }
  }
  const commit = (branch: string, parents: { from?: number; merge?: number }, change: () => void): number => {
    mark += 1
    time += 60
    say(`commit refs/heads/${branch}\nmark :${mark}\ncommitter Ana <ana@example.com> ${time} +0100\n`)
    data(Buffer.from(`change ${mark}\n`))
    if (parents.from !== undefined) say(`from :${parents.from}\n`)
    if (parents.merge !== undefined) say(`merge :${parents.merge}\n`)
    change()
    say('\n')
    return mark
  }
  const links: [string, string][] = [
    ['links/in', '../grows.txt'],
    ['links/folder', '../linked'],
    ['links/twice', 'in'],
    ['links/out', '../../etc/passwd'],
    ['links/absolute', '/etc/passwd'],
    ['links/nowhere', 'nothing'],
    ['links/round', 'round'],
    ['links/self', '.'],
    ['linked/plain', '../grows.txt'],
  ]
  const base = Array.from({ length: 400 }, (_, index) => `row ${index} ${below(1e9)}`)
  let tip = commit('main', {}, () => {
    put('grows.txt', '100644', Buffer.from(base.join('\n')))
    put('linked/one.txt', '100755', Buffer.from('one'))
    for (const [path, target] of links) {
      say(`M 120000 inline ${quote(path)}\n`)
      data(Buffer.from(target))
    }
    for (let count = 0; count < 5; count += 1) changeSomething()
  })
  const marks = [tip]
  const rounds = 5 + below(30)
  for (let round = 0; round < rounds; round += 1) {
    tip = commit('main', { from: tip }, () => {
      base[below(base.length)] = `row changed ${below(1e9)}`
      put('grows.txt', '100644', Buffer.from(base.join('\n')))
      for (let count = below(4); count > 0; count -= 1) changeSomething()
    })
    if (below(6) === 0) {
      const side = commit('side', { from: tip }, () => put(`side-${round}.txt`, '100644', newContent()))
      tip = commit('main', { from: tip, merge: side }, () =>
        put(`side-${round}.txt`, '100644', Buffer.from('merged')),
      )
    }
    if (below(5) === 0) marks.push(tip)
  }
  if (below(8) === 0) marks.push(commit('empty', { from: tip }, () => say('deleteall\n')))
  marks.push(tip)
  say(`tag v1.${below(9)}.0\nfrom :${tip}\ntagger Ana <ana@example.com> ${time} +0000\n`)
  data(Buffer.from('a tag\n'))
  say('done\n')

  const fixture = await createGitFixture()
  const printed = await importStream(fixture, Buffer.concat(stream), marks)
  await fixture.git('repack', '-q', '-a', '-d', '-f', '--depth=60', '--window=20')
  return { fixture, commits: [...new Set(printed)] }
}

async function importStream(
  fixture: GitFixture,
  stream: Buffer,
  marks: readonly number[],
): Promise<string[]> {
  const child = spawn('git', ['fast-import', '--quiet', '--done', '--export-marks=.git/marks'], {
    cwd: fixture.directory,
    env: gitEnvironment(fixture.directory),
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  child.stdin.end(stream)
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`git fast-import ended with ${String(code)}: ${complaint}`)
  const { readFile } = await import('node:fs/promises')
  const lines = (await readFile(`${fixture.directory}/.git/marks`, 'utf8')).trim().split('\n')
  const known = new Map(lines.map((line) => line.split(' ') as [string, string]))
  return marks.map((mark) => known.get(`:${mark}`) ?? '')
}

function quote(path: string): string {
  const escaped = [...Buffer.from(path)].map((byte) =>
    byte < 32 || byte > 126 || byte === 34 || byte === 92
      ? `\\${byte.toString(8).padStart(3, '0')}`
      : String.fromCodePoint(byte),
  )
  return `"${escaped.join('')}"`
}
