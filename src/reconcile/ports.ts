import type { BlobStore } from '../blob/blob.ts'
import type { Clock, Random } from '../api/clock.ts'
import type { OpenSource } from '../source/source.ts'
import type { SecretResolver } from '../secret/secret.ts'
import type { Store } from '../store/store.ts'
import type { AnyTarget } from '../target/target.ts'
import type { BicepCompiler, BuildFacts } from '../build/index.ts'

/** Structured log lines; pino fits. */
export interface Log {
  debug(fields: Record<string, unknown>, message: string): void
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
}

/** All that the loop reaches the world through. Tests and simulations give their own. */
export interface ControllerPorts {
  store: Store
  blobs: BlobStore
  openSource: OpenSource
  secrets: SecretResolver
  /** The driver of a deployable kind, loaded on first use; undefined for a kind without one. */
  target(kind: string): Promise<AnyTarget | undefined>
  /** Facts about resource types for the checks of a build; left out where loading them is too dear (functions). */
  facts?: () => Promise<BuildFacts>
  /** The Bicep compiler, loaded on first use; left out where there can be none. */
  bicep?: () => Promise<BicepCompiler>
  clock: Clock
  random: Random
  log: Log
  /** How long a step may hold an object before another may take over, in milliseconds; default 30 s, 120 s where git is read. */
  leaseMs?: number
}
