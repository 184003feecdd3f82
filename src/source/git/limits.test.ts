import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { defaultLimits, parseLimits, type GitLimits } from './limits.ts'
import { indexPack } from './pack/index-pack.ts'
import { receivePack } from './pack/receive.ts'

describe('the setting of the limits', () => {
  test('changes those that it names', () => {
    expect(parseLimits('packBytes=5, idleMs=7')).toEqual({ ...defaultLimits, packBytes: 5, idleMs: 7 })
    expect(parseLimits('')).toEqual(defaultLimits)
  })
  test.each(['packbytes=5', 'packBytes', 'packBytes=0', 'packBytes=-1', 'toString=1'])(
    'refuses %s',
    (text) => {
      expect(() => parseLimits(text)).toThrow(expect.objectContaining({ reason: 'InvalidSetting' }))
    },
  )
})

test('every limit is in the documentation, with its default', async () => {
  const page = await readFile(new URL('../../../docs/git-limits.md', import.meta.url), 'utf8')
  const told = [...page.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, name, value]) => [name, Number(value)])
  expect(Object.fromEntries(told)).toEqual(defaultLimits)
})

/** One entry of a pack: the head with a size, what stands before the data, the data deflated. */
function entry(type: number, data: Buffer, before: Buffer = Buffer.alloc(0), size = data.length): Buffer {
  const head: number[] = []
  let rest = Math.floor(size / 16)
  head.push((type << 4) | (size % 16) | (rest > 0 ? 0x80 : 0))
  while (rest > 0) {
    head.push((rest % 128) | (rest >= 128 ? 0x80 : 0))
    rest = Math.floor(rest / 128)
  }
  return Buffer.concat([Buffer.from(head), before, deflateSync(data)])
}

function pack(entries: readonly Buffer[], count = entries.length): Buffer {
  const head = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1')
  head.writeUInt32BE(count, 8)
  const body = Buffer.concat([head, ...entries])
  return Buffer.concat([body, createHash('sha1').update(body).digest()])
}

/** A delta by offset that copies the first byte of its base: each stands on the one before. */
function chain(length: number): Buffer[] {
  const entries = [entry(3, Buffer.from('ab'))]
  for (let count = 0; count < length; count += 1) {
    const delta = Buffer.from(count === 0 ? [2, 1, 0x90, 1] : [1, 1, 0x90, 1])
    const back = entries.at(-1)?.length ?? 0
    entries.push(entry(6, delta, Buffer.from([back])))
  }
  return entries
}

async function read(bytes: Buffer, changed: Partial<GitLimits> = {}): Promise<string[]> {
  const limits = { ...defaultLimits, ...changed }
  const chunks = (async function* () {
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
  })()
  const received = await receivePack(chunks, { where: 'host', limits })
  const index = await indexPack(received, { where: 'host', limits })
  const oids = index.oids()
  for (const oid of oids) await index.get(oid)
  await index.close()
  return oids
}

const zeros = Buffer.alloc(2_000_000)
const bombs: { name: string; bytes: Buffer; limits: Partial<GitLimits>; says: string }[] = [
  {
    name: 'a pack that is too large',
    bytes: pack([entry(3, Buffer.alloc(9))]),
    limits: { packBytes: 20 },
    says: 'packBytes=20',
  },
  { name: 'too many objects', bytes: pack(chain(20)), limits: { objects: 20 }, says: 'objects=20' },
  {
    name: 'an object that inflates to too much',
    bytes: pack([entry(3, zeros)]),
    limits: { objectBytes: 1_000_000 },
    says: 'objectBytes=1000000',
  },
  {
    name: 'objects that inflate to too much together',
    bytes: pack([entry(3, zeros), entry(3, Buffer.concat([zeros, zeros]))]),
    limits: { inflatedBytes: 3_000_000 },
    says: 'inflatedBytes=3000000',
  },
  { name: 'deltas too deep', bytes: pack(chain(30)), limits: { deltaDepth: 20 }, says: 'deltaDepth=20' },
  {
    name: 'a delta that makes much of little',
    bytes: pack([
      entry(3, Buffer.from('ab')),
      entry(
        6,
        Buffer.from([2, 0x80, 0x80, 0x80, 0x80, 0x01, 0x90, 1]),
        Buffer.from([entry(3, Buffer.from('ab')).length]),
      ),
    ]),
    limits: {},
    says: 'objectBytes',
  },
]
describe('F35 a pack that is more than it weighs', () => {
  test.each(bombs)(
    'F35 $name: refused, by the name of the limit and the setting',
    async ({ bytes, limits, says }) => {
      await expect(read(bytes, limits)).rejects.toMatchObject({
        reason: 'LimitExceeded',
        class: 'stalled',
        message: expect.stringMatching(new RegExp(`limit ${says}.*HEADWATER_GIT_LIMITS=`)) as string,
      })
    },
  )

  test('F35 data that inflates to more than its head says is refused before it is inflated whole', async () => {
    await expect(read(pack([entry(3, zeros, Buffer.alloc(0), 5)]))).rejects.toMatchObject({
      reason: 'ProtocolError',
    })
    await expect(read(pack([entry(3, Buffer.from('ab'), Buffer.alloc(0), 5)]))).rejects.toMatchObject({
      class: 'backoff',
    })
  })

  test('F35 a count that the pack cannot hold costs no memory', async () => {
    await expect(read(pack([], 1_999_999))).rejects.toMatchObject({ reason: 'ProtocolError' })
  })
})

test('the same objects come of a pack in memory and of one in a file', async () => {
  const entries = [...chain(40), entry(3, zeros), entry(3, Buffer.from('x'.repeat(300_000)))]
  expect(await read(pack(entries), { memoryBytes: 100 })).toEqual(await read(pack(entries)))
})

const broken: { name: string; bytes: Buffer }[] = [
  { name: 'a delta on nothing', bytes: pack([entry(6, Buffer.from([2, 1, 0x90, 1]), Buffer.from([5]))]) },
  {
    name: 'a delta on an unknown id',
    bytes: pack([entry(7, Buffer.from([2, 1, 0x90, 1]), Buffer.alloc(20, 1))]),
  },
  { name: 'an unknown type', bytes: pack([entry(5, Buffer.from('a'))]) },
  { name: 'more than it says', bytes: pack([entry(3, Buffer.from('a')), entry(3, Buffer.from('b'))], 1) },
  { name: 'no pack', bytes: pack([]).subarray(1) },
]
test.each(broken)('$name is refused', async ({ bytes }) => {
  await expect(read(bytes)).rejects.toMatchObject({ reason: 'ProtocolError', class: 'backoff' })
})
