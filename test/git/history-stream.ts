import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { gitEnvironment, type GitFixture } from '../git-fixture.ts'

/** A stream for `git fast-import` and the files that its branch holds so far. */
export interface HistoryStream {
  /** Paths and contents at the tip; links and submodules are not among them. */
  files: Map<string, Buffer>
  put(path: string, mode: string, content: Buffer): void
  link(path: string, target: string): void
  submodule(path: string, commit: string): void
  remove(path: string): void
  /** A file or a whole folder. */
  rename(from: string, to: string): void
  clear(): void
  /** Begins a commit; what follows changes it. Answers its mark. */
  commit(branch: string, parents: { from?: number; merge?: readonly number[] }): number
  tag(name: string, mark: number): void
  /** Runs git over it; answers the commits of marks. */
  import(fixture: GitFixture, marks: readonly number[]): Promise<string[]>
}

/** An empty one. */
export function createHistoryStream(): HistoryStream {
  const stream: Buffer[] = []
  const files = new Map<string, Buffer>()
  let time = 1_700_000_000
  let mark = 0
  const say = (text: string) => stream.push(Buffer.from(text))
  const data = (content: Buffer) => {
    say(`data ${content.length}\n`)
    stream.push(content, Buffer.from('\n'))
  }
  return {
    files,
    put(path, mode, content) {
      say(`M ${mode} inline ${quote(path)}\n`)
      data(content)
      files.set(path, content)
    },
    link(path, target) {
      say(`M 120000 inline ${quote(path)}\n`)
      data(Buffer.from(target))
    },
    submodule: (path, commit) => void say(`M 160000 ${commit} ${quote(path)}\n`),
    remove(path) {
      say(`D ${quote(path)}\n`)
      for (const file of files.keys()) if (file === path || file.startsWith(`${path}/`)) files.delete(file)
    },
    rename(from, to) {
      say(`R ${quote(from)} ${quote(to)}\n`)
      for (const [file, content] of files) {
        if (file !== from && !file.startsWith(`${from}/`)) continue
        files.delete(file)
        files.set(to + file.slice(from.length), content)
      }
    },
    clear() {
      say('deleteall\n')
      files.clear()
    },
    commit(branch, { from, merge = [] }) {
      mark += 1
      time += 60
      say(`commit refs/heads/${branch}\nmark :${mark}\ncommitter Ana <ana@example.com> ${time} +0100\n`)
      data(Buffer.from(`change ${mark}\n`))
      if (from !== undefined) say(`from :${from}\n`)
      for (const other of merge) say(`merge :${other}\n`)
      return mark
    },
    tag(name, of) {
      say(`tag ${name}\nfrom :${of}\ntagger Ana <ana@example.com> ${time} +0000\n`)
      data(Buffer.from('a tag\n'))
    },
    async import(fixture, marks) {
      say('done\n')
      // Each version of a file as a delta of the one before, so that chains get long.
      const args = ['fast-import', '--quiet', '--done', '--depth=120', '--export-marks=.git/marks']
      await runGit(fixture, args, Buffer.concat(stream))
      const lines = (await readFile(`${fixture.directory}/.git/marks`, 'utf8')).trim().split('\n')
      const known = new Map(lines.map((line) => line.split(' ') as [string, string]))
      return marks.map((wanted) => known.get(`:${wanted}`) ?? '')
    },
  }
}

/** Runs git with something on its standard input; answers what it printed. */
export async function runGit(fixture: GitFixture, args: readonly string[], input: Buffer): Promise<string> {
  const child = spawn('git', args, {
    cwd: fixture.directory,
    env: gitEnvironment(fixture.directory),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let [printed, complaint] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  // One that reads nothing may be gone by now.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`git ${args[0]} ended with ${String(code)}: ${complaint}`)
  return printed.trim()
}

function quote(path: string): string {
  const escaped = [...Buffer.from(path)].map((byte) =>
    byte < 32 || byte > 126 || byte === 34 || byte === 92
      ? `\\${byte.toString(8).padStart(3, '0')}`
      : String.fromCodePoint(byte),
  )
  return `"${escaped.join('')}"`
}
