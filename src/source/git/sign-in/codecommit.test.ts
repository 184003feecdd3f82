import { expect, test } from 'vitest'
import { codeCommitLogin } from './codecommit.ts'

const keys = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
const now = Date.parse('2026-11-02T10:00:00.123Z')

// Computed by `awscli` 1.46.3 (customizations/codecommit.py) with its clock held, and the same by botocore 1.43.106 as
// git-remote-codecommit calls it. test/interop/codecommit.test.ts asks the AWS CLI itself.
const vectors = [
  {
    host: 'git-codecommit.eu-west-1.amazonaws.com',
    signature: 'e7550ef0a41407b55cea23c558a95323031062d66cc989b2e7ff2bff449cc630',
  },
  {
    host: 'git-codecommit.cn-north-1.amazonaws.com.cn',
    signature: 'b4d17896c104a83394392d6d048f84f62916b7fb91f664ada5a2c9a14fbc2ffb',
  },
  {
    host: 'git-codecommit.us-gov-west-1.amazonaws.com',
    signature: 'e2f2ef4ece5cde11235ae19943f08033bbf31d99c96faffee0289465586b59bd',
  },
  {
    host: 'vpce-0a1b2c3d4e5f-abcdefg.git-codecommit.eu-central-1.vpce.amazonaws.com',
    signature: '874ca5c333c8c2f6e4fdb0e5d74d40dffbc0eace0fb9a02e249de98559c7575b',
  },
]
test.each(vectors)('the signature for $host is that of the AWS CLI', ({ host, signature }) => {
  expect(codeCommitLogin(`https://${host}/v1/repos/fleet`, keys, now)).toEqual({
    username: 'AKIAIOSFODNN7EXAMPLE',
    password: `20261102T100000Z${signature}`,
  })
})

test('the token of a session goes with the key, and a FIPS host is signed for as such', () => {
  const sessionToken = 'FwoGZXIvYXdzEXAMPLETOKEN//////////=='
  const url = 'https://git-codecommit-fips.us-east-1.amazonaws.com/v1/repos/Fleet_2.x'
  expect(codeCommitLogin(url, { ...keys, sessionToken }, now)).toEqual({
    username: `AKIAIOSFODNN7EXAMPLE%${sessionToken}`,
    password: '20261102T100000Za77c04e871fe069ea911f3e006bf16a39f874664764fcdbf9821bc3f956565b7',
  })
})

test('a port is no part of what is signed', () => {
  const at = (port: string) =>
    codeCommitLogin(`https://git-codecommit.eu-west-1.amazonaws.com${port}/v1/repos/fleet`, keys, now)
  expect(at(':8443')).toEqual(at(''))
})
