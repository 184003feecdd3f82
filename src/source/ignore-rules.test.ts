import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { gitEnvironment } from '../../test/git-fixture.ts'
import { createSystemClock } from '../compose/system.ts'
import { withDeadline } from '../api/deadline.ts'
import { createSeededRandom } from '../../test/support/virtual-clock.ts'
import { defaultLimits, type GitLimits } from './git/limits.ts'
import { createIgnoreRules, defaultExclusions, type IgnoreRules } from './ignore-rules.ts'

interface Given {
  /** Texts of `.sourceignore` by their folders. */
  files?: Record<string, string>
  ignore?: string
  limits?: Partial<GitLimits>
}

function rulesOf({ files = {}, ignore, limits }: Given): { rules: IgnoreRules; reads: string[][] } {
  const reads: string[][] = []
  const rules = createIgnoreRules({
    where: 'host',
    limits: { ...defaultLimits, ...limits },
    ignore,
    async read(ids) {
      reads.push([...ids])
      return new Map(ids.map((id) => [id, Buffer.from(files[id] ?? '', 'latin1')]))
    },
  })
  for (const folder of Object.keys(files)) rules.note(folder, folder)
  return { rules, reads }
}

const cases: { name: string; given: Given; left: string[]; out: string[] }[] = [
  {
    name: 'nothing said: what git and its hosts keep for themselves',
    given: {},
    left: ['a.yaml', 'logo.png', 'code.zip', 'cloudbuild.yaml', 'github/a', '.gitignored'],
    out: ['.gitignore', 'a/.gitattributes', '.github/', '.github/workflows/a.yaml', '.sops.yaml'],
  },
  {
    name: 'spec.ignore in place of the default exclusions',
    given: { ignore: '*.md' },
    left: ['.github/', '.github/a.yaml', 'a.mdx'],
    out: ['README.md', 'a/b/README.md', 'a.md/'],
  },
  {
    name: 'everything but one folder',
    given: { ignore: '# all\n/*\n\n# but\n!/deploy\n/deploy/**/*.md\n' },
    left: ['deploy/', 'deploy/a.yaml', 'deploy/b/c.yaml'],
    out: ['a.yaml', 'docs/', 'docs/deploy', 'deploy/a.md', 'deploy/b/c.md'],
  },
  {
    name: 'a file of rules adds to the default exclusions, and may take one back',
    given: { files: { '': '/docs/\n!.sops.yaml\n' } },
    left: ['docs', 'a/docs/', '.sops.yaml', 'a.yaml'],
    out: ['docs/', 'docs/a.yaml', '.github/', 'a/.gitignore'],
  },
  {
    name: 'files of rules bear on their own folder, the nearer one first',
    given: { files: { '': '*.txt\n', 'a/b': '/x\ny/z\n!keep.txt\n' } },
    left: ['x', 'b/x', 'a/b/c/x', 'a/b/c/y/z', 'a/b/keep.txt', 'a/b/c/keep.txt', 'y/z'],
    out: ['a/b/x', 'a/b/y/z', 'keep.txt', 'a/b/c/other.txt'],
  },
  {
    name: 'spec.ignore after every file of rules: it has the last word',
    given: { files: { '': '*.txt\n', a: '*.txt\n' }, ignore: '!b.txt\n*.yaml\n' },
    left: ['b.txt', 'a/b.txt'],
    out: ['a.txt', 'a/a.txt', 'a/a.yaml'],
  },
  {
    name: 'below an ignored folder nothing comes back',
    given: { files: { '': 'a/\n!a/keep\n', a: '!keep\n' } },
    left: ['keep'],
    out: ['a/', 'a/keep'],
  },
  {
    name: 'letter case matters',
    given: { ignore: 'Docs' },
    left: ['docs', 'DOCS/'],
    out: ['Docs', 'a/Docs/'],
  },
  {
    name: 'a folder whose name would be a pattern',
    given: { files: { 'a[1]*': 'x\n' } },
    left: ['a1b/x', 'a1*/x'],
    out: ['a[1]*/x', 'a[1]*/b/x'],
  },
  {
    name: 'line ends of another system, a mark at the beginning, blanks and comments',
    given: { files: { '': '\u00ef\u00bb\u00bf#x\r\n \r\na\r\nb \r\n\\#c\r\n' } },
    left: ['#x', 'x'],
    out: ['a', 'b', '#c'],
  },
]
test.each(cases)('$name', async ({ given, left, out }) => {
  const { rules } = rulesOf(given)
  const ignored = await rules.ignored([...left, ...out])
  expect([...ignored].toSorted()).toEqual(out.toSorted())
})

test('every default exclusion begins with a dot: other names are passed by at once', () => {
  expect(defaultExclusions.filter((name) => !name.startsWith('.'))).toEqual([])
})

