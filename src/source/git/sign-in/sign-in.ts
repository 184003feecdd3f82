import type { Clock } from '../../../api/clock.ts'
import { stalled } from '../../../api/errors.ts'
import type { CloudIdentities, GitProvider, SourceCredentials, SourceLocation } from '../../source.ts'
import type { HttpAnswer, HttpRequest } from '../http/message.ts'
import type { InstallationToken } from './github-app.ts'

/** How a host is told who asks. */
export interface SignIn {
  /** The header for one request, undefined for none. `isRefused`: the last one was, so a new one is wanted. */
  authorization(options: { isRefused: boolean; send: SendTo }): Promise<string | undefined>
  /** Whether what was refused may have been good once, so that asking anew is worth a request. */
  canRenew: boolean
  /** What to look at when the host refuses, as the end of a sentence. */
  remedy: string
}

/** Sends a request elsewhere than to the repository, by the same rules. */
export type SendTo = (request: HttpRequest) => Promise<HttpAnswer>

/** Tokens that were given to us, by what they are for; kept as long as the process. */
export type TokenCache = Map<string, InstallationToken>

/** A token that ends sooner than this is not used any more: a question may take a while. In milliseconds. */
const spareMs = 5 * 60_000
/** Tokens that are kept; the oldest leave first. */
const maxTokens = 256

/** The sign-in that a location's provider asks for. What a provider needs is loaded when it is first asked. */
export function createSignIn(
  { url, provider = 'generic', credentials }: SourceLocation,
  ports: {
    clock: Clock
    tokens: TokenCache
    identities?: CloudIdentities | undefined
    /** The provider that the host could be signed in to by. */
    offered?: GitProvider | undefined
  },
): SignIn {
  const { clock, tokens } = ports
  const identities = (): CloudIdentities => {
    if (ports.identities !== undefined) return ports.identities
    throw stalled('CredentialsMissing', `provider ${provider}: no identity in a cloud is set up here`)
  }
  switch (provider) {
    case 'generic': {
      const header = authorizationOf(credentials)
      const other = ports.offered === undefined ? '' : `, or sign in by spec.provider: ${ports.offered}`
      const remedy = `check secretRef and its rights${other}`
      return { canRenew: false, remedy, authorization: async () => header }
    }
    case 'github': {
      const key = JSON.stringify([url, credentials])
      return {
        canRenew: true,
        remedy: 'check what the GitHub App may read',
        async authorization({ isRefused, send }) {
          const now = clock.now()
          const known = isRefused ? undefined : tokens.get(key)
          if (known !== undefined && known.expiresAt - spareMs > now)
            return basic('x-access-token', known.token)
          const { installationToken } = await import('./github-app.ts')
          const given = await installationToken({ url, credentials, now, send })
          tokens.delete(key)
          tokens.set(key, given)
          for (const oldest of tokens.keys()) {
            if (tokens.size <= maxTokens) break
            tokens.delete(oldest)
          }
          return basic('x-access-token', given.token)
        },
      }
    }
    case 'aws':
      return {
        // Each request is signed anew already.
        canRenew: false,
        remedy: "check that the controller's role may codecommit:GitPull from it, and the clock here",
        async authorization() {
          const keys = await identities().aws()
          const { codeCommitLogin } = await import('./codecommit.ts')
          const { username, password } = codeCommitLogin(url, keys, clock.now())
          return basic(username, password)
        },
      }
    case 'azure':
      return {
        canRenew: true,
        remedy: "check that the controller's identity is a user of the organization who may read it",
        authorization: async ({ isRefused }) => `Bearer ${await identities().azureDevOps(isRefused)}`,
      }
    default:
      throw new Error(`unknown provider ${String(provider satisfies never)}`)
  }
}

function authorizationOf(credentials: SourceCredentials | undefined): string | undefined {
  if (credentials?.bearerToken !== undefined) return `Bearer ${credentials.bearerToken}`
  if (credentials?.password === undefined && credentials?.username === undefined) return undefined
  return basic(credentials.username ?? '', credentials.password ?? '')
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`
}
