import type { Clock, Random } from '../api/clock.ts'
import type { BlobStore } from '../blob/blob.ts'
import type { AnyTarget } from '../target/target.ts'
import type { Settings } from './settings.ts'

/** What targets need of the rest. */
export interface TargetPorts {
  blobs: BlobStore
  clock: Clock
  random: Random
}

type Create = (settings: Settings, ports: TargetPorts) => Promise<AnyTarget>

/** The drivers by the kind they deploy; each loads its own code and SDK when an object of that kind is met. */
const drivers: Readonly<Record<string, Create>> = {}

/** Answers the driver of a kind, made once; undefined for a kind that nothing deploys. */
export function targetOpener(settings: Settings, ports: TargetPorts) {
  const opened = new Map<string, Promise<AnyTarget>>()
  return async (kind: string): Promise<AnyTarget | undefined> => {
    const create = Object.hasOwn(drivers, kind) ? drivers[kind] : undefined
    if (create === undefined) return undefined
    let target = opened.get(kind)
    if (target === undefined) {
      target = create(settings, ports)
      opened.set(kind, target)
    }
    return target
  }
}
