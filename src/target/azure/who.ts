import type { Clock } from '../../api/clock.ts'
import { createLimiter } from '../limiter.ts'
import { createArmClient } from './client.ts'
import { armLimits, type TokenSource } from './connections.ts'

/** Whom Azure takes the controller for. */
export interface AzureWho {
  /** As the token says; absent where it says nothing, as it need not. */
  tenantId?: string
  clientId?: string
  /** How many subscriptions it may see. */
  subscriptions: number
}

/** More than anybody has; a list that never ends is not read on. */
const maxPages = 20

/** Asks Azure who the controller is there, by a token and by what it may see. Reads only; throws what the target would. */
export async function askWho(ports: {
  clock: Clock
  endpoint: string
  tokens: TokenSource
}): Promise<AzureWho> {
  const { clock, endpoint, tokens } = ports
  let presented = ''
  const client = createArmClient({
    endpoint,
    clock,
    limiter: createLimiter(clock, armLimits),
    principal: 'the own identity',
    token: async (isStale) => (presented = await tokens.token(undefined, isStale)),
  })
  let subscriptions = 0
  let path: string | undefined = '/subscriptions'
  for (let page = 0; path !== undefined && page < maxPages; page++) {
    // https://learn.microsoft.com/rest/api/resources/subscriptions/list
    const { body } = await client.send({
      method: 'GET',
      path,
      apiVersion: '2022-12-01',
      what: 'subscriptions',
    })
    const { value = [], nextLink } = (body ?? {}) as { value?: unknown[]; nextLink?: string }
    subscriptions += value.length
    path = nextLink
  }
  return { ...claimsOf(presented), subscriptions }
}

/** What the token says of whom it was made for: for a person to read, nothing is decided by it. */
function claimsOf(token: string): Pick<AzureWho, 'tenantId' | 'clientId'> {
  const [, payload] = token.split('.')
  if (payload === undefined) return {}
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
    const { tid, appid } = claims
    return {
      ...(typeof tid === 'string' ? { tenantId: tid } : {}),
      ...(typeof appid === 'string' ? { clientId: appid } : {}),
    }
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}
