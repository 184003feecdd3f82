import { describe, expect, it } from 'vitest'
import { readUpload } from './body.ts'
import { crc32c } from './crc32c.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)

describe('crc32c', () => {
  // The check value of the CRC catalogue, and RFC 3720's 32 zeros.
  it.each([
    { name: 'the check word', given: bytes('123456789'), want: 0xe3069283 },
    { name: '32 zeros', given: new Uint8Array(32), want: 0x8a9136aa },
    { name: 'nothing', given: new Uint8Array(), want: 0 },
  ])('$name', ({ given, want }) => {
    expect(crc32c(given)).toBe(want)
  })
})

describe('readUpload', () => {
  it('takes plain bytes as they are', () => {
    const body = readUpload({}, bytes('hello'))
    expect(Buffer.from(body.bytes).toString()).toBe('hello')
    expect(body.checksums).toEqual({})
  })

  it('joins chunks, signed or not, and keeps the trailer’s checksum', () => {
    const body = readUpload(
      {
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': '5',
      },
      bytes('3;chunk-signature=00\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n'),
    )
    expect(Buffer.from(body.bytes).toString()).toBe('hello')
    expect(body.checksums).toEqual({ 'x-amz-checksum-crc32': 'NhCmhg==' })
  })

  const streaming = { 'content-encoding': 'gzip,aws-chunked' }
  const cases: { name: string; headers: Record<string, string>; body: string; code: string }[] = [
    { name: 'a chunk cut short', headers: streaming, body: '5\r\nhel', code: 'IncompleteBody' },
    { name: 'no last chunk', headers: streaming, body: '5\r\nhello\r\n', code: 'IncompleteBody' },
    { name: 'no chunk at all', headers: streaming, body: 'hello', code: 'IncompleteBody' },
    {
      name: 'another length than said',
      headers: { ...streaming, 'x-amz-decoded-content-length': '6' },
      body: '5\r\nhello\r\n0\r\n\r\n',
      code: 'IncompleteBody',
    },
    {
      name: 'a wrong CRC-32',
      headers: { 'x-amz-checksum-crc32': 'AAAAAA==' },
      body: 'hello',
      code: 'BadDigest',
    },
    {
      name: 'a wrong CRC-32C',
      headers: { 'x-amz-checksum-crc32c': 'AAAAAA==' },
      body: 'hello',
      code: 'BadDigest',
    },
    {
      name: 'a wrong SHA-256',
      headers: { 'x-amz-checksum-sha256': 'AA==' },
      body: 'hello',
      code: 'BadDigest',
    },
    {
      name: 'a wrong MD5',
      headers: { 'content-md5': '1B2M2Y8AsgTpgAmY7PhCfg==' },
      body: 'hello',
      code: 'BadDigest',
    },
    { name: 'no MD5', headers: { 'content-md5': 'x' }, body: 'hello', code: 'InvalidDigest' },
    {
      name: 'another hash than signed',
      headers: { 'x-amz-content-sha256': '0'.repeat(64) },
      body: 'hello',
      code: 'XAmzContentSHA256Mismatch',
    },
  ]
  it.each(cases)('refuses $name', ({ headers, body, code }) => {
    expect(() => readUpload(headers, bytes(body))).toThrow(expect.objectContaining({ code }) as Error)
  })
})
