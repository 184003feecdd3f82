import { createHash } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startFaultServer } from '../../test/fault-server.ts'
import type { Fate } from '../../test/fault-server.ts'
import { createAzureBlobStore } from './azure-blob.ts'

/* What the wire can do to the driver; the contract is held against Azurite in the interop suite. */

const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const refusal = (status: number, code: string): Fate => ({
  do: 'answer',
  status,
  headers: { 'content-type': 'application/xml', 'x-ms-error-code': code },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`,
})

async function openBlobs(...fates: Fate[]) {
  const server = await startFaultServer()
  onTestFinished(() => server.close())
  server.next(...fates)
  const connectionString = `AccountName=dev;AccountKey=a2V5;BlobEndpoint=${server.url}/dev`
  const access = { by: 'connection', connectionString } as const
  return { blobs: await createAzureBlobStore({ access, container: 'bodies', prefix: 'p' }), server }
}

describe('an Azure container', () => {
  it('is written in one call, under the name of the bytes, with their MD5', async () => {
    const { blobs, server } = await openBlobs({ do: 'answer', status: 201, body: '' })
    expect(await blobs.put(new Uint8Array())).toBe(sha256)
    expect(server.calls).toMatchObject([{ method: 'PUT', path: `/dev/bodies/p/${sha256}` }])
    const md5 = createHash('md5').update('').digest('base64')
    expect(server.calls[0]?.headers['x-ms-blob-content-md5']).toBe(md5)
    expect(blobs.url(sha256)).toBeUndefined()
  })

  it.each([
    { fate: refusal(503, 'ServerBusy'), want: { class: 'backoff', reason: 'Throttled' } },
    { fate: refusal(500, 'InternalError'), want: { class: 'backoff', reason: 'Unavailable' } },
    { fate: refusal(403, 'AuthorizationFailure'), want: { class: 'stalled', reason: 'AccessDenied' } },
    { fate: refusal(404, 'ContainerNotFound'), want: { class: 'stalled', reason: 'ContainerNotFound' } },
    { fate: { do: 'drop' } as const, want: { class: 'backoff', reason: 'Unavailable' } },
  ])('$want.reason is $want.class, and no missing body, after one attempt', async ({ fate, want }) => {
    const { blobs, server } = await openBlobs(fate)
    await expect(blobs.get(sha256)).rejects.toMatchObject(want)
    expect(server.calls).toHaveLength(1)
  })

  it('a missing body is a value, a missing container never', async () => {
    const { blobs } = await openBlobs(
      refusal(404, 'BlobNotFound'),
      refusal(404, 'BlobNotFound'),
      refusal(404, 'ContainerNotFound'),
    )
    expect(await blobs.get(sha256)).toBeUndefined()
    expect(await blobs.has(sha256)).toBe(false)
    await expect(blobs.has(sha256)).rejects.toMatchObject({ reason: 'ContainerNotFound' })
  })
})
