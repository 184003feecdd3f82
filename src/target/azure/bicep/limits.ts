import { totalmem } from 'node:os'

/** What one compiler may use. */
export interface BicepLimits {
  /** Of one call, the start of the process included, in milliseconds. */
  callMs: number
  /** Of one call, on its standard output. */
  outputBytes: number
  /** Above it a process is ended after its call, and the next call starts another. */
  recycleAboveBytes: number
  /** Above it a process is killed in its call. */
  killAboveBytes: number
  /** A process that nobody needs is ended after this long, in milliseconds. */
  idleMs: number
  /** The same for one whose environment a manifest has set. */
  ownEnvironmentIdleMs: number
  /** Files that one template may be made of, and their bytes in all. */
  files: number
  fileBytes: number
}

const mebibyte = 1024 * 1024

/**
 * Measured with 0.49.2: the start takes 1.5 s, the first compile 0.75 s, the worst of 784 public templates 8 s
 * on a machine of its own; 233 MB
 * after one file, 865 MB after 61, as every distinct file stays in memory. A small
 * function must not be taken down by it, so that a part of the machine is the most.
 */
export const defaultLimits: BicepLimits = {
  callMs: 60_000,
  outputBytes: 64 * mebibyte,
  recycleAboveBytes: Math.min(700 * mebibyte, 0.4 * totalmem()),
  killAboveBytes: Math.min(1536 * mebibyte, 0.6 * totalmem()),
  idleMs: 300_000,
  ownEnvironmentIdleMs: 5_000,
  files: 1_000,
  fileBytes: 64 * mebibyte,
}
