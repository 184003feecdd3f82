import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { beforeEach, describe, expect, it } from 'vitest'
import { layGround } from '../../../../test/support/sandbox-ground.ts'

const Bucket = 'templates-of-acme'

describe('S3', () => {
  const ground = layGround()
  const client = (key?: string): S3Client => new S3Client(ground.client(key))
  const put = (Key: string, Body: string | Uint8Array = Key) =>
    client().send(new PutObjectCommand({ Bucket, Key, Body }))
  const read = async (Key: string) =>
    (await client().send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()

  beforeEach(async () => {
    await client().send(new CreateBucketCommand({ Bucket }))
  })

  it('has buckets, each in its region', async () => {
    await client().send(
      new CreateBucketCommand({
        Bucket: 'another-one',
        CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
      }),
    )
    const { Buckets } = await client().send(new ListBucketsCommand({}))
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['another-one', Bucket])
    const location = await client().send(new GetBucketLocationCommand({ Bucket: 'another-one' }))
    expect(location.LocationConstraint).toBe('eu-central-1')
    expect(await client().send(new HeadBucketCommand({ Bucket }))).toMatchObject({
      BucketRegion: 'eu-west-1',
    })
  })

  it('gives a name once in the world', async () => {
    await expect(client().send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
    })
    const other = client('210987654321')
    await expect(other.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'BucketAlreadyExists',
    })
    await expect(other.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    })
    expect((await other.send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([])
  })

  it('deletes only an empty bucket', async () => {
    await put('a')
    await expect(client().send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'BucketNotEmpty',
      $metadata: { httpStatusCode: 409 },
    })
    await client().send(new DeleteObjectCommand({ Bucket, Key: 'a' }))
    await client().send(new DeleteBucketCommand({ Bucket }))
    await expect(client().send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'NotFound',
    })
  })

  it.each([
    { name: 'a text', key: 'a.yaml', body: 'Resources: {}\r\n' },
    { name: 'nothing', key: 'empty', body: '' },
    { name: 'a key with everything in it', key: "a b/+é&<'%>/ü.yaml", body: 'x' },
    { name: 'a megabyte', key: 'big', body: 'x'.repeat(1_048_576) },
  ])('keeps $name', async ({ key, body }) => {
    await put(key, body)
    expect(await read(key)).toBe(body)
  })

  it('takes a stream, which comes in chunks with a checksum behind', async () => {
    await client().send(
      new PutObjectCommand({
        Bucket,
        Key: 'stream',
        Body: Readable.from([Buffer.from('hel'), Buffer.from('lo')]),
        ContentLength: 5,
        ChecksumAlgorithm: 'SHA256',
      }),
    )
    const object = await client().send(
      new GetObjectCommand({ Bucket, Key: 'stream', ChecksumMode: 'ENABLED' }),
    )
    expect(object.ChecksumSHA256).toBe('LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=')
    expect(await object.Body?.transformToString()).toBe('hello')
  })

  it('keeps what was said of an object', async () => {
    await client().send(
      new PutObjectCommand({
        Bucket,
        Key: 'a',
        Body: 'hello',
        ContentType: 'text/yaml',
        Metadata: { commit: '9f3c2e1' },
      }),
    )
    expect(await client().send(new HeadObjectCommand({ Bucket, Key: 'a' }))).toMatchObject({
      ContentType: 'text/yaml',
      ContentLength: 5,
      ETag: '"5d41402abc4b2a76b9719d911017c592"',
      LastModified: new Date(ground.clock.now()),
      Metadata: { commit: '9f3c2e1' },
    })
  })

  it('writes on a condition', async () => {
    const once = (Body: string) =>
      client().send(new PutObjectCommand({ Bucket, Key: 'once', Body, IfNoneMatch: '*' }))
    await once('first')
    await expect(once('second')).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    })
    expect(await read('once')).toBe('first')
  })

  it('reads a part, and nothing that the client has already', async () => {
    const { ETag } = await put('a', 'hello')
    const part = await client().send(new GetObjectCommand({ Bucket, Key: 'a', Range: 'bytes=1-3' }))
    expect(part.ContentRange).toBe('bytes 1-3/5')
    expect(await part.Body?.transformToString()).toBe('ell')
    await expect(
      client().send(new GetObjectCommand({ Bucket, Key: 'a', IfNoneMatch: ETag })),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } })
    await expect(
      client().send(new GetObjectCommand({ Bucket, Key: 'a', Range: 'bytes=9-' })),
    ).rejects.toMatchObject({ name: 'InvalidRange' })
  })

  it('says what is not there', async () => {
    await expect(read('none')).rejects.toMatchObject({
      name: 'NoSuchKey',
      message: 'The specified key does not exist.',
      $metadata: { httpStatusCode: 404 },
    })
    await expect(client().send(new HeadObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject({
      name: 'NotFound',
    })
    await expect(
      client().send(new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'a' })),
    ).rejects.toMatchObject({ name: 'NoSuchBucket' })
  })

  it('lists page by page, in the order of the bytes', async () => {
    const keys = ['a/2', 'a/1', 'b', 'é', '\u{1f600}', '\uffee', 'a b']
    for (const key of keys) await put(key)
    const seen: (string | undefined)[] = []
    let token: string | undefined
    do {
      const page = await client().send(
        new ListObjectsV2Command({
          Bucket,
          MaxKeys: 2,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      )
      seen.push(...(page.Contents ?? []).map(({ Key }) => Key))
      token = page.NextContinuationToken
    } while (token !== undefined)
    expect(seen).toEqual(['a b', 'a/1', 'a/2', 'b', 'é', '\uffee', '\u{1f600}'])
  })

  it('lists folders as prefixes', async () => {
    for (const key of ['x/a/1', 'x/a/2', 'x/b', 'x/c/1', 'y']) await put(key)
    const first = await client().send(
      new ListObjectsV2Command({ Bucket, Prefix: 'x/', Delimiter: '/', MaxKeys: 1 }),
    )
    expect(first.CommonPrefixes).toEqual([{ Prefix: 'x/a/' }])
    const rest = await client().send(
      new ListObjectsV2Command({
        Bucket,
        Prefix: 'x/',
        Delimiter: '/',
        ContinuationToken: first.NextContinuationToken,
      }),
    )
    expect(rest.Contents?.map(({ Key }) => Key)).toEqual(['x/b'])
    expect(rest.CommonPrefixes).toEqual([{ Prefix: 'x/c/' }])
    expect(rest.IsTruncated).toBe(false)
  })

  it('removes many at once', async () => {
    for (const key of ['a', 'b & c', 'd']) await put(key)
    const { Deleted } = await client().send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a' }, { Key: 'b & c' }] } }),
    )
    expect(Deleted).toEqual([{ Key: 'a' }, { Key: 'b & c' }])
    const { Contents } = await client().send(new ListObjectsV2Command({ Bucket }))
    expect(Contents?.map(({ Key }) => Key)).toEqual(['d'])
  })

  it('finds the bucket in the host’s name', async () => {
    await put('a/b', 'hello')
    const body = await new Promise<string>((resolve, reject) => {
      const { port } = ground.sandbox
      const headers = { host: `${Bucket}.s3.eu-west-1.amazonaws.com` }
      request({ host: '127.0.0.1', port, path: '/a/b', headers }, (response) => {
        text(response).then(resolve, reject)
      })
        .once('error', reject)
        .end()
    })
    expect(body).toBe('hello')
  })

  it('lets an unsigned request read and write as the default account', async () => {
    const url = `${ground.sandbox.url}/${Bucket}/plain.txt`
    expect((await fetch(url, { method: 'PUT', body: 'hello' })).status).toBe(200)
    const response = await fetch(url)
    expect(await response.text()).toBe('hello')
    expect(response.headers.get('x-amz-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('says what it cannot do', async () => {
    const VersioningConfiguration = { Status: 'Enabled' } as const
    await expect(
      client().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration })),
    ).rejects.toMatchObject({
      name: 'NotImplemented',
      message:
        'A header or query you provided implies functionality that is not implemented (PUT?versioning).',
      $metadata: { httpStatusCode: 501 },
    })
    expect(ground.sandbox.calls.recent({ mutating: true }).at(-1)?.action).toBe('PUT?versioning')
  })

  it('shows templates to CloudFormation, whoever owns the bucket', async () => {
    await put('stacks/web+1.yaml', 'Resources: {}')
    await put('stacks/a b.yaml', 'Resources: {B: 1}')
    const seen = ground.surroundings
    const host = `https://${Bucket}.s3.eu-west-1.amazonaws.com`
    expect(await seen.fetchTemplate(`${host}/stacks/web+1.yaml`)).toBe('Resources: {}')
    expect(await seen.fetchTemplate(`${host}/stacks/a+b.yaml`)).toBe('Resources: {B: 1}')
    expect(await seen.fetchTemplate(`${host}/stacks/none.yaml`)).toBeUndefined()
    expect(await seen.fetchTemplate('https://example.com/a.yaml')).toBeUndefined()
  })

  it('has the buckets that stacks make, and keeps those that are not empty', async () => {
    const seen = ground.surroundings
    const resource = {
      account: '123456789012',
      region: 'eu-west-1',
      type: 'AWS::S3::Bucket',
      physicalId: 'web-assets-1x2y3z',
      properties: {},
    }
    seen.resourceCreated?.(resource)
    const Key = 'a'
    await client().send(new PutObjectCommand({ Bucket: resource.physicalId, Key, Body: 'x' }))
    expect(seen.resourceDeleting?.(resource)).toContain('The bucket you tried to delete is not empty')
    await client().send(new DeleteObjectCommand({ Bucket: resource.physicalId, Key }))
    expect(seen.resourceDeleting?.(resource)).toBeUndefined()
    await expect(client().send(new HeadBucketCommand({ Bucket: resource.physicalId }))).rejects.toMatchObject(
      { name: 'NotFound' },
    )
  })
})
