import type { GitProvider } from '../api/git-provider.ts'
import type { HostFacts, ShelfPointer } from '../api/status.ts'

export type { GitProvider, HostFacts, ShelfPointer }

/** What of a repository to follow; exactly one is set. Precedence as in Flux: commit, name, semver, tag, branch. */
export interface RefSelector {
  branch?: string
  tag?: string
  /** A range, `>=1.0.0 <2.0.0`: the highest matching tag. */
  semver?: string
  /** With `semver`: what a tag must begin with; the version is what follows. */
  tagPrefix?: string
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

/**
 * A file of a commit. A symbolic link to something in the same commit stands for what it leads to; links that lead
 * elsewhere, submodules, and what is ignored are never followed and never listed.
 */
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
 * Objects that outlive a process: who reads a path again downloads what changed and no more. All of it can be lost.
 * A reader takes what `pointer` names and moves it on; the caller keeps it.
 */
export interface ObjectShelf {
  pointer: ShelfPointer | undefined
  get(sha256: string): Promise<Uint8Array | undefined>
  put(bytes: Uint8Array): Promise<string>
}

/** What lies at or below a path but is not among its files. */
export interface SkippedEntry {
  path: string
  /** `ignored`: a path that was asked for by its name; what is ignored below a folder is not told. */
  what: 'submodule' | 'link' | 'ignored'
  /** Why a link was not followed. */
  why?: string
}

/** How files are read. */
export interface ReadOptions {
  shelf?: ObjectShelf
  /** Branch, tag or full name that led to the commit: some servers hand out only what lies behind a ref. */
  pointer?: string | undefined
  /**
   * Patterns of gitignore(5) for what is not there, from the root of the repository: in place of the default exclusions,
   * and before the repository's own `.sourceignore` files, which always hold.
   */
  ignore?: string
  /** Told of each entry that is passed over. */
  onSkipped?(entry: SkippedEntry): void
}

/** How fresh a head must be. */
export interface HeadOptions {
  /**
   * The revision that was found last: where it is a commit on a branch (`commit` and `branch`), that it lies there is not
   * looked at again.
   */
  inForce?: string | undefined
  /** A look that began after this time (milliseconds since the epoch) will do; absent: a new one. */
  since?: number
}

/** Whose signatures are asked for, and on what. */
export interface VerifyOptions {
  mode: 'HEAD' | 'Tag' | 'TagAndHEAD'
  /** PGP public keys and lines of `allowed_signers`; never from the repository itself. */
  signers: string
  /** Milliseconds since the epoch. */
  now: number
}

/**
 * One repository, opened with one set of credentials. Errors are HeadwaterErrors with a reason: `AuthenticationFailed`,
 * `RepositoryNotFound`, `RefNotFound`, `InvalidRef`, `InvalidURL`, `InvalidPath`, `LimitExceeded` (stalled) and
 * `NetworkError`, `ProtocolError`, `Timeout`, `Throttled`, `GitOperationFailed` (backoff). A source that is gone, refused
 * or unreadable throws; it never answers with no files.
 */
export interface Source {
  head(ref: RefSelector, options?: HeadOptions): Promise<Head>
  /**
   * The files at or below the given paths (a file, or a folder without a trailing `/`; `''` is the root) in a commit.
   * A path that does not exist in the commit gives nothing: the caller decides what that means.
   */
  files(commit: string, paths: readonly string[], options?: ReadOptions): Promise<SourceFile[]>
  commit(commit: string): Promise<CommitInfo>
  /**
   * Whether a commit has the other in its past: no means that history was rewritten. Undefined where that cannot be told
   * at the price of one fetch of some commits.
   */
  descends(commit: string, ancestor: KnownCommit): Promise<boolean | undefined>
  /** Who signed a head. What is not signed by one of the signers is a `stalled` error, `SignatureInvalid`. */
  verify?(head: Head, options: VerifyOptions): Promise<string[]>
  /** What was learned of the host by now; undefined for a repository on this machine. */
  facts?(): HostFacts | undefined
  /** Lets go of connections and memory; a later question opens them again. */
  close?(): Promise<void>
}

/** What opens a door, and what is expected behind it. */
export interface SourceCredentials {
  username?: string
  password?: string
  bearerToken?: string
  /** PEM: the authority that a server's certificate is checked against. */
  ca?: string
  /** PEM: who we are to a server that asks for a certificate. */
  clientCertificate?: string
  clientKey?: string
  /** For ssh: a private key, its passphrase is `password`; and lines of `known_hosts`. */
  identity?: string
  knownHosts?: string
  /** For the provider `github`: an App, where it is installed (an id, or the owner's name), its private key as PEM. */
  githubAppId?: string
  githubAppInstallationId?: string
  githubAppInstallationOwner?: string
  githubAppPrivateKey?: string
  /** Its API, where it is not github.com's: `https://HOST/api/v3`. */
  githubAppBaseUrl?: string
}

/** Who the controller itself is, for hosts that know it by its identity in a cloud. Errors are HeadwaterErrors. */
export interface CloudIdentities {
  /** Credentials of its role in AWS, good for some minutes at least. */
  aws(): Promise<AwsKeys>
  /** An Entra token for Azure DevOps; `isStale`: the last one was refused, another is wanted. */
  azureDevOps(isStale: boolean): Promise<string>
}

/** What AWS knows somebody by. */
export interface AwsKeys {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string | undefined
}

/** How to reach a repository. */
export interface SourceLocation {
  url: string
  /** Default: `generic`. */
  provider?: GitProvider
  credentials?: SourceCredentials
  timeoutMs: number
  /** What `Source.facts` told earlier. */
  facts?: HostFacts
}

/** Opens a repository; nothing is read yet. */
export type OpenSource = (location: SourceLocation) => Source
