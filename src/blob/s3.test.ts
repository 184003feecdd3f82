import { describe, expect, it, onTestFinished } from 'vitest'
import { startFaultServer } from '../../test/fault-server.ts'
import type { Fate } from '../../test/fault-server.ts'
import { createS3BlobStore } from './s3.ts'

const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const refusal = (status: number, code: string): Fate => ({
  do: 'answer',
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`,
})

async function openBlobs(...fates: Fate[]) {
  const server = await startFaultServer()
  onTestFinished(() => server.close())
  server.next(...fates)
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' }
  const options = { bucket: 'bodies', prefix: 'p', region: 'eu-west-1', endpoint: server.url, credentials }
  return { blobs: createS3BlobStore(options), server }
}

describe('an S3 bucket', () => {
  it.each([
    { bucket: 'bodies', prefix: '', want: `https://bodies.s3.eu-west-1.amazonaws.com/${sha256}` },
    {
      bucket: 'bodies',
      prefix: 'a/b c',
      want: `https://bodies.s3.eu-west-1.amazonaws.com/a/b%20c/${sha256}`,
    },
    { bucket: 'my.bodies', prefix: 'a', want: `https://s3.eu-west-1.amazonaws.com/my.bodies/a/${sha256}` },
  ])('has the URL $want', ({ bucket, prefix, want }) => {
    expect(createS3BlobStore({ bucket, prefix, region: 'eu-west-1' }).url(sha256)).toBe(want)
  })

  it('has its URL where China has it, and at an endpoint of its own', () => {
    const china = createS3BlobStore({ bucket: 'bodies', prefix: '', region: 'cn-north-1' })
    expect(china.url(sha256)).toBe(`https://bodies.s3.cn-north-1.amazonaws.com.cn/${sha256}`)
    const endpoint = 'http://127.0.0.1:4566/'
    const local = createS3BlobStore({ bucket: 'bodies', prefix: 'p', region: 'eu-west-1', endpoint })
    expect(local.url(sha256)).toBe(`http://127.0.0.1:4566/bodies/p/${sha256}`)
  })

  it('lets S3 check the bytes on their way', async () => {
    const { blobs, server } = await openBlobs({ do: 'answer', status: 200, body: '' })
    expect(await blobs.put(new Uint8Array())).toBe(sha256)
    expect(server.calls[0]).toMatchObject({ method: 'PUT', path: `/bodies/p/${sha256}?x-id=PutObject` })
    const checksum = server.calls[0]?.headers['x-amz-checksum-sha256']
    expect(checksum).toBe(Buffer.from(sha256, 'hex').toString('base64'))
  })

  it.each([
    { status: 503, code: 'SlowDown', want: { class: 'backoff', reason: 'Throttled' } },
    { status: 500, code: 'InternalError', want: { class: 'backoff', reason: 'Unavailable' } },
    { status: 403, code: 'AccessDenied', want: { class: 'stalled', reason: 'AccessDenied' } },
    { status: 404, code: 'NoSuchBucket', want: { class: 'stalled', reason: 'BucketNotFound' } },
    { status: 301, code: 'PermanentRedirect', want: { class: 'stalled', reason: 'InvalidSetting' } },
  ])('$code is $want.class, $want.reason, and no missing body', async ({ status, code, want }) => {
    const { blobs } = await openBlobs(refusal(status, code))
    await expect(blobs.get(sha256)).rejects.toMatchObject(want)
  })

  it('a missing body is a value', async () => {
    const { blobs } = await openBlobs(refusal(404, 'NoSuchKey'))
    expect(await blobs.get(sha256)).toBeUndefined()
  })

  it('a body that is cut off is a back-off', async () => {
    const { blobs } = await openBlobs({ do: 'drop' })
    await expect(blobs.get(sha256)).rejects.toMatchObject({ class: 'backoff' })
  })
})
