import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { crc32 } from 'node:zlib'
import { ApiError } from '../cloudformation/errors.ts'
import { crc32c } from './crc32c.ts'

/** What an upload carries. */
export interface UploadBody {
  bytes: Uint8Array
  /** `x-amz-checksum-…` headers and trailers, lower case, to be answered again with the object. */
  checksums: Record<string, string>
}

/**
 * The content of an upload: new SDKs send `aws-chunked` bodies (each chunk with its length and perhaps a signature,
 * checksums in a trailer), older ones the bytes themselves. Checksums are compared, chunk signatures are not. Throws
 * BadDigest, InvalidDigest or IncompleteBody as S3 does.
 */
export function readUpload(headers: IncomingHttpHeaders, raw: Uint8Array): UploadBody {
  const sha256 = String(headers['x-amz-content-sha256'] ?? '')
  const chunked =
    sha256.startsWith('STREAMING-') || /(^|,)\s*aws-chunked/.test(headers['content-encoding'] ?? '')
  const { bytes, trailer } = chunked ? dechunk(raw) : { bytes: raw, trailer: {} }
  const decodedLength = headers['x-amz-decoded-content-length']
  if (chunked && decodedLength !== undefined && Number(decodedLength) !== bytes.byteLength) throw incomplete()

  const checksums: Record<string, string> = {}
  for (const [name, value] of [...Object.entries(headers), ...Object.entries(trailer)]) {
    const algorithm = /^x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256)$/.exec(name)?.[1]
    if (algorithm !== undefined && typeof value === 'string') {
      const actual = checksum(algorithm, bytes)
      if (actual !== undefined && actual !== value) {
        throw new ApiError(
          'BadDigest',
          `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
        )
      }
      checksums[name] = value
    }
  }
  checkMd5(headers['content-md5'], bytes)
  if (/^[0-9a-f]{64}$/.test(sha256) && sha256 !== digest('sha256', bytes, 'hex')) {
    throw new ApiError(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    )
  }
  return { bytes, checksums }
}

function checkMd5(given: unknown, bytes: Uint8Array): void {
  if (given === undefined) return
  if (typeof given !== 'string' || Buffer.from(given, 'base64').byteLength !== 16) {
    throw new ApiError('InvalidDigest', 'The Content-MD5 you specified was invalid.')
  }
  if (digest('md5', bytes, 'base64') !== given) {
    throw new ApiError('BadDigest', 'The Content-MD5 you specified did not match what we received.')
  }
}

/** Base64 of the checksum; undefined for an algorithm that is kept but not compared. */
function checksum(algorithm: string, bytes: Uint8Array): string | undefined {
  switch (algorithm) {
    case 'crc32':
      return bigEndian(crc32(bytes))
    case 'crc32c':
      return bigEndian(crc32c(bytes))
    case 'sha1':
    case 'sha256':
      return digest(algorithm, bytes, 'base64')
    default:
      return undefined
  }
}

function bigEndian(value: number): string {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32BE(value)
  return buffer.toString('base64')
}

function digest(algorithm: 'md5' | 'sha1' | 'sha256', bytes: Uint8Array, form: 'hex' | 'base64'): string {
  return createHash(algorithm).update(bytes).digest(form)
}

function dechunk(raw: Uint8Array): { bytes: Uint8Array; trailer: Record<string, string> } {
  const buffer = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const parts: Buffer[] = []
  let at = 0
  for (;;) {
    const lineEnd = buffer.indexOf('\r\n', at)
    if (lineEnd < 0) throw incomplete()
    const size = /^([0-9a-fA-F]{1,8})(?:;|$)/.exec(buffer.toString('latin1', at, lineEnd))?.[1]
    if (size === undefined) throw incomplete()
    const length = Number.parseInt(size, 16)
    const start = lineEnd + 2
    if (length === 0)
      return { bytes: Buffer.concat(parts), trailer: trailerOf(buffer.toString('latin1', start)) }
    if (start + length + 2 > buffer.byteLength) throw incomplete()
    parts.push(buffer.subarray(start, start + length))
    at = start + length + 2
  }
}

function trailerOf(text: string): Record<string, string> {
  const trailer: Record<string, string> = {}
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) trailer[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim()
  }
  return trailer
}

function incomplete(): ApiError {
  return new ApiError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  )
}
