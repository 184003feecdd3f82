import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A repository on disk for a test, made by the real git, needing nobody's git configuration. */
export interface GitFixture {
  /** Absolute path of the work tree. */
  directory: string
  /** Runs git in it and answers with what it printed, trimmed. */
  git: (...args: string[]) => Promise<string>
  /**
   * Writes files (`null` removes one), commits, and answers with the commit's id. Paths are relative to the work tree.
   */
  commit: (files: Record<string, string | null>, message?: string) => Promise<string>
  remove: () => Promise<void>
}

/** Makes an empty repository with the branch `main` in a temporary folder. */
export async function createGitFixture(): Promise<GitFixture> {
  const parent = await mkdtemp(path.join(tmpdir(), 'headwater-git-'))
  const directory = path.join(parent, 'repository')
  await mkdir(directory)
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await run('git', ['-c', 'commit.gpgsign=false', '-c', 'tag.gpgsign=false', ...args], {
      cwd: directory,
      env: gitEnvironment(parent),
    })
    return stdout.trim()
  }
  await git('init', '--quiet', '-b', 'main')
  return {
    directory,
    git,
    async commit(files, message = 'change') {
      for (const [name, text] of Object.entries(files)) {
        const file = path.join(directory, name)
        await mkdir(path.dirname(file), { recursive: true })
        await (text === null ? rm(file) : writeFile(file, text))
      }
      await git('add', '--all')
      await git('commit', '--quiet', '--allow-empty', '-m', message)
      return git('rev-parse', 'HEAD')
    },
    remove: () => rm(parent, { recursive: true, force: true }),
  }
}

/** An environment in which git reads no configuration but the repository's own. */
export function gitEnvironment(home: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ana',
    GIT_AUTHOR_EMAIL: 'ana@example.com',
    GIT_AUTHOR_DATE: '2026-11-02T10:00:00Z',
    GIT_COMMITTER_NAME: 'Ana',
    GIT_COMMITTER_EMAIL: 'ana@example.com',
    GIT_COMMITTER_DATE: '2026-11-02T10:00:00Z',
  }
}
