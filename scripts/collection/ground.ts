import { basename } from 'node:path'
import type { OpenedController } from '../../src/compose/controller.ts'
import { openController } from '../../src/compose/controller.ts'
import { readSettings } from '../../src/compose/settings.ts'
import { objectOfUrl } from '../../src/sandbox/aws/s3/address.ts'
import type { AwsSandbox } from '../../src/sandbox/aws/server.ts'
import { createAwsSandbox } from '../../src/sandbox/aws/server.ts'
import { listRecords } from '../../src/cli/select.ts'
import { tally } from '../../src/cli/settled.ts'
import type { VirtualClock } from '../../test/support/virtual-clock.ts'
import { createSeededRandom, createVirtualClock } from '../../test/support/virtual-clock.ts'
import { region } from './repository.ts'
import type { Member } from './repository.ts'
import type { CollectionFile } from './templates.ts'

/** The whole controller as the settings make it, over HTTP to a sandbox; controller and sandbox share a virtual clock. */
export interface Ground {
  clock: VirtualClock
  sandbox: AwsSandbox
  opened: OpenedController
  /** Works until nothing is under way or about to be, for at most so long; answers whether it came to rest. */
  settle(spanMs: number): Promise<boolean>
  close(): Promise<void>
}

/** How far the clock moves at least between two passes, in milliseconds: many objects are due within it. */
const stride = 5_000
const bucket = 'headwater-blobs'

/** Opens a controller with the repository as its root; `speed` is the sandbox's, 1 is AWS's own pace. Puts the AWS settings into this process's environment. */
export async function layGround(repository: string, speed: number): Promise<Ground> {
  const clock = createVirtualClock()
  const random = createSeededRandom(7)
  const sandbox = await createAwsSandbox({ clock, random, speed })
  await put(`${sandbox.url}/${bucket}`, '')
  const env = {
    HEADWATER_STORE: 'memory:',
    HEADWATER_BLOBS: `s3://${bucket}/templates?endpoint=${sandbox.url}&region=${region}`,
    HEADWATER_SOURCE_URL: repository,
    HEADWATER_SOURCE_PATH: './clusters',
    HEADWATER_CONTROLLER_ID: 'collection',
    AWS_ENDPOINT_URL: sandbox.url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'collection',
    AWS_SECRET_ACCESS_KEY: 'collection',
    AWS_EC2_METADATA_DISABLED: 'true',
  }
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
  Object.assign(process.env, env)
  const silent = { debug: () => {}, info: () => {}, warn: () => {} }
  const opened = await openController(readSettings(env), { clock, random, env, log: silent })
  await opened.bootstrap()
  return {
    clock,
    sandbox,
    opened,
    async settle(spanMs) {
      const end = clock.now() + spanMs
      while (clock.now() < end) {
        const { nextDueAt } = await opened.controller.runDue()
        if (tally(await listRecords(opened.store), clock.now()).open === 0) return true
        if (nextDueAt === undefined) return false
        clock.advanceTo(Math.max(nextDueAt, clock.now() + stride))
      }
      return false
    },
    async close() {
      await opened.close()
      await sandbox.close()
    },
  }
}

/** Uploads the templates that others nest to where those look for them, as far as the collection has them. */
export async function uploadNested(
  sandbox: AwsSandbox,
  members: readonly Member[],
  files: readonly CollectionFile[],
): Promise<void> {
  const byName = new Map(files.map((file) => [basename(file.path), file.body]))
  for (const url of new Set(members.flatMap(({ needs }) => needs.urls))) {
    const address = objectOfUrl(url)
    const body = address === undefined ? undefined : byName.get(basename(address.key))
    if (address === undefined || body === undefined) continue
    await put(`${sandbox.url}/${address.bucket}`, '')
    await put(`${sandbox.url}/${address.bucket}/${address.key}`, body)
  }
}

async function put(url: string, body: string): Promise<void> {
  const answer = await fetch(url, { method: 'PUT', body })
  if (!answer.ok && answer.status !== 409) throw new Error(`PUT ${url}: ${await answer.text()}`)
}
