import { createHash } from 'node:crypto'
import { stalled } from '../../src/api/errors.ts'
import { defaultLimits } from '../../src/source/git/limits.ts'
import { createIgnoreRules } from '../../src/source/ignore-rules.ts'
import type { OpenSource, SkippedEntry, SourceFile } from '../../src/source/source.ts'
import { checkNames } from '../../src/source/twins.ts'

/** A repository in memory: every `commit` is a whole new set of files, by path. */
export interface ModelRepository {
  /** Makes the files the head and answers its commit id. */
  commit(files: Record<string, string>): string
  /** Makes an earlier commit the head again, as a forced push does. */
  reset(commit: string): void
  /** Every later look fails with this, until undefined. */
  breakWith(error: Error | undefined): void
  open: OpenSource
  /** Told as passed over to whoever reads from now on. */
  skip(entries: readonly SkippedEntry[]): void
  /** How often files were read. */
  reads(): number
}

/** Makes an empty repository with a branch `main`. */
export function createModelRepository(): ModelRepository {
  const commits = new Map<string, Record<string, string>>()
  let head: string | undefined
  let failure: Error | undefined
  let reads = 0
  let skipped: readonly SkippedEntry[] = []
  const check = () => {
    if (failure !== undefined) throw failure
  }
  return {
    commit(files) {
      const id = createHash('sha1')
        .update(`${commits.size}${JSON.stringify(files)}`)
        .digest('hex')
      commits.set(id, files)
      head = id
      return id
    },
    reset: (commit) => void (head = commit),
    breakWith: (error) => void (failure = error),
    skip: (entries) => void (skipped = entries),
    reads: () => reads,
    open: () => ({
      async head() {
        check()
        if (head === undefined) throw stalled('RefNotFound', 'the repository has no commit')
        return { revision: `main@sha1:${head}`, commit: head }
      },
      async descends(commit, ancestor) {
        check()
        const order = [...commits.keys()]
        return order.indexOf(commit) >= order.indexOf(ancestor.commit)
      },
      async files(commit, paths, options = {}) {
        check()
        reads += 1
        for (const entry of skipped) options.onSkipped?.(entry)
        const files = Object.entries(commits.get(commit) ?? {})
        const isAsked = (path: string) =>
          paths.some((asked) => asked === '' || path === asked || path.startsWith(`${asked}/`))
        const read = files.filter(([path]) => isAsked(path))
        checkNames(
          'the repository',
          read.map(([path]) => path),
        )
        const rules = createIgnoreRules({
          where: 'the repository',
          limits: defaultLimits,
          ignore: options.ignore,
          read: async () => new Map(),
        })
        const ignored = await rules.ignored(read.map(([path]) => path))
        return read.filter(([path]) => !ignored.has(path)).map(([path, text]) => fileOf(path, text))
      },
      async commit(commit) {
        check()
        return { subject: `commit ${commit.slice(0, 7)}`, author: 'Ana', committedAt: '2026-01-01T00:00:00Z' }
      },
    }),
  }
}

function fileOf(path: string, text: string): SourceFile {
  const bytes = new TextEncoder().encode(text)
  return { path, oid: createHash('sha1').update(bytes).digest('hex'), executable: false, bytes }
}
