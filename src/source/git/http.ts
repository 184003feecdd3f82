import { createHash } from 'node:crypto'
import * as git from 'isomorphic-git'
import { stalled, transient } from '../../api/errors.ts'
import type { Clock } from '../../api/clock.ts'
import type { Source, SourceLocation } from '../source.ts'
import { descends } from './ancestry.ts'
import { createHttpClient, withDeadline } from './http-client.ts'
import { asGitError } from './errors.ts'
import { createMemoryFs } from './memory-fs.ts'
import { readCommitInfo, readFiles, type ObjectStore } from './objects.ts'
import { selectHead, type RefLookup } from './refs.ts'
import { displayUrl } from './url.ts'

const gitdir = '/repository.git'
/** How many commits deep the past is fetched to see what a head descends from. */
const pastDepth = 20

/**
 * A repository behind http or https. Heads are listed without fetching; a commit is fetched alone (depth 1) into memory
 * when its files are first asked for, and only the last one fetched is kept. `timeoutMs` bounds each question whole.
 */
export function createHttpGitSource(location: SourceLocation, ports: { clock: Clock }): Source {
  const { url } = location
  const where = displayUrl(url)
  let last: { commit: string; store: Promise<ObjectStore> } | undefined

  const ask = <T>(question: (http: git.HttpClient) => Promise<T>): Promise<T> =>
    withDeadline({ clock: ports.clock, timeoutMs: location.timeoutMs, where }, async (signal) => {
      try {
        return await question(createHttpClient({ location, signal }))
      } catch (error) {
        throw asGitError(error, where)
      }
    })

  /** One fetch per commit, shared by whoever asks meanwhile; a failed one is forgotten. */
  const fetched = (http: git.HttpClient, commit: string): Promise<ObjectStore> => {
    if (last?.commit === commit) return last.store
    const store = fetchCommit({ http, url, where, commit })
    const entry = { commit, store }
    last = entry
    store.catch(() => {
      if (last === entry) last = undefined
    })
    return store
  }

  return {
    head: (ref) => ask((http) => selectHead(refLookup(http, url), ref, where)),
    files: (commit, paths) => ask(async (http) => readFiles(await fetched(http, commit), commit, paths)),
    commit: (commit) => ask(async (http) => readCommitInfo(await fetched(http, commit), commit)),
    descends: (commit, ancestor) =>
      ask(async (http) => {
        // The parents stand in the commit itself: most pushes need no more.
        const told = await descends(await fetched(http, commit), commit, ancestor)
        if (told !== undefined) return told
        const extent = { remoteRef: commit, depth: pastDepth, singleBranch: true, tags: false }
        return descends(await fetchInto({ http, url, where, commit }, extent), commit, ancestor)
      }),
  }
}

function refLookup(http: git.HttpClient, url: string): RefLookup {
  const list = (prefix: string): Promise<git.ServerRef[]> =>
    git.listServerRefs({ http, url, prefix, peelTags: true })
  return {
    async find(fullName) {
      // The prefix matches longer names too.
      const ref = (await list(fullName)).find((candidate) => candidate.ref === fullName)
      return ref?.peeled ?? ref?.oid
    },
    async tags() {
      const refs = await list('refs/tags/')
      return new Map(refs.map(({ ref, peeled, oid }) => [ref.slice('refs/tags/'.length), peeled ?? oid]))
    },
  }
}

interface FetchOptions {
  http: git.HttpClient
  url: string
  where: string
  commit: string
}

/**
 * A commit's objects in memory. Servers hand out a commit by its id when it is the tip of a ref, most (GitHub, GitLab)
 * also when it is merely reachable; where that is refused, the branches and tags are fetched whole. isomorphic-git
 * takes a refusal for an empty answer, so that only the missing commit tells.
 */
async function fetchCommit(options: FetchOptions): Promise<ObjectStore> {
  const alone = await fetchInto(options, {
    remoteRef: options.commit,
    depth: 1,
    singleBranch: true,
    tags: false,
  })
  if (await hasCommit(alone, options.commit)) return alone
  return fetchInto(options, { singleBranch: false, tags: true })
}

async function fetchInto(
  { http, url, where, commit }: FetchOptions,
  extent: { remoteRef?: string; depth?: number; singleBranch: boolean; tags: boolean },
): Promise<ObjectStore> {
  const store: ObjectStore = { fs: createMemoryFs(), gitdir, cache: {}, where }
  await git.init({ fs: store.fs, gitdir, bare: true })
  await git.addRemote({ ...store, remote: 'origin', url })
  const { fetchHead } = await git.fetch({ ...store, ...extent, http, remote: 'origin' })
  if (fetchHead === null) {
    throw stalled('RefNotFound', `${where} has no commit ${commit}: it is empty; push something`)
  }
  await checkPacks(store)
  return store
}

async function hasCommit(store: ObjectStore, commit: string): Promise<boolean> {
  try {
    await git.readCommit({ ...store, oid: commit })
    return true
  } catch (error) {
    if (error instanceof git.Errors.NotFoundError) return false
    // Something else than a commit is there; whoever reads it says so.
    if (error instanceof git.Errors.ObjectTypeError) return true
    throw error
  }
}

/** A pack ends with the SHA-1 of all before it; isomorphic-git does not look, and would take a torn one. */
async function checkPacks({ fs, where }: ObjectStore): Promise<void> {
  const folder = `${gitdir}/objects/pack`
  for (const name of await fs.promises.readdir(folder)) {
    if (!name.endsWith('.pack')) continue
    const bytes = Buffer.from(await fs.promises.readFile(`${folder}/${name}`))
    const sum = createHash('sha1').update(bytes.subarray(0, -20)).digest()
    if (!sum.equals(bytes.subarray(-20))) {
      throw transient('NetworkError', `${where} sent a pack whose checksum is wrong; trying again`)
    }
  }
}
