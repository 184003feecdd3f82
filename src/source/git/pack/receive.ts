import { createHash } from 'node:crypto'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { transient } from '../../../api/errors.ts'
import { exceeded, type GitLimits } from '../limits.ts'

/** A pack that arrived whole and whose trailer is right: in memory, or in a file that has no name any more. */
export interface PackBytes {
  /** Without the trailer. */
  size: number
  /** Bytes from an offset, as many as there are up to `length`. */
  read(offset: number, length: number): Promise<Buffer>
  /** Whether `read` costs nothing. */
  isInMemory: boolean
  close(): Promise<void>
}

const trailerBytes = 20

/**
 * Takes a pack in as it comes. Up to `memoryBytes` stay in memory; beyond that all goes to a temporary file, which is
 * unlinked while it is open, so that nothing is left behind whatever happens. The trailer (the SHA-1 of all before it) is
 * checked; a wrong one is a `backoff` error (`ProtocolError`).
 */
export async function receivePack(
  chunks: AsyncIterable<Uint8Array>,
  options: { where: string; limits: GitLimits },
): Promise<PackBytes> {
  const { where, limits } = options
  const hash = createHash('sha1')
  const parts: Buffer[] = []
  let file: Awaited<ReturnType<typeof open>> | undefined
  let size = 0
  let tail: Buffer = Buffer.alloc(0)
  try {
    for await (const chunk of chunks) {
      size += chunk.byteLength
      if (size > limits.packBytes) {
        throw exceeded(where, 'the pack is larger than allowed', {
          name: 'packBytes',
          value: size,
          limit: limits.packBytes,
        })
      }
      // The last twenty bytes seen are held back: they may be the trailer.
      const seen = Buffer.concat([tail, chunk])
      const cut = Math.max(0, seen.length - trailerBytes)
      hash.update(seen.subarray(0, cut))
      tail = seen.subarray(cut)
      if (file === undefined) parts.push(Buffer.from(chunk))
      else await file.write(chunk)
      if (file === undefined && size > limits.memoryBytes) {
        file = await openNameless()
        await file.writev(parts)
        parts.length = 0
      }
    }
    if (tail.length < trailerBytes || !hash.digest().equals(tail)) {
      throw transient(
        'ProtocolError',
        `${where} sent a pack that is torn or changed on the way; trying again`,
      )
    }
    return file === undefined ? inMemory(Buffer.concat(parts).subarray(0, -trailerBytes)) : inFile(file, size)
  } catch (error) {
    await file?.close()
    throw error
  }
}

function inMemory(bytes: Buffer): PackBytes {
  return {
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
    isInMemory: true,
    close: async () => {},
  }
}

function inFile(file: Awaited<ReturnType<typeof open>>, size: number): PackBytes {
  return {
    size: size - trailerBytes,
    async read(offset, length) {
      const wanted = Math.max(0, Math.min(length, size - trailerBytes - offset))
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, offset)
      return buffer.subarray(0, bytesRead)
    },
    isInMemory: false,
    close: () => file.close(),
  }
}

async function openNameless(): Promise<Awaited<ReturnType<typeof open>>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'headwater-pack-'))
  try {
    return await open(path.join(folder, 'pack'), 'wx+', 0o600)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
