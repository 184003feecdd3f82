import { element } from '../xml.ts'
import { readUpload } from './body.ts'
import type { Buckets, StoredObject } from './buckets.ts'
import { etagOf } from './buckets.ts'
import { S3Error, preconditionFailed, wantedBucket } from './errors.ts'
import type { HttpAnswer } from '../../http.ts'
import type { S3Request } from './wire.ts'
import { s3Namespace } from './wire.ts'

const keptHeaders = /^(content-(type|disposition|language)|cache-control|expires|x-amz-meta-.+)$/

/** Stores an object; `If-None-Match: *` and `If-Match` make it conditional. */
export function putObject(buckets: Buckets, request: S3Request): HttpAnswer {
  const { address, headers, now } = request
  const bucket = wantedBucket(buckets, request)
  const existing = bucket.objects.get(address.key)
  if (headers['if-none-match'] !== undefined && existing !== undefined)
    throw preconditionFailed('If-None-Match')
  if (headers['if-match'] !== undefined && headers['if-match'] !== existing?.etag) {
    throw existing === undefined ? noSuchKey(address.key) : preconditionFailed('If-Match')
  }
  const { bytes, checksums } = readUpload(headers, request.body)
  const kept: Record<string, string> = { ...checksums }
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && keptHeaders.test(name)) kept[name] = value
  }
  const encoding = (headers['content-encoding'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'aws-chunked')
  if (encoding.length > 0) kept['content-encoding'] = encoding.join(',')

  const etag = etagOf(bytes)
  bucket.objects.set(address.key, { key: address.key, bytes, etag, modifiedAt: now, headers: kept })
  return { status: 200, headers: { etag, 'x-amz-server-side-encryption': 'AES256', ...checksums }, body: '' }
}

/** The object with its headers; a range, and a client that has it already, are honoured. */
export function getObject(buckets: Buckets, request: S3Request): HttpAnswer {
  const { address, headers } = request
  const object = wantedBucket(buckets, request).objects.get(address.key)
  if (object === undefined) throw noSuchKey(address.key)
  if (headers['if-match'] !== undefined && headers['if-match'] !== object.etag)
    throw preconditionFailed('If-Match')
  if (headers['if-none-match'] === object.etag) {
    return { status: 304, headers: { etag: object.etag }, body: '' }
  }
  const answer = headersOf(object, headers['x-amz-checksum-mode'] === 'ENABLED')
  const range = headers.range === undefined ? undefined : rangeOf(headers.range, object.bytes.byteLength)
  if (range === undefined) return { status: 200, headers: answer, body: object.bytes }
  const body = object.bytes.subarray(range.from, range.to + 1)
  return {
    status: 206,
    headers: {
      ...withoutChecksums(answer),
      'content-length': String(body.byteLength),
      'content-range': `bytes ${range.from}-${range.to}/${object.bytes.byteLength}`,
    },
    body,
  }
}

/** Removes an object; one that is not there is removed too. */
export function deleteObject(buckets: Buckets, request: S3Request): HttpAnswer {
  wantedBucket(buckets, request).objects.delete(request.address.key)
  return { status: 204, headers: {}, body: '' }
}

/** Removes many at once. */
export function deleteObjects(buckets: Buckets, request: S3Request): HttpAnswer {
  const bucket = wantedBucket(buckets, request)
  const { bytes } = readUpload(request.headers, request.body)
  const body = Buffer.from(bytes).toString('utf8')
  const keys = [...body.matchAll(/<Key>([^<]*)<\/Key>/g)].map((match) => unescapeXml(match[1] ?? ''))
  for (const key of keys) bucket.objects.delete(key)
  const quiet = /<Quiet>\s*true\s*<\/Quiet>/.test(body)
  const deleted = quiet
    ? ''
    : element(
        'Deleted',
        keys.map((Key) => ({ Key })),
        'flat',
      )
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: `<DeleteResult xmlns="${s3Namespace}">${deleted}</DeleteResult>`,
  }
}

function headersOf(object: StoredObject, checksums: boolean): Record<string, string> {
  const headers = {
    'content-type': 'binary/octet-stream',
    'content-length': String(object.bytes.byteLength),
    'accept-ranges': 'bytes',
    'last-modified': new Date(object.modifiedAt).toUTCString(),
    etag: object.etag,
    'x-amz-server-side-encryption': 'AES256',
    ...object.headers,
  }
  return checksums ? headers : withoutChecksums(headers)
}

function withoutChecksums(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-amz-checksum-')))
}

/** One range of `bytes=`; what is not understood is the whole object, as HTTP has it. */
function rangeOf(header: string, size: number): { from: number; to: number } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? []
  if (first === '' && last === '') return undefined
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (from >= size || from > to) {
    throw new S3Error('InvalidRange', 'The requested range is not satisfiable', 416)
  }
  return { from, to }
}

function noSuchKey(key: string): S3Error {
  return new S3Error('NoSuchKey', 'The specified key does not exist.', 404, { Key: key })
}

function unescapeXml(text: string): string {
  const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
  return text.replace(
    /&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16))
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
      return named[name ?? ''] ?? whole
    },
  )
}
