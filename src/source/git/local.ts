import * as fs from 'node:fs'
import path from 'node:path'
import * as git from 'isomorphic-git'
import { stalled } from '../../api/errors.ts'
import type { Source } from '../source.ts'
import { descends } from './ancestry.ts'
import { readCommitInfo, readFiles, type ObjectStore } from './objects.ts'
import { selectHead, type RefLookup } from './refs.ts'

/**
 * A repository on this machine, bare or not: only its objects and refs are read, never its work tree, its hooks or its
 * configuration. There is no deadline, as nothing here waits for a network.
 */
export function createLocalGitSource(directory: string): Source {
  // A cache lives for one look: packs may be rewritten between two.
  const open = async (): Promise<ObjectStore> => ({
    fs,
    gitdir: await findGitdir(directory),
    cache: {},
    where: directory,
  })
  return {
    async head(ref) {
      const store = await open()
      const found = await selectHead(refLookup(store), ref, directory)
      await readCommitInfo(store, found.commit)
      return found
    },
    async files(commit, paths) {
      return readFiles(await open(), commit, paths)
    },
    async commit(commit) {
      return readCommitInfo(await open(), commit)
    },
    async descends(commit, ancestor) {
      return descends(await open(), commit, ancestor)
    },
  }
}

function refLookup(store: ObjectStore): RefLookup {
  const find = async (fullName: string): Promise<string | undefined> => {
    try {
      const oid = await git.resolveRef({ ...store, ref: fullName })
      return (await git.readCommit({ ...store, oid })).oid
    } catch (error) {
      if (error instanceof git.Errors.NotFoundError || error instanceof git.Errors.ObjectTypeError)
        return undefined
      throw error
    }
  }
  return {
    find,
    async tags() {
      const commits = new Map<string, string>()
      for (const tag of await git.listTags(store)) {
        const commit = await find(`refs/tags/${tag}`)
        if (commit !== undefined) commits.set(tag, commit)
      }
      return commits
    },
  }
}

/** The folder with the objects and refs: the repository itself, its `.git`, or where a `.git` file of a work tree leads. */
async function findGitdir(directory: string): Promise<string> {
  const gitdir = (await followGitFile(path.join(directory, '.git'))) ?? directory
  const commondir = await readText(path.join(gitdir, 'commondir'))
  const common = commondir === undefined ? gitdir : path.resolve(gitdir, commondir.trim())
  if ((await kindOf(path.join(common, 'objects'))) !== 'directory') {
    throw stalled(
      'RepositoryNotFound',
      `${directory} is not a git repository on this machine; correct the url`,
    )
  }
  return common
}

async function followGitFile(dotGit: string): Promise<string | undefined> {
  const kind = await kindOf(dotGit)
  if (kind === 'directory') return dotGit
  if (kind === undefined) return undefined
  const target = /^gitdir: (.+)$/m.exec((await readText(dotGit)) ?? '')?.[1]
  return target === undefined ? undefined : path.resolve(path.dirname(dotGit), target)
}

async function kindOf(file: string): Promise<'directory' | 'file' | undefined> {
  return orMissing(async () => ((await fs.promises.stat(file)).isDirectory() ? 'directory' : 'file'))
}

async function readText(file: string): Promise<string | undefined> {
  return orMissing(() => fs.promises.readFile(file, 'utf8'))
}

async function orMissing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return undefined
    }
    throw error
  }
}
