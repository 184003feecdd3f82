import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HeadwaterError } from '../../src/api/errors.ts'
import { defaultLimits, type GitLimits } from '../../src/source/git/limits.ts'
import { indexPack } from '../../src/source/git/pack/index-pack.ts'
import { receivePack } from '../../src/source/git/pack/receive.ts'
import { fetchRequestV2, readBandsV2 } from '../../src/source/git/wire/fetch.ts'
import { readPackets } from '../../src/source/git/wire/packets.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { serveGit, type GitHttpServer } from '../git-http.ts'
import type { Summary } from './fuzz-child.ts'

/** How many random mutations, of which chance; `npm run fuzz:git` takes 100,000. */
const mutations = Number(process.env['HEADWATER_GIT_MUTATIONS'] ?? 400)
const seed = Number(process.env['HEADWATER_GIT_SEED'] ?? 34)
/** Mutations of one process: what the allocator keeps of freed buffers grows with them. */
const atOnce = 10_000
/** Longest that one mutation may take: they cost milliseconds. */
const caseMs = 20_000
/** What the memory of a process may grow by while it reads mutations, in bytes: garbage, and what the limits let in. */
const growthBytes = 320 * 1024 * 1024
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

/** A part of the mutations in a process with little memory, which is ended when one of them hangs. */
async function runMutations(from: number, count: number): Promise<Summary> {
  const folder = await mkdtemp(path.join(tmpdir(), 'headwater-fuzz-'))
  const progress = path.join(folder, 'case')
  const words = [path.join(import.meta.dirname, 'fuzz-child.ts'), seed, from, count, progress].map(String)
  const child = spawn(process.execPath, ['--max-old-space-size=64', ...words])
  let [printed, complaint] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  const underWay = () => readFile(progress, 'utf8').catch(() => '')
  let [last, since] = ['', Date.now()]
  const look = async () => {
    const now = await underWay()
    if (now !== last) [last, since] = [now, Date.now()]
    if (Date.now() - since > caseMs) child.kill('SIGKILL')
  }
  const watch = setInterval(() => void look(), 1000)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearInterval(watch)
  const number = (await underWay()).trim()
  await rm(folder, { recursive: true, force: true })
  if (code === 0 && printed !== '') return JSON.parse(printed) as Summary
  const again = `node test/git/fuzz-child.ts ${seed} ${number} 1`
  throw new Error(`case ${number} ended with ${String(code)}; run it alone by: ${again}\n${complaint}`)
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

  test('F34 at any byte of the pack: with a bit flipped and a trailer that is right, nothing takes the place of an object', async () => {
    const { before, pack, after } = await partsOf(answer)
    const objects = new Map(wanted.split('\n').map((line) => [line.slice(0, 40), line]))
    for (let at = 0; at < pack.length; at += 1) {
      const changed = Buffer.from(pack)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      const sealed = Buffer.concat([changed, createHash('sha1').update(changed).digest()])
      const got = await outcome(Buffer.concat([before, band(sealed), after]))
      const others = got.split('\n').filter((line) => (objects.get(line.slice(0, 40)) ?? line) !== line)
      expect(`${at} ${others.join()}`).toBe(`${at} `)
    }
  })

  test('F34 F35 at random, packets and packs, over http and ssh: refused or equal, in time and in memory', async () => {
    const size = Math.min(atOnce, Math.ceil(mutations / 2))
    for (let from = 0; from < mutations; from += 2 * size) {
      const summaries = await Promise.all([runMutations(from, size), runMutations(from + size, size)])
      for (const { refused, equal, rss } of summaries) {
        expect(refused).toBeGreaterThan(size / 2)
        expect(equal).toBeGreaterThan(size / 100)
        expect(rss.most - rss.before).toBeLessThan(growthBytes)
      }
    }
  }, 1_500_000)
})

/** What stands before the pack, the pack without its trailer, and what stands after it. */
async function partsOf(bytes: Buffer): Promise<{ before: Buffer; pack: Buffer; after: Buffer }> {
  const parts: Buffer[] = []
  for await (const part of readBandsV2(readPackets(chunksOf(bytes), 'host'), 'host')) parts.push(part)
  const start = bytes.indexOf('packfile\n') + 'packfile\n'.length
  return {
    before: bytes.subarray(0, start),
    pack: Buffer.concat(parts).subarray(0, -20),
    after: Buffer.from('0000'),
  }
}

/** One packet of the first band. */
function band(data: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${(data.length + 5).toString(16).padStart(4, '0')}\u0001`), data])
}
