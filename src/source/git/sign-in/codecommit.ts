import { createHash, createHmac } from 'node:crypto'
import { codeCommitHost } from '../../../api/git-provider.ts'
import type { AwsKeys } from '../../source.ts'

/**
 * The user and password by which CodeCommit knows a role: the key's id (with `%` and the session's token), and the time
 * with a signature of version 4 over the repository's path in place of a request. Good for 15 minutes around `now`
 * (milliseconds since the epoch). The url is one of CodeCommit. Pure.
 * Source: https://github.com/aws/git-remote-codecommit, and `aws codecommit credential-helper`, which agree.
 */
export function codeCommitLogin(
  url: string,
  keys: AwsKeys,
  now: number,
): { username: string; password: string } {
  const { hostname, pathname } = new URL(url)
  const region = codeCommitHost.exec(hostname)?.[1] ?? ''
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+Z/g, '')
  const date = time.slice(0, 8)
  const scope = `${date}/${region}/codecommit/aws4_request`
  const canonical = `GIT\n${pathname}\n\nhost:${hostname}\n\nhost\n`
  const hash = createHash('sha256').update(canonical).digest('hex')
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash}`
  const key = [date, region, 'codecommit', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${keys.secretAccessKey}`,
  )
  const session = keys.sessionToken === undefined ? '' : `%${keys.sessionToken}`
  return {
    username: `${keys.accessKeyId}${session}`,
    password: `${time}Z${hmac(key, toSign).toString('hex')}`,
  }
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
