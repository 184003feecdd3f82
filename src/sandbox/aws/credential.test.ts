import { describe, expect, it } from 'vitest'
import { readCredential } from './credential.ts'

describe('readCredential', () => {
  const cases: { name: string; headers?: Record<string, string>; query?: string; want: unknown }[] = [
    { name: 'unsigned', want: undefined },
    { name: 'basic auth is no signature', headers: { authorization: 'Basic abc' }, want: undefined },
    {
      name: 'SigV4',
      headers: {
        authorization:
          'AWS4-HMAC-SHA256 Credential=AKIA1/20260101/eu-west-1/cloudformation/aws4_request, SignedHeaders=host, Signature=00',
      },
      want: { accessKeyId: 'AKIA1', region: 'eu-west-1', service: 'cloudformation' },
    },
    {
      name: 'SigV4a has its region in a header',
      headers: {
        authorization:
          'AWS4-ECDSA-P256-SHA256 Credential=AKIA1/20260101/s3/aws4_request, SignedHeaders=host, Signature=00',
        'x-amz-region-set': 'eu-central-1,eu-west-1',
      },
      want: { accessKeyId: 'AKIA1', region: 'eu-central-1', service: 's3' },
    },
    {
      name: 'a presigned URL',
      query: 'X-Amz-Credential=AKIA1%2F20260101%2Feu-west-1%2Fs3%2Faws4_request',
      want: { accessKeyId: 'AKIA1', region: 'eu-west-1', service: 's3' },
    },
    {
      name: 'a scope that is none',
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=AKIA1' },
      want: undefined,
    },
  ]
  it.each(cases)('$name', ({ headers = {}, query = '', want }) => {
    expect(readCredential(headers, new URLSearchParams(query))).toEqual(want)
  })
})
