import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { BlobStore } from '../../src/blob/blob.ts'

/** One place for bodies, which several processes may open. */
export interface BlobPlace {
  open(): Promise<BlobStore>
  /** Puts bytes under a name that is not theirs. */
  spoil(sha256: string, bytes: Uint8Array): Promise<void>
  remove?(): Promise<void>
}

/** Every sentence of the blob store's interface, for one driver. */
export function blobContract(driver: string, makePlace: () => Promise<BlobPlace>): void {
  describe(`${driver} keeps the blob store's contract`, () => {
    let place: BlobPlace
    let blobs: BlobStore
    beforeEach(async () => {
      place = await makePlace()
      onTestFinished(async () => place.remove?.())
      blobs = await place.open()
    })
    const bytesOf = (text: string) => new TextEncoder().encode(text)
    const nameOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

    it.each([
      { name: 'no bytes', bytes: new Uint8Array() },
      { name: 'text', bytes: bytesOf('Resources: {}\n# zażółć') },
      { name: 'all bytes', bytes: Uint8Array.from({ length: 256 }, (_, i) => i) },
      { name: 'a megabyte', bytes: new Uint8Array(1024 * 1024).fill(7) },
    ])('keeps $name under its sha256', async ({ bytes }) => {
      const sha256 = await blobs.put(bytes)
      expect(sha256).toBe(nameOf(bytes))
      expect(await blobs.has(sha256)).toBe(true)
      const other = await place.open()
      const read = await other.get(sha256)
      expect(read && Buffer.compare(read, bytes)).toBe(0)
    })

    it('answers undefined for what is not there', async () => {
      const sha256 = nameOf(bytesOf('nowhere'))
      expect(await blobs.get(sha256)).toBeUndefined()
      expect(await blobs.has(sha256)).toBe(false)
    })

    it('takes the same twice, and from many at once', async () => {
      const bytes = bytesOf('same')
      const names = await Promise.all(Array.from({ length: 8 }, async () => (await place.open()).put(bytes)))
      expect(new Set(names)).toEqual(new Set([nameOf(bytes)]))
      expect(await blobs.get(nameOf(bytes))).toHaveLength(4)
    })

    it('does not change with the array it was given or gave', async () => {
      const bytes = bytesOf('mine')
      const sha256 = await blobs.put(bytes)
      bytes.fill(0)
      const read = await blobs.get(sha256)
      read?.fill(1)
      expect(Buffer.from((await blobs.get(sha256)) ?? []).toString()).toBe('mine')
    })

    it('refuses a body that has changed; writing it again mends it', async () => {
      const bytes = bytesOf('good')
      const sha256 = await blobs.put(bytes)
      await place.spoil(sha256, bytesOf('bad!'))
      await expect(blobs.get(sha256)).rejects.toMatchObject({ class: 'stalled', reason: 'CorruptBlob' })
      await blobs.put(bytes)
      expect(Buffer.from((await blobs.get(sha256)) ?? []).toString()).toBe('good')
    })

    it.each(['', 'abc', '../../../etc/passwd', 'A'.repeat(64), `${'a'.repeat(63)}/`])(
      'refuses the name "%s"',
      async (name) => {
        const refused = { class: 'stalled', reason: 'InvalidReference' }
        await expect(blobs.get(name)).rejects.toMatchObject(refused)
        await expect(blobs.has(name)).rejects.toMatchObject(refused)
      },
    )
  })
}
