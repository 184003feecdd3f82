import * as fs from 'node:fs'
import path from 'node:path'
import * as git from 'isomorphic-git'
import { stalled, transient } from '../../api/errors.ts'
import type { Source } from '../source.ts'
import { descends, type ReadPast } from './ancestry.ts'
import { defaultLimits, type GitLimits } from './limits.ts'
import { parseCommit, type GitObject } from './object.ts'
import { readCommitInfo, type Objects } from './objects.ts'
import { readFiles } from './read-files.ts'
import { selectHead, type RefLookup } from './refs.ts'

/**
 * A repository on this machine, bare or not: only its objects and refs are read, never its work tree, its hooks or its
 * configuration. There is no deadline, as nothing here waits for a network.
 */
export function createLocalGitSource(directory: string, limits: GitLimits = defaultLimits): Source {
  // A cache lives for one look: packs may be rewritten between two.
  const open = async (): Promise<ObjectStore> => ({ fs, gitdir: await findGitdir(directory), cache: {} })
  const openObjects = async () => objectsOf(await open(), directory, limits)
  return {
    async head(ref, { inForce } = {}) {
      const store = await open()
      const objects = objectsOf(store, directory, limits)
      const contains = async (tip: string, commit: string) =>
        (await descends(pastOf(objects), { commit: tip, ancestor: { commit }, limits })) ??
        ({ name: 'commits', limit: limits.commits } as const)
      const options = { where: directory, inForce }
      const found = await selectHead({ ...refLookup(store), contains }, ref, options)
      await readCommitInfo(objects, found.commit)
      return found
    },
    async files(commit, paths, options) {
      return readFiles(await openObjects(), commit, paths, options)
    },
    async commit(commit) {
      return readCommitInfo(await openObjects(), commit)
    },
    async verify(head, options) {
      const store = await open()
      const objects = objectsOf(store, directory, limits)
      const ports = {
        where: directory,
        read: (oid: string) => objects.commit(oid),
        resolve: (name: string) => refLookup(store).resolve(name),
      }
      const { verifyHead } = await import('./verify/verify-head.ts')
      return verifyHead(head, options, ports)
    },
    async descends(commit, ancestor) {
      return descends(pastOf(await openObjects()), { commit, ancestor, limits })
    },
  }
}

function pastOf(objects: Objects): ReadPast {
  return async (oid) => {
    const object = await objects.commit(oid)
    return object?.type === 'commit' ? parseCommit(object.content) : undefined
  }
}

/** A repository as isomorphic-git takes it: where it lies, and the cache of what was read of it. */
interface ObjectStore {
  fs: typeof fs
  /** The folder with `objects` and `refs`. */
  gitdir: string
  cache: object
}

function objectsOf(store: ObjectStore, where: string, limits: GitLimits): Objects {
  const read = async (oid: string): Promise<GitObject | undefined> => {
    try {
      const { type, object } = await git.readObject({ ...store, oid, format: 'content' })
      if (!(object instanceof Uint8Array) || !isObjectType(type)) return undefined
      return { type, content: Buffer.from(object.buffer, object.byteOffset, object.byteLength) }
    } catch (error) {
      if (error instanceof git.Errors.NotFoundError) return undefined
      const why = error instanceof Error ? error.message : String(error)
      throw transient('GitOperationFailed', `${where} cannot be read: ${why}`, error)
    }
  }
  return {
    where,
    limits,
    commit: read,
    async read(oids) {
      const found = new Map<string, GitObject>()
      for (const oid of new Set(oids)) {
        const object = await read(oid)
        if (object === undefined) {
          throw transient('GitOperationFailed', `${where} cannot be read: it has no object ${oid}`)
        }
        found.set(oid, object)
      }
      return found
    },
  }
}

function isObjectType(type: string): type is GitObject['type'] {
  return ['commit', 'tree', 'blob', 'tag'].includes(type)
}

function refLookup(store: ObjectStore): Omit<RefLookup, 'contains'> {
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
    async resolve(fullName) {
      try {
        return await git.resolveRef({ ...store, ref: fullName })
      } catch (error) {
        if (error instanceof git.Errors.NotFoundError) return undefined
        throw error
      }
    },
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
