import type { Clock, Random } from '../../api/clock.ts'
import { ApiError } from './cloudformation/errors.ts'

/** Who a request comes from. */
export interface Identity {
  /** Twelve digits. */
  account: string
  arn: string
  userId: string
}

/** Temporary credentials, as STS answers them. */
export interface SessionCredentials {
  AccessKeyId: string
  SecretAccessKey: string
  SessionToken: string
  Expiration: Date
}

/** What the sandbox was told about a role; a role nobody spoke of may be assumed by everyone. */
export interface RoleRule {
  roleArn: string
  /** Needed to assume it. */
  externalId?: string
  /** Nobody may assume it. */
  denied?: boolean
}

/** Access keys, sessions and roles. */
export interface Identities {
  of(accessKeyId: string | undefined): Identity
  issue(
    role: AssumableRole,
    sessionName: string,
    durationS: number,
  ): { role: Identity; credentials: SessionCredentials }
  /** A token that says to another cloud who somebody is. Its signature is a pretend one. */
  vouch(
    caller: Identity,
    asked: { audiences: readonly string[]; durationS: number; algorithm: string },
  ): { WebIdentityToken: string; Expiration: Date }
  setRule(rule: RoleRule): void
  ruleOf(roleArn: string): RoleRule | undefined
  clear(): void
}

/** The account of every access key that does not say otherwise. */
export const defaultAccount = '123456789012'

// Keys of our making are told from a person's own, which also start with ASIA.
const sessionPrefix = 'ASIASANDBOX'

/** Who vouches for the sandbox's accounts, in the form of AWS's own. */
const outboundIssuer = 'https://00000000-0000-4000-8000-00005a4db0c5.tokens.sts.global.api.aws'

/** A role ARN taken apart. */
export interface AssumableRole {
  partition: string
  account: string
  /** Without its path. */
  name: string
}

/** Takes a role's ARN apart; undefined when it is none. */
export function parseRoleArn(arn: string): AssumableRole | undefined {
  const [, partition, account, name] =
    /^arn:(aws[a-z-]*):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? []
  return partition !== undefined && account !== undefined && name !== undefined
    ? { partition, account, name }
    : undefined
}

/**
 * Which account a key belongs to: an access key of twelve digits is the account itself, a key that AssumeRole gave out
 * carries the role's account, every other one is `123456789012`.
 */
export function createIdentities(options: { clock: Clock; random: Random }): Identities {
  const { clock, random } = options
  const sessions = new Map<string, { identity: Identity; expiresAt: number }>()
  const rules = new Map<string, RoleRule>()

  return {
    of(accessKeyId) {
      if (accessKeyId?.startsWith(sessionPrefix) === true) {
        const session = sessions.get(accessKeyId)
        if (session === undefined) {
          throw new ApiError(
            'InvalidClientTokenId',
            'The security token included in the request is invalid.',
            403,
          )
        }
        if (session.expiresAt <= clock.now()) {
          throw new ApiError('ExpiredToken', 'The security token included in the request is expired', 403)
        }
        return session.identity
      }
      const account = accessKeyId !== undefined && /^\d{12}$/.test(accessKeyId) ? accessKeyId : defaultAccount
      return { account, arn: `arn:aws:iam::${account}:user/sandbox`, userId: 'AIDASANDBOXSANDBOXUSR' }
    },

    issue(role, sessionName, durationS) {
      const accessKeyId = sessionPrefix + letters(random, 9)
      const identity = {
        account: role.account,
        arn: `arn:${role.partition}:sts::${role.account}:assumed-role/${role.name}/${sessionName}`,
        userId: `AROASANDBOX${letters(random, 10)}:${sessionName}`,
      }
      const expiresAt = clock.now() + durationS * 1000
      sessions.set(accessKeyId, { identity, expiresAt })
      return {
        role: identity,
        credentials: {
          AccessKeyId: accessKeyId,
          SecretAccessKey: letters(random, 40),
          SessionToken: `sandbox-${random.uuid()}`,
          Expiration: new Date(Math.floor(expiresAt / 1000) * 1000),
        },
      }
    },

    vouch(caller, { audiences, durationS, algorithm }) {
      const issuedAt = Math.floor(clock.now() / 1000)
      const claims = {
        iss: outboundIssuer,
        // A session speaks for its role.
        sub: caller.arn.replace(/:sts::(\d+):assumed-role\/([^/]+)\/.*$/, ':iam::$1:role/$2'),
        aud: audiences.length === 1 ? audiences[0] : audiences,
        iat: issuedAt,
        nbf: issuedAt,
        exp: issuedAt + durationS,
        jti: random.uuid(),
      }
      const parts = [{ alg: algorithm, typ: 'JWT', kid: 'sandbox' }, claims]
      const token = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
      return { WebIdentityToken: `${token}.${letters(random, 43)}`, Expiration: new Date(claims.exp * 1000) }
    },

    setRule(rule) {
      rules.set(rule.roleArn, rule)
    },
    ruleOf: (roleArn) => rules.get(roleArn),
    clear() {
      rules.clear()
    },
  }
}

function letters(random: Random, count: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  return Array.from({ length: count }, () => alphabet[Math.floor(random.next() * alphabet.length)]).join('')
}
