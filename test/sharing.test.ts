import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { gitRepositorySpec } from '../src/api/kinds/git-repository.ts'
import { createSystemClock } from '../src/compose/system.ts'
import { createController } from '../src/reconcile/create.ts'
import { declare } from '../src/reconcile/declare.ts'
import type { ControllerPorts } from '../src/reconcile/ports.ts'
import { personalPolicy, sourceOpener } from '../src/source/index.ts'
import { createMemoryStore } from '../src/store/memory.ts'
import { createGitFixture, type GitFixture } from './git-fixture.ts'
import { serveGit, type GitHttpServer } from './git-http.ts'
import { createMapBlobs } from './support/harness.ts'
import { createSeededRandom } from './support/virtual-clock.ts'

let fixture: GitFixture
let server: GitHttpServer
beforeAll(async () => {
  fixture = await createGitFixture()
  await fixture.commit({ 'a.yaml': 'a: 1\n' })
  await fixture.git('tag', 'v1.0.0')
  await fixture.git('branch', 'release')
})
afterEach(() => server.close())
afterAll(() => fixture.remove())

/** A controller with sources that were all read once; `tick` makes them due again and counts what the server is asked. */
async function follow(sources: { namespace: string; ref: object; secret: string }[]): Promise<{
  tick(): Promise<number>
  ready(): Promise<string[]>
}> {
  server = await serveGit({ root: path.dirname(fixture.directory), canFilter: true })
  const clock = createSystemClock()
  const store = createMemoryStore({ clock })
  const ports: ControllerPorts = {
    store,
    blobs: createMapBlobs(),
    openSource: sourceOpener({ clock, policy: personalPolicy }),
    secrets: { resolve: async (reference) => `token-of-${reference}` },
    target: async () => undefined,
    clock,
    random: createSeededRandom(1),
    log: { debug: () => {}, info: () => {}, warn: () => {} },
  }
  const controller = createController(ports)
  for (const [index, { namespace, ref, secret }] of sources.entries()) {
    const spec = { url: server.url('repository'), ref, interval: '10m', secretRef: `env://${secret}` }
    await declare(ports, {
      kind: 'GitRepository',
      namespace,
      name: `s${index}`,
      spec: gitRepositorySpec.parse(spec),
    })
  }
  await controller.runDue({ concurrency: 8 })
  const records = async () => (await store.list('GitRepository/')).map(({ record }) => record)
  return {
    async tick() {
      for (const { record, version } of await store.list('GitRepository/')) {
        await store.put({ ...record, dueAt: clock.now() }, version)
      }
      // A look counts when it began after what was asked for became due.
      await clock.sleep(20)
      server.requests.length = 0
      await controller.runDue({ concurrency: 8 })
      return server.requests.length
    },
    ready: async () =>
      (await records()).map(({ namespace, status }) => {
        const found = status.conditions.find(({ type }) => type === 'Ready')
        return `${namespace} ${found?.status}`
      }),
  }
}

const shared = [
  { namespace: 'eu', ref: { branch: 'main' }, secret: 'ONE' },
  { namespace: 'eu', ref: { tag: 'v1.0.0' }, secret: 'ONE' },
  { namespace: 'us', ref: { branch: 'release' }, secret: 'ONE' },
  { namespace: 'us', ref: { semver: '1.x' }, secret: 'ONE' },
]

test('objects of two namespaces that name the same credentials cost one look a round', async () => {
  const house = await follow(shared)
  expect(await house.ready()).toEqual(['eu True', 'eu True', 'us True', 'us True'])
  expect([await house.tick(), await house.tick(), await house.tick()]).toEqual([1, 1, 1])
})

test('those with other credentials look for themselves', async () => {
  const house = await follow([...shared, { namespace: 'us', ref: { branch: 'main' }, secret: 'TWO' }])
  expect(await house.ready()).toHaveLength(5)
  expect([await house.tick(), await house.tick()]).toEqual([2, 2])
})
