import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { blobContract } from '../../test/contracts/blob.ts'
import { createSeededRandom } from '../../test/support/virtual-clock.ts'
import { createFileBlobStore } from './file.ts'

const random = createSeededRandom()
const makeFolder = () => mkdtemp(path.join(tmpdir(), 'headwater-blobs-'))

blobContract('file', async () => {
  const folder = await makeFolder()
  return {
    open: async () => createFileBlobStore({ folder: path.join(folder, 'below'), random }),
    spoil: (sha256, bytes) => writeFile(path.join(folder, 'below', sha256.slice(0, 2), sha256), bytes),
    remove: () => rm(folder, { recursive: true }),
  }
})

describe('a folder of bodies', () => {
  it('holds nothing but whole bodies, readable by nobody else', async () => {
    const folder = await makeFolder()
    onTestFinished(() => rm(folder, { recursive: true }))
    const blobs = createFileBlobStore({ folder, random })
    const sha256 = await blobs.put(new TextEncoder().encode('body'))
    const files = await readdir(folder, { recursive: true })
    expect(files.sort()).toEqual([sha256.slice(0, 2), path.join(sha256.slice(0, 2), sha256)])
    expect((await stat(path.join(folder, sha256.slice(0, 2), sha256))).mode & 0o077).toBe(0)
  })

  it('has no URL for CloudFormation', async () => {
    const blobs = createFileBlobStore({ folder: '/nowhere', random })
    expect(blobs.url('a'.repeat(64))).toBeUndefined()
  })

  it('says which folder cannot be used', async () => {
    const folder = await makeFolder()
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(path.join(folder, 'file'), '')
    await chmod(path.join(folder, 'file'), 0o600)
    const blobs = createFileBlobStore({ folder: path.join(folder, 'file'), random })
    await expect(blobs.put(new Uint8Array())).rejects.toMatchObject({
      class: 'stalled',
      reason: 'BlobUnavailable',
      message: expect.stringContaining(path.join(folder, 'file')) as unknown,
    })
  })
})
