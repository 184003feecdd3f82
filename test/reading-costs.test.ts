import { createHash } from 'node:crypto'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gitRepositorySpec } from '../src/api/kinds/git-repository.ts'
import { kustomizationSpec } from '../src/api/kinds/kustomization.ts'
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

const clock = createSystemClock()
let fixture: GitFixture
let server: GitHttpServer
beforeAll(async () => {
  fixture = await createGitFixture()
  const files: Record<string, string> = {}
  for (let team = 0; team < 40; team += 1) {
    for (let file = 0; file < 8; file += 1)
      files[`teams/t${team}/deploy/${file}.txt`] = noise(`${team}/${file}`)
    files[`teams/t${team}/deploy/next.yaml`] = child(`next-${team}`)
  }
  await fixture.commit(files)
  await fixture.git('gc', '--quiet')
  server = await serveGit({ root: path.dirname(fixture.directory), canFilter: true })
})
afterAll(async () => {
  await server.close()
  await fixture.remove()
})

test('a whole round of a fresh process: nothing new is one request, a commit that touches two files a few, and little', async () => {
  const store = createMemoryStore({ clock })
  const blobs = createMapBlobs()
  const ports = (): ControllerPorts => ({
    store,
    blobs,
    openSource: sourceOpener({ clock, policy: personalPolicy }),
    secrets: { resolve: async () => 'token' },
    target: async () => undefined,
    clock,
    random: createSeededRandom(1),
    log: { debug: () => {}, info: () => {}, warn: () => {} },
  })
  /** What a process that begins with nothing but store and blobs costs, until it has nothing more to do. */
  const round = async (): Promise<{ requests: number; bytes: number }> => {
    for (const { record, version } of await store.list('GitRepository/')) {
      await store.put({ ...record, dueAt: clock.now() }, version)
    }
    server.requests.length = 0
    server.bytes.sent = 0
    const controller = createController(ports())
    for (let pass = 0; pass < 3; pass += 1) await controller.runDue({ concurrency: 4 })
    return { requests: server.requests.length, bytes: server.bytes.sent }
  }
  const revision = async (): Promise<string | undefined> =>
    (await store.get('Kustomization/eu/team'))?.record.status.lastAppliedRevision?.split(':')[1]

  const at = { namespace: 'eu' }
  const url = server.url('repository')
  await declare(ports(), {
    kind: 'GitRepository',
    ...at,
    name: 'fleet',
    spec: gitRepositorySpec.parse({ url }),
  })
  const spec = kustomizationSpec.parse({ sourceRef: { name: 'fleet' }, path: './teams/t7' })
  await declare(ports(), { kind: 'Kustomization', ...at, name: 'team', spec })
  const first = await round()
  expect(await revision()).toBe(await fixture.git('rev-parse', 'main'))
  expect(first.bytes).toBeLessThan(40_000)

  expect((await round()).requests).toBe(1)

  const changed = { 'teams/t7/deploy/1.txt': `${noise('7/1')}x`, 'teams/t7/deploy/2.txt': `${noise('7/2')}x` }
  const head = await fixture.commit(changed)
  const { requests, bytes } = await round()
  expect(await revision()).toBe(head)
  // The look, the commit for its history, what differs from what was kept, the two files.
  expect(requests).toBeLessThanOrEqual(4)
  expect(bytes).toBeLessThan(5_000)

  // A commit beside it: what the commit says, and that nothing of ours changed.
  const beside = await fixture.commit({ 'teams/t8/deploy/1.txt': noise('another') })
  const other = await round()
  expect(await revision()).toBe(beside)
  expect(other.requests).toBeLessThanOrEqual(3)
  expect(other.bytes).toBeLessThan(3_000)
})

function child(name: string): string {
  return `apiVersion: headwater.dev/v1alpha1
kind: Kustomization
metadata: {name: ${name}, namespace: eu}
spec: {sourceRef: {name: gone}, path: ./x}
`
}

/** Text that does not compress to nothing. */
function noise(seed: string): string {
  return Array.from({ length: 30 }, (_, row) =>
    createHash('sha256').update(`${seed}${row}`).digest('base64'),
  ).join('\n')
}
