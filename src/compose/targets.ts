import type { Clock } from '../api/clock.ts'
import { stalled } from '../api/errors.ts'
import type { BlobStore } from '../blob/blob.ts'
import type { AnyTarget } from '../target/target.ts'
import type { Settings } from './settings.ts'

/** What targets need of the rest. */
export interface TargetPorts {
  blobs: BlobStore
  clock: Clock
  /** Shortest time between two looks at something in flight, in milliseconds; default: the driver's. */
  pollFloorMs?: number
}

type Create = (settings: Settings, ports: TargetPorts) => Promise<AnyTarget>

/** The drivers by the kind they deploy; each loads its own code and SDK when an object of that kind is met. */
const drivers: Readonly<Record<string, Create>> = {
  CloudFormationStack: async (settings, { blobs, clock, pollFloorMs }) => {
    const { createCloudFormationTarget } = await import('../target/cloudformation/index.ts')
    return createCloudFormationTarget({
      controllerId: settings.controllerId,
      ...(settings.region === undefined ? {} : { defaultRegion: settings.region }),
      clock,
      ...(pollFloorMs === undefined ? {} : { pollFloorMs }),
      templateBody: (sha256) => templateBody(blobs, sha256),
      templateUrl: (sha256) => blobs.url(sha256),
    })
  },
}

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

async function templateBody(blobs: BlobStore, sha256: string): Promise<Uint8Array> {
  const bytes = await blobs.get(sha256)
  if (bytes !== undefined) return bytes
  throw stalled(
    'TemplateNotFound',
    `template ${sha256} is not in the blob store any more; reconcile the source to package it again`,
  )
}
