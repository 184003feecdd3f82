import { stalled } from './errors.ts'
import type { SchemedUrl } from './scheme.ts'

/** A source of tokens as `@azure/identity` has them; told by shape, so that no SDK is loaded for it. */
export interface AzureTokenCredential {
  getToken(
    scopes: string | string[],
    options?: object,
  ): Promise<{ token: string; expiresOnTimestamp: number } | null>
}

/** What the drivers for Azure need of the outside world. */
export interface AzurePorts {
  /** The identity that Azure is called with; made when it is first asked for. */
  credential(): Promise<AzureTokenCredential>
  /** Resolves a reference to a secret: a connection string, where there is no identity. */
  secret(reference: string): Promise<string>
}

/** How a storage account is reached: with an identity, or with the key in a connection string (Azurite has only that). */
export type AzureStorageAccess =
  | { by: 'identity'; url: string; credential: AzureTokenCredential }
  | { by: 'connection'; connectionString: string }

/** The services of a storage account that state lives in. */
export type AzureStorageService = 'table' | 'queue' | 'blob'

/** What stands behind `az…://`, cut into its parts. */
export interface AzureStorageName {
  account: string
  /** Table, queue or container. */
  name: string
  /** What follows the name, without slashes at its ends: a blob's prefix. */
  prefix: string
}

/** Source: Azure's naming rules for storage accounts, tables, queues and containers. */
const accountPattern = /^[a-z0-9]{3,24}$/
const namePatterns: Readonly<Record<AzureStorageService, RegExp>> = {
  table: /^[A-Za-z][A-Za-z0-9]{2,62}$/,
  queue: /^[a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9]$/,
  blob: /^[a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9]$/,
}
const examples: Readonly<Record<AzureStorageService, string>> = {
  table: 'aztable://account/table',
  queue: 'azqueue://account/queue',
  blob: 'azblob://account/container or azblob://account/container/prefix',
}

/** Names the parts of a setting, or throws `stalled`, `InvalidSetting`. Pure. */
export function azureStorageName(service: AzureStorageService, rest: string, url: string): AzureStorageName {
  const [account = '', name = '', ...more] = rest.split('/')
  const prefix = more.join('/').replace(/^\/+|\/+$/g, '')
  const isName = accountPattern.test(account) && namePatterns[service].test(name)
  if (!isName || (service !== 'blob' && prefix !== ''))
    throw stalled('InvalidSetting', `"${url}" names no ${nouns[service]}; write ${examples[service]}`)
  return { account, name, prefix }
}

const nouns = { table: 'table', queue: 'queue', blob: 'container' } as const

/**
 * How a setting's account is reached. `?connection=env://NAME` is a reference to a connection string; without it the
 * identity is taken, at the account's own address or at `?endpoint=https://…` (a sovereign cloud, a private endpoint).
 */
export async function azureStorageAccess(
  service: AzureStorageService,
  { account }: AzureStorageName,
  { query }: SchemedUrl,
  ports: AzurePorts | undefined,
): Promise<AzureStorageAccess> {
  if (ports === undefined) throw stalled('InvalidSetting', 'no identity for Azure is set up here')
  const reference = query.get('connection')
  if (reference) return { by: 'connection', connectionString: await ports.secret(reference) }
  const url = query.get('endpoint') || `https://${account}.${service}.core.windows.net`
  if (!url.startsWith('https://') || !URL.canParse(url))
    throw stalled(
      'InvalidSetting',
      `"${url}" is no https endpoint, and a token goes nowhere else; for an emulator write ?connection=env://NAME, the name of a variable with its connection string`,
    )
  return { by: 'identity', url: url.replace(/\/$/, ''), credential: await ports.credential() }
}

/** Longest time for one small call, in milliseconds. */
export const azureRequestTimeoutMs = 5_000

/** The options that every client here has: one attempt, because when to try again is the controller's decision. */
export const azureClientOptions = { retryOptions: { maxRetries: 0 } } as const

/** A bound on one call, as the SDKs take it with each. */
export function azureCallOptions(timeoutMs = azureRequestTimeoutMs): { requestOptions: { timeout: number } } {
  return { requestOptions: { timeout: timeoutMs } }
}

/** What of a storage SDK's pipeline is touched; told by shape. */
interface PolicyChain {
  factories: { push(factory: { create(next: Policy): Policy }): unknown }
}
interface Policy {
  sendRequest(request: { timeout: number }): Promise<never>
}

/** Puts a bound on each call of a client of `storage-queue` or `storage-blob`, which take none with the call itself. */
export function boundEachCall<Chain extends object>(chain: Chain, timeoutMs: number): Chain {
  const { factories } = chain as unknown as PolicyChain
  factories.push({
    create: (next) => ({
      sendRequest: (request) => {
        request.timeout = timeoutMs
        return next.sendRequest(request)
      },
    }),
  })
  return chain
}

/**
 * The parts of a connection string: `DefaultEndpointsProtocol=…;AccountName=…;AccountKey=…;EndpointSuffix=…`, or with the
 * service's own endpoint, as Azurite has it. What is wrong with it is told without any of it. Pure.
 */
export function azureConnection(
  text: string,
  service: AzureStorageService,
): { account: string; key: string; url: string } {
  const fields = new Map(
    text.split(';').flatMap((part) => {
      const at = part.indexOf('=')
      return at < 1 ? [] : [[part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()] as const]
    }),
  )
  const account = fields.get('accountname')
  const key = fields.get('accountkey')
  if (!account || !key)
    throw stalled(
      'InvalidSetting',
      'the connection string (not shown) has no AccountName or no AccountKey; copy it whole from the storage account',
    )
  const protocol = fields.get('defaultendpointsprotocol') ?? 'https'
  const suffix = fields.get('endpointsuffix') ?? 'core.windows.net'
  const url = fields.get(`${service}endpoint`) ?? `${protocol}://${account}.${service}.${suffix}`
  return { account, key, url: url.replace(/\/$/, '') }
}
