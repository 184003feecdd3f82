import { createAzureSandbox } from '../../src/sandbox/azure/server.ts'
import type { AzureSandbox } from '../../src/sandbox/azure/server.ts'
import type { Json, JsonObject } from '../../src/sandbox/azure/json.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { createSeededRandom, createVirtualClock } from './virtual-clock.ts'

/** An answer of the pretend ARM. */
export interface ArmReply {
  status: number
  headers: Headers
  /** An empty object where there is none. */
  body: JsonObject
}

/** A pretend ARM over http under a virtual clock, and the few things that every test of it does. */
export interface ArmGround {
  clock: VirtualClock
  sandbox: AzureSandbox
  /** Calls a path below the subscription, or any other that begins with `/providers` or a whole url. */
  call(method: string, path: string, body?: unknown, more?: CallOptions): Promise<ArmReply>
  control(name: string, body: unknown): Promise<void>
  /** Makes a resource group. */
  group(name: string, location?: string): Promise<void>
  /** The properties of what a path answers. */
  properties(path: string): Promise<JsonObject>
  close(): Promise<void>
}

/** How a call differs from most. */
export interface CallOptions {
  apiVersion?: string
  /** The body's own text instead of JSON. */
  text?: string
  /** Who calls: an object id. */
  principal?: string
}

/** The subscription that paths are below of. */
export const subscription = '/subscriptions/0b1f6471-1bf0-4dda-aec3-111122223333'

/** A pretend ARM for one test. */
export async function createArmGround(options: { speed?: number; https?: boolean } = {}): Promise<ArmGround> {
  const clock = createVirtualClock()
  const sandbox = await createAzureSandbox({
    clock,
    random: createSeededRandom(7),
    speed: options.speed,
    ...(options.https === true ? { httpsPort: 0 } : {}),
  })
  const call: ArmGround['call'] = async (method, path, body, more = {}) => {
    const whole = /^https?:/.test(path) ? path : `${sandbox.url}${absolute(path)}`
    const url = whole.includes('api-version=')
      ? whole
      : `${whole}${whole.includes('?') ? '&' : '?'}api-version=${more.apiVersion ?? versionOf(path)}`
    const answer = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${tokenOf(more.principal)}`, 'content-type': 'application/json' },
      ...(body === undefined && more.text === undefined ? {} : { body: more.text ?? JSON.stringify(body) }),
    })
    const text = await answer.text()
    return {
      status: answer.status,
      headers: answer.headers,
      body: text === '' ? {} : objectOf(JSON.parse(text)),
    }
  }
  return {
    clock,
    sandbox,
    call,
    async control(name, body) {
      const answer = await fetch(`${sandbox.url}/_sandbox/${name}`, {
        method: 'POST',
        body: JSON.stringify(body),
      })
      if (answer.status !== 200) throw new Error(await answer.text())
    },
    async group(name, location = 'westeurope') {
      await call('PUT', `/resourcegroups/${name}`, { location }, { apiVersion: '2024-11-01' })
    },
    properties: async (path) => objectOf((await call('GET', path)).body['properties']),
    close: () => sandbox.close(),
  }
}

function absolute(path: string): string {
  return /^\/(providers|subscriptions)\//.test(path) &&
    !path.startsWith('/providers/Microsoft.Resources/deploymentStacks')
    ? path
    : `${subscription}${path}`
}

function versionOf(path: string): string {
  if (/deploymentStacksWhatIf/i.test(path)) return '2025-07-01'
  if (/deploymentStacks/i.test(path)) return '2024-03-01'
  return /deployments/i.test(path) ? '2025-04-01' : '2024-01-01'
}

function tokenOf(principal: string | undefined): string {
  if (principal === undefined) return 'anybody'
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ oid: principal, appid: principal })}.x`
}

/** A value as an object; an empty one when it is something else. */
export function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value) as [string, Json][])
    : {}
}

/** A template of the commonest schema. */
export function templateOf(resources: unknown, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    ...more,
    resources,
  }
}

/** A storage account in a template. */
export function account(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    type: 'Microsoft.Storage/storageAccounts',
    apiVersion: '2023-01-01',
    name,
    location: 'West Europe',
    sku: { name: 'Standard_LRS' },
    kind: 'StorageV2',
    ...more,
  }
}

/** A network security group in a template: a resource of which the sandbox knows little. */
export function nsg(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    type: 'Microsoft.Network/networkSecurityGroups',
    apiVersion: '2023-11-01',
    name,
    location: 'westeurope',
    properties: { securityRules: [] },
    ...more,
  }
}