test('a file of rules is read once, and only when it bears on what is asked', async () => {
  const { rules, reads } = rulesOf({ files: { '': 'x', a: 'y', b: 'z' } })
  await rules.ignored(['a/1', 'c'])
  await rules.ignored(['a/2'])
  expect(reads).toEqual([['', 'a']])
  expect([rules.bearOn('c'), rulesOf({}).rules.bearOn(''), rulesOf({ ignore: '' }).rules.bearOn('')]).toEqual(
    [true, false, true],
  )
})

const long = 'x'.repeat(40)
const refused: { name: string; given: Given; says: string }[] = [
  {
    name: 'a file that is too large',
    given: { files: { a: long }, limits: { ignoreBytes: 30 } },
    says: 'a/.sourceignore is larger than allowed (40, limit ignoreBytes=30)',
  },
  {
    name: 'a pattern that is too long',
    given: { ignore: `a\n${long}`, limits: { ignorePatternBytes: 30 } },
    says: 'the pattern in line 2 of spec.ignore is longer than allowed (40, limit ignorePatternBytes=30)',
  },
  {
    name: 'too many patterns',
    given: { files: { '': 'a\nb', a: 'c\nd' }, ignore: '#\ne', limits: { ignorePatterns: 4 } },
    says: '.sourceignore and a/.sourceignore and spec.ignore hold more patterns than allowed (5, limit ignorePatterns=4)',
  },
  {
    name: 'too many files',
    given: { files: { '': '', a: '', b: '' }, limits: { ignoreFiles: 2 } },
    says: 'more .sourceignore files than allowed (3, limit ignoreFiles=2)',
  },
  {
    name: 'too many patterns of all folders',
    given: { files: { a: 'c\nd', b: 'c\nd' }, ignore: 'e', limits: { ignoreAllPatterns: 5 } },
    says: 'more patterns than allowed bear on its folders together (6, limit ignoreAllPatterns=5)',
  },
]
test.each(refused)('F35 $name is refused by the name of the limit', async ({ given, says }) => {
  const looked = rulesOf(given).rules.ignored(['a/b', 'b/b'])
  await expect(looked).rejects.toMatchObject({ reason: 'LimitExceeded', class: 'stalled' })
  await expect(looked).rejects.toThrow(`host: ${says}`)
  await expect(looked).rejects.toThrow('HEADWATER_GIT_LIMITS=')
})

test('F35 one text in many folders is read once, and so many patterns are refused before they cost anything', async () => {
  const text = Array.from({ length: 1900 }, (_, count) => `name-${count}-*.yaml`).join('\n')
  const reads: string[][] = []
  const read = async (ids: readonly string[]) => {
    reads.push([...ids])
    return new Map(ids.map((id) => [id, Buffer.from(text)]))
  }
  const rules = createIgnoreRules({ where: 'host', limits: defaultLimits, ignore: undefined, read })
  const folders = Array.from({ length: 60 }, (_, count) => `folder-${count}`)
  for (const folder of folders) rules.note(folder, 'same')
  expect([...(await rules.ignored(['folder-0/name-7-x.yaml', 'folder-0/other']))]).toEqual([
    'folder-0/name-7-x.yaml',
  ])
  const began = Date.now()
  await expect(rules.ignored(folders.map((folder) => `${folder}/file`))).rejects.toThrow(
    'limit ignoreAllPatterns=20000',
  )
  expect(Date.now() - began).toBeLessThan(500)
  expect(reads).toEqual([['same']])
})

test('rules that were let go of are made anew, and counted once', async () => {
  const limits = { ignorePatterns: 3, ignoreAllPatterns: 6 }
  const { rules } = rulesOf({ files: { a: 'x\ny', b: 'y\nz' }, ignore: 'k', limits })
  for (let round = 0; round < 3; round += 1) {
    expect([...(await rules.ignored(['a/x', 'a/z', 'b/x', 'b/z', 'b/k']))]).toEqual(['a/x', 'b/z', 'b/k'])
  }
})

test('a file of rules that is no text is refused by its name', async () => {
  await expect(rulesOf({ files: { a: '\u00ff' } }).rules.ignored(['a/b'])).rejects.toMatchObject({
    reason: 'InvalidIgnore',
    message: 'host: a/.sourceignore is no text in UTF-8; write it anew',
  })
})

describe('S13 a pattern that backtracks has an end', () => {
  const deep = `${'a/'.repeat(60)}c`
  const hostile = [
    { name: 'stars', pattern: `**/${'a*'.repeat(60)}b`, path: 'a'.repeat(250) },
    { name: 'stars and marks', pattern: `${'?*'.repeat(60)}b`, path: 'a'.repeat(250) },
    { name: 'ranges', pattern: `${'[a-c]*'.repeat(60)}b`, path: 'a'.repeat(250) },
    { name: 'folders', pattern: `${'a/**/'.repeat(12)}b`, path: deep },
    { name: 'folders anywhere', pattern: `${'**/a/'.repeat(12)}b`, path: deep },
    { name: 'both', pattern: `${'**/*a*/'.repeat(12)}b`, path: deep },
  ]
  test.each(hostile)('S13 $name', async ({ pattern, path: name }) => {
    const began = Date.now()
    const { rules } = rulesOf({ files: { '': pattern }, limits: { ignoreMs: 300 } })
    const told = await rules.ignored([name, 'other']).then(
      (ignored) => [...ignored],
      (error: Error) => error.message,
    )
    const refusal =
      'host: matching its paths with patterns, at last those of the default exclusions and .sourceignore, takes longer than ignoreMs=300; write fewer patterns, with fewer "**", or raise it by HEADWATER_GIT_LIMITS=ignoreMs=600'
    expect([[], refusal]).toContainEqual(told)
    expect(Date.now() - began).toBeLessThan(5_000)
  })
})

