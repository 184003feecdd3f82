import { expect, it } from 'vitest'
import { codeCommitLogin } from '../../src/source/git/sign-in/codecommit.ts'
import { describeWith, run } from './programs.ts'

const keys = {
  accessKeyId: 'AKIAINTEROPINTEROP00',
  secretAccessKey: 'not/a+secret',
}

describeWith(['aws'], 'the login for CodeCommit is that of the AWS CLI', ({ aws }) => {
  it.each([
    { host: 'git-codecommit.eu-west-1.amazonaws.com', sessionToken: undefined },
    { host: 'git-codecommit.ap-southeast-3.amazonaws.com', sessionToken: 'token//with%odd+signs==' },
    { host: 'git-codecommit.cn-northwest-1.amazonaws.com.cn', sessionToken: undefined },
    { host: 'git-codecommit-fips.us-gov-east-1.amazonaws.com', sessionToken: 'token' },
  ])('for $host', async ({ host, sessionToken }) => {
    const path = 'v1/repos/Fleet_2.x-a'
    const { stdout, stderr } = await run(aws, ['codecommit', 'credential-helper', 'get'], {
      input: `protocol=https\nhost=${host}\npath=${path}\n`,
      env: {
        AWS_ACCESS_KEY_ID: keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
        ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        AWS_EC2_METADATA_DISABLED: 'true',
      },
    })
    expect(stderr).toBe('')
    const [, username, password = ''] = /^username=(.*)\npassword=(.*)\n$/.exec(stdout) ?? []
    // Signed at the same second as the program did.
    const at = Date.parse(password.replace(/^(....)(..)(..)T(..)(..)(..)Z.*$/, '$1-$2-$3T$4:$5:$6Z'))
    const ours = codeCommitLogin(`https://${host}/${path}`, { ...keys, sessionToken }, at)
    expect(ours).toEqual({ username, password })
  })
})
