/** What of a repository to follow; exactly one is set. Precedence as in Flux: commit, name, semver, tag, branch. */
export interface RefSelector {
  branch?: string
  tag?: string
  /** A range, `>=1.0.0 <2.0.0`: the highest matching tag. */
  semver?: string
  /** A full ref name, `refs/pull/420/head`. */
  name?: string
  commit?: string
}

/** A commit, pinned once: every file of a revision comes from it. */
export interface Head {
  /** `main@sha1:<40 hex>`. */
  revision: string
  commit: string
}

/** A file of a commit. Symbolic links and submodules are never followed and never listed. */
export interface SourceFile {
  /** From the root of the repository, `/` between parts. */
  path: string
  /** The blob's object id, 40 hex: the same id means the same bytes. */
  oid: string
  executable: boolean
  bytes: Uint8Array
}

/** What `trace` tells of a commit. */
export interface CommitInfo {
  subject: string
  author: string
  /** RFC 3339. */
  committedAt: string
}

/** A commit that was seen before; the repository need not hold it any more. */
export interface KnownCommit {
  commit: string
  /** RFC 3339: spares looking through what is older. */
  committedAt?: string
}

/**
 * One repository, opened with one set of credentials. Errors are HeadwaterErrors with a reason: `AuthenticationFailed`,
 * `RepositoryNotFound`, `RefNotFound`, `InvalidRef`, `InvalidURL`, `InvalidPath`, `LimitExceeded` (stalled) and
 * `NetworkError`, `Timeout`, `Throttled`, `GitOperationFailed` (backoff). A source that is gone, refused or unreadable
 * throws; it never answers with no files.
 */
export interface Source {
  head(ref: RefSelector): Promise<Head>
  /**
   * The files at or below the given paths (a file, or a folder without a trailing `/`; `''` is the root) in a commit.
   * A path that does not exist in the commit gives nothing: the caller decides what that means.
   */
  files(commit: string, paths: readonly string[]): Promise<SourceFile[]>
  commit(commit: string): Promise<CommitInfo>
  /**
   * Whether a commit has the other in its past: no means that history was rewritten. Undefined where that cannot be told
   * at the price of one fetch of some commits.
   */
  descends(commit: string, ancestor: KnownCommit): Promise<boolean | undefined>
}

/** How to reach a repository. */
export interface SourceLocation {
  url: string
  credentials?: { username?: string; password?: string; bearerToken?: string }
  timeoutMs: number
}

/** Opens a repository; nothing is read yet. */
export type OpenSource = (location: SourceLocation) => Source