describe('S13 patterns have one time for all paths of a question', () => {
  const paths = Array.from({ length: 10_000 }, (_, count) => `${'a/'.repeat(12)}${count}`)
  const slow = { '': `${'a/**/'.repeat(6)}b` }

  test('S13 many paths, each of them quick', async () => {
    const { rules } = rulesOf({ files: slow, limits: { ignoreMs: 20 } })
    await expect(rules.ignored(paths)).rejects.toThrow('ignoreMs=20')
  })

  test('S13 many questions of one reading', async () => {
    const { rules } = rulesOf({ files: slow, limits: { ignoreMs: 300 } })
    const asked = async (): Promise<void> => {
      for (let at = 0; at < paths.length; at += 100) await rules.ignored(paths.slice(at, at + 100))
    }
    await expect(asked()).rejects.toThrow('ignoreMs=300')
  })

  test('S13 a deadline passes meanwhile', async () => {
    const { rules } = rulesOf({ files: slow, limits: { ignoreMs: 600_000 } })
    await rules.ignored(['a'])
    const late = (): Error => new Error('late')
    const asked = withDeadline({ clock: createSystemClock(), timeoutMs: 60, late }, () =>
      rules.ignored(paths),
    )
    await expect(asked).rejects.toThrow('late')
  })
})

describe('git itself says the same', () => {
  const parts = ['a', 'b', 'ab', 'x.y', 'c d', '#e', '!f']
  const pieces = ['a', 'b', '*', '?', '[ab]', '[!a]', 'x.*', '**', 'c d', 'ab', '*b']

  test.each([1, 3, 4, 5, 6, 7])('made-up rules %i', async (seed) => {
    const random = createSeededRandom(seed)
    const pick = (list: readonly string[]): string => list[Math.floor(random.next() * list.length)] ?? ''
    const chance = (of: number): boolean => random.next() < of
    const pattern = (): string => {
      const depth = 1 + Math.floor(random.next() * 3)
      const body = Array.from({ length: depth }, () => pick(pieces)).join('/')
      return `${chance(0.3) ? '!' : ''}${chance(0.3) ? '/' : ''}${body}${chance(0.25) ? '/' : ''}`
    }
    const text = (): string => Array.from({ length: 4 }, pattern).join('\n')
    const folder = (): string =>
      Array.from({ length: 1 + Math.floor(random.next() * 2) }, () => pick(parts)).join('/')
    const paths = new Set<string>()
    for (let count = 0; count < 60; count += 1) paths.add(`${folder()}/${folder()}/${pick(parts)}.yaml`)
    const files: Record<string, string> = { '': text() }
    for (const name of [...paths].slice(0, 3)) files[path.dirname(name)] = text()
    files[path.dirname(path.dirname([...paths][0] ?? ''))] = text()

    const root = await mkdtemp(path.join(tmpdir(), 'headwater-ignore-'))
    for (const name of [...paths, ...Object.keys(files).map((name) => path.join(name, '.gitignore'))]) {
      await mkdir(path.join(root, path.dirname(name)), { recursive: true })
      await writeFile(path.join(root, name), files[path.dirname(name).replace(/^\.$/, '')] ?? '')
    }
    const want = await checkIgnore(root, [...paths])
    await rm(root, { recursive: true })

    const { rules } = rulesOf({ files })
    const ignored = [...(await rules.ignored([...paths]))].toSorted()
    // Neither all nor nothing, or it would say little.
    expect(want.length % paths.size).not.toBe(0)
    expect({ files, ignored }).toEqual({ files, ignored: want })
  })
})

/** What `git check-ignore` says of paths of a folder. */
async function checkIgnore(root: string, paths: readonly string[]): Promise<string[]> {
  const git = (args: string[], input = '') =>
    new Promise<string>((resolve, reject) => {
      const child = execFile('git', args, { cwd: root, env: gitEnvironment(root) }, (error, stdout) =>
        error !== null && error.code !== 1 ? reject(error) : resolve(stdout),
      )
      child.stdin?.end(input)
    })
  await git(['init', '--quiet'])
  const told = await git(['check-ignore', '--no-index', '-z', '--stdin'], paths.join('\0'))
  return told.split('\0').filter(Boolean).toSorted()
}
