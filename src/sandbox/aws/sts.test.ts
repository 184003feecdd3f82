import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  GetWebIdentityTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import { describe, expect, it } from 'vitest'
import { layGround } from '../../../test/support/sandbox-ground.ts'

const roleArn = 'arn:aws:iam::210987654321:role/teams/deployer'

describe('STS', () => {
  const ground = layGround()
  const client = (key?: string): STSClient => new STSClient(ground.client(key))
  const assume = (more: { ExternalId?: string; DurationSeconds?: number; RoleArn?: string } = {}) =>
    client().send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'headwater', ...more }))

  const claimsOf = (token = ''): object =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object

  it('says who one is', async () => {
    expect(await client().send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:user/sandbox',
      UserId: 'AIDASANDBOXSANDBOXUSR',
    })
  })

  it('says to another cloud who one is', async () => {
    const { WebIdentityToken, Expiration } = await client().send(
      new GetWebIdentityTokenCommand({ Audience: ['api://there'], SigningAlgorithm: 'RS256' }),
    )
    expect(claimsOf(WebIdentityToken)).toMatchObject({
      iss: expect.stringMatching(/^https:\/\/.*\.tokens\.sts\.global\.api\.aws$/) as string,
      sub: 'arn:aws:iam::123456789012:user/sandbox',
      aud: 'api://there',
    })
    expect(Expiration).toEqual(new Date(ground.clock.now() + 300_000))
    const { Credentials } = await assume()
    const ofRole = await client(Credentials?.AccessKeyId).send(
      new GetWebIdentityTokenCommand({
        Audience: ['api://there'],
        SigningAlgorithm: 'RS256',
        DurationSeconds: 60,
      }),
    )
    expect(claimsOf(ofRole.WebIdentityToken)).toMatchObject({
      sub: 'arn:aws:iam::210987654321:role/deployer',
      exp: Math.floor(ground.clock.now() / 1000) + 60,
    })
    await expect(
      client().send(new GetWebIdentityTokenCommand({ Audience: [], SigningAlgorithm: 'RS256' })),
    ).rejects.toMatchObject({ name: 'ValidationError' })
  })

  it('lets one be somebody else, in the role’s account, for an hour', async () => {
    const { Credentials, AssumedRoleUser } = await assume()
    expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::210987654321:assumed-role/deployer/headwater')
    expect(Credentials?.Expiration).toEqual(new Date(ground.clock.now() + 3_600_000))
    const role = client(Credentials?.AccessKeyId)
    expect(await role.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '210987654321',
      Arn: AssumedRoleUser?.Arn,
      UserId: AssumedRoleUser?.AssumedRoleId,
    })
    ground.clock.advance(3_600_000)
    await expect(role.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'ExpiredToken',
      $metadata: { httpStatusCode: 403 },
    })
  })

  it('does not know a key of its own making that it never gave out', async () => {
    await expect(client('ASIASANDBOXNOTGIVEN0').send(new GetCallerIdentityCommand({}))).rejects.toMatchObject(
      { name: 'InvalidClientTokenId', $metadata: { httpStatusCode: 403 } },
    )
  })

  it('asks for the external id once it was told so', async () => {
    await ground.control('role', { roleArn, externalId: 'team-a' })
    await expect(assume()).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
      $metadata: { httpStatusCode: 403 },
    })
    await expect(assume({ ExternalId: 'team-b' })).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(assume({ ExternalId: 'team-a' })).resolves.toMatchObject({ Credentials: {} })
    await ground.control('forget-faults')
    await expect(assume()).resolves.toMatchObject({ Credentials: {} })
  })

  it('keeps everybody from a role that is denied', async () => {
    await ground.control('role', { roleArn, denied: true })
    await expect(assume()).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  it.each([
    {
      name: 'no ARN',
      given: { RoleArn: 'deployer-of-everything' },
      want: 'deployer-of-everything is invalid',
    },
    {
      name: 'too short a session',
      given: { DurationSeconds: 60 },
      want: "1 validation error detected: Value '60' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    },
  ])('refuses $name', async ({ given, want }) => {
    await expect(assume(given)).rejects.toMatchObject({ name: 'ValidationError', message: want })
  })

  it('takes a web identity, which signs nothing', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { sub: 'repo:acme/fleet', aud: 'sts.amazonaws.com', iss: 'https://token.example' }
    const answer = await client().send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: roleArn,
        RoleSessionName: 'ci',
        WebIdentityToken: `${part({ alg: 'none' })}.${part(claims)}.sig`,
      }),
    )
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: 'repo:acme/fleet',
      Audience: 'sts.amazonaws.com',
      Provider: 'https://token.example',
      AssumedRoleUser: { Arn: 'arn:aws:sts::210987654321:assumed-role/deployer/ci' },
    })
    await expect(
      client().send(
        new AssumeRoleWithWebIdentityCommand({
          RoleArn: roleArn,
          RoleSessionName: 'ci',
          WebIdentityToken: 'not-a-token',
        }),
      ),
    ).rejects.toMatchObject({ name: 'InvalidIdentityTokenException' })
  })
})
