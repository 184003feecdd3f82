import { element } from '../xml.ts'
import type { Buckets } from './buckets.ts'
import {
  createBucket,
  deleteBucket,
  listBuckets,
  listContents,
  listContentsV1,
  locationOf,
} from './bucket-calls.ts'
import { deleteObject, deleteObjects, getObject, putObject } from './object-calls.ts'
import { S3Error, wantedBucket } from './errors.ts'
import type { HttpAnswer } from '../../http.ts'
import type { S3Request } from './wire.ts'

type Call = (buckets: Buckets, request: S3Request) => HttpAnswer

const calls: Record<string, Call> = {
  ListBuckets: listBuckets,
  CreateBucket: createBucket,
  DeleteBucket: deleteBucket,
  HeadBucket: (buckets, request) => ({
    status: 200,
    headers: { 'x-amz-bucket-region': wantedBucket(buckets, request).region },
    body: '',
  }),
  GetBucketLocation: locationOf,
  ListObjectsV2: listContents,
  ListObjects: listContentsV1,
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: (buckets, request) => ({ ...getObject(buckets, request), body: '' }),
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
}

/** Sub-resources (`?versioning`, `?tagging` …): a request with one of these is another call than the path alone says. */
const subresources = new Set(
  `accelerate acl analytics attributes cors encryption intelligent-tiering inventory legal-hold lifecycle logging
   metadataTable metrics notification object-lock ownershipControls partNumber policy policyStatus publicAccessBlock
   replication requestPayment restore retention select session tagging torrent uploadId uploads versioning versionId
   versions website`.split(/\s+/),
)

/** The API's name of a request: `PutObject`, `ListObjectsV2`; for what is not built a name with the sub-resource. */
export function s3Operation(request: Pick<S3Request, 'method' | 'address' | 'query' | 'headers'>): string {
  const { method, address, query } = request
  const sub = [...query.keys()].find((name) => subresources.has(name))
  if (sub !== undefined) return `${method}?${sub}`
  const place = address.bucket === '' ? 'service' : address.key === '' ? 'bucket' : 'object'
  if (place === 'bucket' && method === 'GET') {
    if (query.has('location')) return 'GetBucketLocation'
    return query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects'
  }
  if (place === 'bucket' && method === 'POST' && query.has('delete')) return 'DeleteObjects'
  if (place === 'object' && request.headers['x-amz-copy-source'] !== undefined) return 'CopyObject'
  const names: Record<string, string> = {
    'service GET': 'ListBuckets',
    'bucket PUT': 'CreateBucket',
    'bucket HEAD': 'HeadBucket',
    'bucket DELETE': 'DeleteBucket',
    'object PUT': 'PutObject',
    'object GET': 'GetObject',
    'object HEAD': 'HeadObject',
    'object DELETE': 'DeleteObject',
  }
  return names[`${place} ${method}`] ?? `${method} ${place}`
}

/** Answers one request to S3; throws S3Error or ApiError. */
export function handleS3(buckets: Buckets, operation: string, request: S3Request): HttpAnswer {
  const call = calls[operation]
  if (call === undefined) {
    throw new S3Error(
      'NotImplemented',
      `A header or query you provided implies functionality that is not implemented (${operation}).`,
      501,
    )
  }
  return call(buckets, request)
}

/** An error as S3 writes it. */
export function s3ErrorBody(error: {
  code: string
  message: string
  requestId: string
  members?: Record<string, string>
}): string {
  return element(
    'Error',
    {
      Code: error.code,
      Message: error.message,
      ...error.members,
      RequestId: error.requestId,
      HostId: 'sandbox',
    },
    'flat',
  )
}
