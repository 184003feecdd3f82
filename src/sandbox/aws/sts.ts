import { ApiError } from './cloudformation/errors.ts'
import type { Identities, Identity } from './identity.ts'
import { parseRoleArn } from './identity.ts'

/** The part of STS that a deployer needs: who am I, and be somebody else. */
export function handleSts(
  action: string,
  input: Readonly<Record<string, unknown>>,
  caller: Identity,
  identities: Identities,
): Record<string, unknown> {
  switch (action) {
    case 'GetCallerIdentity':
      return { UserId: caller.userId, Account: caller.account, Arn: caller.arn }
    case 'AssumeRole':
      return assumeRole(input, identities, (roleArn) => {
        const rule = identities.ruleOf(roleArn)
        if (
          rule?.denied === true ||
          (rule?.externalId !== undefined && rule.externalId !== input['ExternalId'])
        ) {
          throw accessDenied(
            `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
          )
        }
      })
    case 'AssumeRoleWithWebIdentity': {
      const claims = readToken(text(input, 'WebIdentityToken'))
      const answer = assumeRole(input, identities, (roleArn) => {
        if (identities.ruleOf(roleArn)?.denied === true) {
          throw accessDenied('Not authorized to perform sts:AssumeRoleWithWebIdentity')
        }
      })
      return {
        ...answer,
        SubjectFromWebIdentityToken: claims.sub,
        Audience: claims.aud,
        Provider: claims.iss,
      }
    }
    case 'GetWebIdentityToken':
      return identities.vouch(caller, {
        audiences: texts(input, 'Audience'),
        durationS: Number(input['DurationSeconds'] ?? 300),
        algorithm: text(input, 'SigningAlgorithm'),
      })
    case 'GetAccessKeyInfo':
      return { Account: identities.of(text(input, 'AccessKeyId')).account }
    default:
      throw new ApiError('InvalidAction', `Could not find operation ${action} for version 2011-06-15`)
  }
}

function assumeRole(
  input: Readonly<Record<string, unknown>>,
  identities: Identities,
  authorize: (roleArn: string) => void,
): Record<string, unknown> {
  const roleArn = text(input, 'RoleArn')
  const role = parseRoleArn(roleArn)
  if (role === undefined) throw new ApiError('ValidationError', `${roleArn} is invalid`)
  const sessionName = text(input, 'RoleSessionName')
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
    throw constraint(
      sessionName,
      'roleSessionName',
      'Member must satisfy regular expression pattern: [\\w+=,.@-]*',
    )
  }
  const durationS = Number(input['DurationSeconds'] ?? 3600)
  if (!Number.isInteger(durationS) || durationS < 900) {
    throw constraint(
      String(durationS),
      'durationSeconds',
      'Member must have value greater than or equal to 900',
    )
  }
  if (durationS > 43_200) {
    throw constraint(
      String(durationS),
      'durationSeconds',
      'Member must have value less than or equal to 43200',
    )
  }
  authorize(roleArn)
  const issued = identities.issue(role, sessionName, durationS)
  return {
    AssumedRoleUser: { AssumedRoleId: issued.role.userId, Arn: issued.role.arn },
    Credentials: issued.credentials,
    SourceIdentity: input['SourceIdentity'],
  }
}

/** The claims of a web identity token. Its signature is not checked; that it is a JWT is. */
function readToken(token: string): { sub: string; aud: string; iss: string } {
  const payload = token.split('.')[1]
  if (token.split('.').length !== 3 || payload === undefined) throw notAToken()
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>
    return { sub: String(claims['sub']), aud: String(claims['aud']), iss: String(claims['iss']) }
  } catch (error) {
    if (error instanceof SyntaxError) throw notAToken()
    throw error
  }
}

function notAToken(): ApiError {
  return new ApiError(
    'InvalidIdentityToken',
    'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
  )
}

function accessDenied(message: string): ApiError {
  return new ApiError('AccessDenied', message, 403)
}

function constraint(value: string, member: string, rule: string): ApiError {
  return new ApiError(
    'ValidationError',
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: ${rule}`,
  )
}

/** A list as query parameters tell it: `Audience.member.1`, or parsed already. */
function texts(input: Readonly<Record<string, unknown>>, name: string): string[] {
  const value = input[name]
  const list = Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
  if (list.length === 0) text(input, name)
  return list
}

function text(input: Readonly<Record<string, unknown>>, name: string): string {
  const value = input[name]
  if (typeof value === 'string' && value !== '') return value
  const member = name.charAt(0).toLowerCase() + name.slice(1)
  throw new ApiError(
    'ValidationError',
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  )
}
