import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HeadwaterError } from '../../src/api/errors.ts'
import { defaultLimits, type GitLimits } from '../../src/source/git/limits.ts'
import { indexPack } from '../../src/source/git/pack/index-pack.ts'
import { receivePack } from '../../src/source/git/pack/receive.ts'
import { readGreeting } from '../../src/source/git/wire/capabilities.ts'
import { fetchRequestV2, readBandsV2 } from '../../src/source/git/wire/fetch.ts'
import { readPackets } from '../../src/source/git/wire/packets.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { serveGit, type GitHttpServer } from '../git-http.ts'
import { createSeededRandom } from '../support/virtual-clock.ts'

/** How many random mutations; `npm run fuzz:git` takes 100,000. */
const mutations = Number(process.env['HEADWATER_GIT_MUTATIONS'] ?? 1000)
const limits: GitLimits = {
  ...defaultLimits,
  inflatedBytes: 4_000_000,
  objectBytes: 1_000_000,
  objects: 1000,
}

let fixture: GitFixture
let server: GitHttpServer
/** A real answer to a fetch: packets with a small pack that holds deltas, and what it must give. */
let answer: Buffer
let wanted: string
let greeting: Buffer

beforeAll(async () => {
  fixture = await createGitFixture()
  const rows = Array.from({ length: 60 }, (_, row) => `row ${row} ${(row * 7919) % 997}`)
  await fixture.commit({ 'a.txt': rows.join('\n'), 'b/c.txt': 'c\n' })
  rows[30] = 'changed'
  await fixture.commit({ 'a.txt': rows.join('\n') })
  rows[10] = 'changed too'
  const commit = await fixture.commit({ 'a.txt': rows.join('\n') })
  await fixture.git('repack', '-q', '-a', '-d', '-f', '--depth=10')
  server = await serveGit({ root: path.dirname(fixture.directory) })
  const url = server.url('repository/.git')
  const headers = { 'git-protocol': 'version=2' }
  const features = new Map([['object-format', 'sha1']])
  const body = fetchRequestV2({ wants: [commit] }, features)
  const contentType = { 'content-type': 'application/x-git-upload-pack-request' }
  answer = await bytesOf(
    fetch(`${url}/git-upload-pack`, { method: 'POST', headers: { ...headers, ...contentType }, body }),
  )
  greeting = await bytesOf(fetch(`${url}/info/refs?service=git-upload-pack`, { headers }))
  wanted = await outcome(answer)
})
afterAll(async () => {
  await server.close()
  await fixture.remove()
})

async function bytesOf(response: Promise<Response>): Promise<Buffer> {
  return Buffer.from(await (await response).arrayBuffer())
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** All objects of an answer by id and content, as text; `refused` for one that is refused as it should be. */
async function outcome(bytes: Buffer): Promise<string> {
  try {
    const bands = readBandsV2(readPackets(chunksOf(bytes), 'host'), 'host')
    const pack = await indexPack(await receivePack(bands, { where: 'host', limits }), {
      where: 'host',
      limits,
    })
    const objects = await Promise.all(
      pack.oids().map(async (oid) => {
        const object = await pack.get(oid)
        return `${oid} ${object?.type} ${object?.content.toString('base64')}`
      }),
    )
    return objects.toSorted().join('\n')
  } catch (error) {
    if (error instanceof HeadwaterError) return 'refused'
    throw error
  }
}

/** The pack alone goes through without its trailer's protection: what the checks of the pack itself refuse. */
async function unprotected(pack: Buffer): Promise<string> {
  const bytes = {
    size: pack.length,
    read: async (at: number, length: number) => pack.subarray(at, at + length),
    isInMemory: true,
    close: async () => {},
  }
  try {
    const index = await indexPack(bytes, { where: 'host', limits })
    for (const oid of index.oids()) await index.get(oid)
    return 'read'
  } catch (error) {
    if (error instanceof HeadwaterError) return 'refused'
    throw error
  }
}

/** Reads a greeting that may be anything; throws for what is not refused as it should be. */
async function greet(bytes: Buffer): Promise<void> {
  try {
    await readGreeting(readPackets(chunksOf(bytes), 'host'), 'host', 1000)
  } catch (error) {
    if (!(error instanceof HeadwaterError)) throw error
  }
}

describe('F34 what a host sends, torn or changed', () => {
  test('holds what it should', () => expect(wanted.split('\n').length).toBeGreaterThan(8))

  test('F34 at any byte: cut there, it is refused', async () => {
    for (let at = 0; at < answer.length; at += 1) {
      expect(`${at} ${await outcome(answer.subarray(0, at))}`).toBe(`${at} refused`)
    }
  })

  test('F34 at any byte: with a bit flipped there, it is refused or means the same', async () => {
    for (let at = 0; at < answer.length; at += 1) {
      const changed = Buffer.from(answer)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      const got = await outcome(changed)
      expect(`${at} ${got === wanted ? 'refused' : got}`).toBe(`${at} refused`)
    }
  })

  test('F34 at random, also where no checksum tells: refused or equal, never a crash', async () => {
    const random = createSeededRandom(34)
    const below = (count: number) => Math.floor(random.next() * count)
    const pack = await plainPack(answer)
    const counts = { refused: 0, read: 0 }
    for (let round = 0; round < mutations; round += 1) {
      const changed = mutate(answer, below)
      const got = await outcome(changed)
      expect(got === 'refused' || got === wanted).toBe(true)
      counts[(await unprotected(mutate(pack, below))) === 'read' ? 'read' : 'refused'] += 1
      await greet(mutate(greeting, below))
    }
    expect(counts.refused).toBeGreaterThan(mutations / 2)
  }, 3_600_000)
})

async function plainPack(bytes: Buffer): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of readBandsV2(readPackets(chunksOf(bytes), 'host'), 'host')) parts.push(part)
  return Buffer.concat(parts).subarray(0, -20)
}

function mutate(bytes: Buffer, below: (count: number) => number): Buffer {
  const changed = Buffer.from(bytes)
  for (let count = 1 + below(3); count > 0; count -= 1) {
    const at = below(changed.length)
    switch (below(4)) {
      case 0:
        changed[at] = below(256)
        break
      case 1:
        changed[at] = (changed[at] ?? 0) ^ (1 << below(8))
        break
      case 2:
        changed.copyWithin(at, below(changed.length), below(changed.length))
        break
      default:
        return Buffer.concat([
          changed.subarray(0, at),
          changed.subarray(Math.min(changed.length, at + below(40))),
        ])
    }
  }
  return changed
}
