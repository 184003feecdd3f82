import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock, Random } from '../api/clock.ts'
import { splitScheme } from '../api/scheme.ts'
import { openBlobStore } from '../blob/index.ts'
import type { BlobStore } from '../blob/blob.ts'
import { openQueue } from '../queue/index.ts'
import type { Queue } from '../queue/queue.ts'
import type { Controller } from '../reconcile/controller.ts'
import { createController } from '../reconcile/create.ts'
import type { ControllerPorts, Log } from '../reconcile/ports.ts'
import type { SecretResolver } from '../secret/secret.ts'
import { openStore } from '../store/index.ts'
import type { Store } from '../store/store.ts'
import { announceDue } from './announce.ts'
import { openSecrets } from './azure-ports.ts'
import { bicepOpener } from './bicep.ts'
import { createLogger } from './logger.ts'
import type { Settings } from './settings.ts'
import { sourcesOf } from './sources.ts'
import { targetOpener } from './targets.ts'

/** What a composition root gives besides the settings. */
export interface OpenPorts {
  clock: Clock
  random: Random
  /** The environment: `env://` secrets, the region of S3. */
  env: Readonly<Record<string, string | undefined>>
  /** Default: JSON lines on standard output, at the level of the settings. */
  log?: Log
  /** Facts about resource types for the checks of a build; dear to load, so only where a person waits for warnings. */
  facts?: NonNullable<ControllerPorts['facts']>
  /** Shortest time between two looks at something in flight, in milliseconds; for demos and tests. */
  pollFloorMs?: number
}

/** A controller and the things it stands on, as the settings name them. */
export interface OpenedController {
  controller: Controller
  store: Store
  /** Present when the settings name one. */
  queue?: Queue
  blobs: BlobStore
  secrets: SecretResolver
  log: Log
  /** Writes the root source and Kustomization into the store, where they differ from the settings. */
  bootstrap(): Promise<void>
  /** Resolves when every "due" told so far is with the queue; at once without a queue. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** Opens everything that the settings name. Drivers load on first use, cloud SDKs with them. */
export async function openController(settings: Settings, ports: OpenPorts): Promise<OpenedController> {
  const { clock, random, env } = ports
  const log = ports.log ?? createLogger({ level: settings.logLevel, now: () => clock.now() })
  await makeFolder(settings.store)
  const { secrets, azure } = openSecrets(settings, { clock, env })
  const opened = await openStore(settings.store, { clock, random, azure })
  const bicep = bicepOpener({ clock, env })
  try {
    const blobs = await openBlobStore(settings.blobs, { random, env, azure })
    const queue = settings.queue === undefined ? undefined : await openQueue(settings.queue, { clock, azure })
    const announcing = queue === undefined ? undefined : announceDue(opened, { queue, clock, log })
    const store = announcing?.store ?? opened
    const controller = createController({
      store,
      blobs,
      openSource: sourcesOf(settings, { clock, env, secrets }),
      secrets,
      target: targetOpener(settings, {
        blobs,
        clock,
        secrets,
        ...(ports.pollFloorMs === undefined ? {} : { pollFloorMs: ports.pollFloorMs }),
      }),
      bicep: () => bicep.open(),
      clock,
      random,
      log,
      ...(settings.leaseMs === undefined ? {} : { leaseMs: settings.leaseMs }),
      ...(ports.facts === undefined ? {} : { facts: ports.facts }),
    })
    return {
      controller,
      store,
      ...(queue === undefined ? {} : { queue }),
      blobs,
      secrets,
      log,
      flush: async () => announcing?.flush(),
      async bootstrap() {
        // The schemas behind it cost more to load than the rest together.
        const { bootstrapRoot } = await import('./root.ts')
        return bootstrapRoot(settings, { store, clock })
      },
      async close() {
        await bicep.close()
        await store.close()
      },
    }
  } catch (error) {
    await opened.close()
    throw error
  }
}

async function makeFolder(url: string): Promise<void> {
  const parts = splitScheme(url)
  if (parts?.scheme === 'sqlite' && parts.rest !== '') await mkdir(dirname(parts.rest), { recursive: true })
}
