import type { AzurePorts } from '../api/azure-storage.ts'
import { fromAzureError } from '../api/azure-storage-error.ts'
import type { Clock } from '../api/clock.ts'
import { withDeadline } from '../api/deadline.ts'
import { HeadwaterError, stalled, transient } from '../api/errors.ts'
import { pickJsonKey } from './json-key.ts'

/** Where vaults are, and as whom they are asked. */
export interface KeyVaultPorts {
  clock: Clock
  credential: AzurePorts['credential']
  /**
   * The vault's address; default Azure's own. Never a part of a reference: whoever writes a manifest could have the
   * controller's token sent to a host of their choice.
   */
  vaultUrl?: (vault: string) => string
}

/** Source: https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret */
const apiVersion = '7.4'
const scope = 'https://vault.azure.net/.default'
const requestTimeoutMs = 10_000
/** Key Vault takes 25 KB a secret; an answer far above is none. In characters. */
const maxAnswerLength = 256 * 1024

/** `azure-kv://vault/name[/version][#key]`: a secret's newest version or a named one, or one key of it if it holds a JSON object. */
export async function readKeyVaultSecret(
  reference: string,
  { path, key }: { path: string; key?: string },
  ports: KeyVaultPorts,
): Promise<string> {
  const [, vault, name, version] =
    /^([A-Za-z][A-Za-z0-9-]{2,23})\/([A-Za-z0-9-]{1,127})(?:\/([0-9a-f]{32}))?$/.exec(path) ?? []
  if (vault === undefined || name === undefined)
    throw stalled('InvalidReference', `"${reference}" names no secret; write azure-kv://vault/name`)
  const base = ports.vaultUrl?.(vault) ?? `https://${vault}.vault.azure.net`
  const secretPath = version === undefined ? name : `${name}/${version}`
  const url = `${base}/secrets/${secretPath}?api-version=${apiVersion}`
  const value = await fetchSecret(reference, url, ports)
  if (key !== undefined) return pickJsonKey(reference, value, key)
  if (value === '') throw stalled('SecretNotFound', `"${reference}": the secret is empty`)
  return value
}

async function fetchSecret(reference: string, url: string, ports: KeyVaultPorts): Promise<string> {
  const late = (): Error => new Error(`no answer within ${requestTimeoutMs / 1000} seconds`)
  try {
    return await withDeadline({ clock: ports.clock, timeoutMs: requestTimeoutMs, late }, async (signal) => {
      const credential = await ports.credential()
      const token = await credential.getToken(scope)
      if (token === null) throw stalled('AuthenticationFailed', `"${reference}": no token for Key Vault`)
      const response = await fetch(url, {
        headers: { authorization: `Bearer ${token.token}`, accept: 'application/json' },
        redirect: 'error',
        signal,
      })
      const text = await response.text()
      if (!response.ok) throw refusal(reference, response)
      return valueIn(reference, text)
    })
  } catch (error) {
    if (error instanceof HeadwaterError) throw error
    throw fromAzureError(error, `"${reference}"`)
  }
}

/** By status alone: a body is not for a log. */
function refusal(reference: string, { status, headers }: Response): HeadwaterError {
  const said = `"${reference}": Key Vault answered ${status}`
  if (status === 404) return stalled('SecretNotFound', `"${reference}": the vault has no such secret`)
  if (status === 401) return stalled('AuthenticationFailed', said)
  if (status === 403)
    return stalled(
      'AccessDenied',
      `${said}; give the controller's identity the role Key Vault Secrets User, and look at the vault's firewall`,
    )
  if (status === 429) {
    const seconds = Number(headers.get('retry-after'))
    return transient('Throttled', said, undefined, seconds > 0 ? seconds * 1000 : undefined)
  }
  return status < 500 ? stalled('Refused', said) : transient('Unavailable', said)
}

function valueIn(reference: string, text: string): string {
  let answer: unknown
  try {
    answer = text.length > maxAnswerLength ? undefined : JSON.parse(text)
  } catch {
    // Not as a cause: the parser's message quotes the text.
    answer = undefined
  }
  if (typeof answer === 'object' && answer !== null && 'value' in answer && typeof answer.value === 'string')
    return answer.value
  throw transient('Unavailable', `"${reference}": the answer is no secret of Key Vault`)
}
