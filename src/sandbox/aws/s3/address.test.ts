import { describe, expect, it } from 'vitest'
import { addressOf, bucketOfHost, objectOfUrl } from './address.ts'

describe('objectOfUrl', () => {
  const found = { bucket: 'my.templates', key: 'a/b.yaml' }
  const cases: { given: string; want: unknown }[] = [
    { given: 'https://my.templates.s3.amazonaws.com/a/b.yaml', want: found },
    { given: 'https://my.templates.s3.eu-west-1.amazonaws.com/a/b.yaml', want: found },
    { given: 'https://my.templates.s3-eu-west-1.amazonaws.com/a/b.yaml', want: found },
    { given: 'https://my.templates.s3.dualstack.eu-west-1.amazonaws.com/a/b.yaml', want: found },
    { given: 'https://my.templates.s3.cn-north-1.amazonaws.com.cn/a/b.yaml', want: found },
    { given: 'https://s3.amazonaws.com/my.templates/a/b.yaml', want: found },
    { given: 'https://s3.eu-west-1.amazonaws.com/my.templates/a/b.yaml', want: found },
    { given: 'https://s3-eu-west-1.amazonaws.com/my.templates/a/b.yaml', want: found },
    { given: 'https://s3-fips.dualstack.us-east-1.amazonaws.com/my.templates/a/b.yaml', want: found },
    { given: 'https://S3.Amazonaws.com/my.templates/a/b.yaml', want: found },
    { given: 'https://s3.amazonaws.com/my.templates/a/b.yaml?versionId=abc', want: found },
    { given: 's3://my.templates/a/b.yaml', want: found },
    { given: 'http://127.0.0.1:4566/my.templates/a/b.yaml', want: found },
    { given: 'http://localhost:4566/my.templates/a/b.yaml', want: found },
    { given: 'http://my.templates.s3.localhost:4566/a/b.yaml', want: found },
    { given: 'http://my.templates.localhost:4566/a/b.yaml', want: found },
    { given: 'https://b.s3.amazonaws.com/a%20b/%C3%A9.yaml', want: { bucket: 'b', key: 'a b/é.yaml' } },
    { given: 'https://example.com/my.templates/a/b.yaml', want: undefined },
    { given: 'https://s3.amazonaws.com.evil.example/b/a', want: undefined },
    { given: 'https://s3.amazonaws.com/my.templates', want: undefined },
    { given: 'https://b.s3.amazonaws.com/', want: undefined },
    { given: 'https://b.s3.amazonaws.com/%zz', want: undefined },
    { given: 'file:///etc/passwd', want: undefined },
    { given: 'a.yaml', want: undefined },
    { given: '', want: undefined },
  ]
  it.each(cases)('$given', ({ given, want }) => {
    expect(objectOfUrl(given)).toEqual(want)
  })
})

describe('addressOf', () => {
  it.each([
    { host: '127.0.0.1:4566', path: '/b/k/l', want: { bucket: 'b', key: 'k/l' } },
    { host: '127.0.0.1:4566', path: '/b', want: { bucket: 'b', key: '' } },
    { host: '127.0.0.1:4566', path: '/', want: { bucket: '', key: '' } },
    { host: 'b.localhost:4566', path: '/k/l', want: { bucket: 'b', key: 'k/l' } },
    { host: 's3.eu-west-1.localhost', path: '/b/k', want: { bucket: 'b', key: 'k' } },
    { host: 'b.s3.eu-west-1.amazonaws.com', path: '/', want: { bucket: 'b', key: '' } },
  ])('$host$path', ({ host, path, want }) => {
    expect(addressOf(host, path)).toEqual(want)
  })
  it('knows no bucket in an unknown host', () => {
    expect(bucketOfHost('sandbox:4566')).toBeUndefined()
  })
})
