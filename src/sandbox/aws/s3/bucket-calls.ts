import { element } from '../xml.ts'
import type { Bucket, Buckets, ListPage } from './buckets.ts'
import { listObjects } from './buckets.ts'
import { S3Error, wantedBucket } from './errors.ts'
import type { HttpAnswer } from '../../http.ts'
import type { S3Request } from './wire.ts'
import { s3Namespace } from './wire.ts'

/** The account's buckets. */
export function listBuckets(buckets: Buckets, request: S3Request): HttpAnswer {
  const names = buckets.list(request.account).map((bucket) => ({
    Name: bucket.name,
    CreationDate: new Date(bucket.createdAt),
    BucketRegion: bucket.region,
  }))
  return xml('ListAllMyBucketsResult', {
    Owner: { ID: request.account, DisplayName: 'sandbox' },
    Buckets: { Bucket: names },
  })
}

/** A new bucket in the region that the body names, else in the request's own. */
export function createBucket(buckets: Buckets, request: S3Request): HttpAnswer {
  const name = request.address.bucket
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
    throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName: name })
  }
  const body = Buffer.from(request.body).toString('utf8')
  const region = /<LocationConstraint[^>]*>([^<]+)</.exec(body)?.[1] ?? request.region
  const existing = buckets.get(name)
  if (existing !== undefined && existing.account !== request.account) {
    throw new S3Error(
      'BucketAlreadyExists',
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
      409,
      { BucketName: name },
    )
  }
  // us-east-1 alone answers a repeated creation with success.
  if (existing !== undefined && region !== 'us-east-1') {
    throw new S3Error(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      409,
      { BucketName: name },
    )
  }
  if (existing === undefined) {
    buckets.create({ name, account: request.account, region, createdAt: request.now })
  }
  return { status: 200, headers: { location: `/${name}` }, body: '' }
}

/** Only an empty bucket goes. */
export function deleteBucket(buckets: Buckets, request: S3Request): HttpAnswer {
  const bucket = wantedBucket(buckets, request)
  if (bucket.objects.size > 0) {
    throw new S3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, {
      BucketName: bucket.name,
    })
  }
  buckets.delete(bucket.name)
  return { status: 204, headers: {}, body: '' }
}

/** The region; us-east-1 has no name here. */
export function locationOf(buckets: Buckets, request: S3Request): HttpAnswer {
  const { region } = wantedBucket(buckets, request)
  const name = region === 'us-east-1' ? '' : region
  return {
    ...xml('LocationConstraint', {}),
    body: `<LocationConstraint xmlns="${s3Namespace}">${name}</LocationConstraint>`,
  }
}

/** A page of keys, with continuation tokens. */
export function listContents(buckets: Buckets, request: S3Request): HttpAnswer {
  const { query } = request
  const bucket = wantedBucket(buckets, request)
  const token = query.get('continuation-token')
  const after =
    token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64').toString('utf8')
  const page = pageOf(bucket, query, after)
  return xml('ListBucketResult', {
    ...listHead(bucket, query),
    ContinuationToken: token ?? undefined,
    StartAfter: query.get('start-after') ?? undefined,
    KeyCount: page.objects.length + page.commonPrefixes.length,
    IsTruncated: page.nextAfter !== undefined,
    NextContinuationToken:
      page.nextAfter === undefined ? undefined : Buffer.from(page.nextAfter).toString('base64'),
    ...listBody(page, query),
  })
}

/** The older listing, with markers. */
export function listContentsV1(buckets: Buckets, request: S3Request): HttpAnswer {
  const { query } = request
  const bucket = wantedBucket(buckets, request)
  const marker = query.get('marker') ?? ''
  const page = pageOf(bucket, query, marker)
  return xml('ListBucketResult', {
    ...listHead(bucket, query),
    Marker: marker,
    IsTruncated: page.nextAfter !== undefined,
    NextMarker: page.nextAfter === undefined ? undefined : encodedFor(query)(page.nextAfter),
    ...listBody(page, query),
  })
}

function pageOf(bucket: Bucket, query: URLSearchParams, after: string): ListPage {
  return listObjects(bucket, {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    after,
    limit: limitOf(query),
  })
}

function limitOf(query: URLSearchParams): number {
  const limit = Number(query.get('max-keys') ?? 1000)
  return Number.isInteger(limit) && limit >= 0 ? Math.min(limit, 1000) : 1000
}

function listHead(bucket: Bucket, query: URLSearchParams): Record<string, unknown> {
  const encoded = encodedFor(query)
  return {
    Name: bucket.name,
    Prefix: encoded(query.get('prefix') ?? ''),
    Delimiter: query.get('delimiter') === null ? undefined : encoded(query.get('delimiter') ?? ''),
    MaxKeys: limitOf(query),
    EncodingType: query.get('encoding-type') ?? undefined,
  }
}

function listBody(page: ListPage, query: URLSearchParams): Record<string, unknown> {
  const encoded = encodedFor(query)
  return {
    Contents: page.objects.map((object) => ({
      Key: encoded(object.key),
      LastModified: new Date(object.modifiedAt),
      ETag: object.etag,
      Size: object.bytes.byteLength,
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encoded(prefix) })),
  }
}

/** Keys may hold what XML cannot: a client asks for them URL-encoded. */
function encodedFor(query: URLSearchParams): (text: string) => string {
  return query.get('encoding-type') === 'url'
    ? (text) => encodeURIComponent(text).replaceAll('%2F', '/')
    : (text) => text
}

function xml(root: string, members: Record<string, unknown>): HttpAnswer {
  const body = element(root, members, 'flat').replace(`<${root}`, `<${root} xmlns="${s3Namespace}"`)
  return { status: 200, headers: { 'content-type': 'application/xml' }, body }
}
