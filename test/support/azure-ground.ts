import { afterAll, beforeAll } from 'vitest'
import { createAzureSandbox, type AzureSandbox } from '../../src/sandbox/azure/server.ts'
import { defaultSubscription } from '../../src/sandbox/azure/subscriptions.ts'
import { createAzureDriver } from './azure-driver.ts'
import type { DeployableDriver } from './deployable-driver.ts'
import { createSeededRandom, createVirtualClock, type VirtualClock } from './virtual-clock.ts'

/** A fresh pretend Azure, and one object under the real loop and target. */
export interface AzureGround {
  sandbox: AzureSandbox
  clock: VirtualClock
  driver: DeployableDriver
}

interface DriverSettings {
  name?: string
  pollFloorMs?: number
}

export const subscription = `/subscriptions/${defaultSubscription}`
export const groupId = `${subscription}/resourceGroups/web`
export const vnetId = `${groupId}/providers/Microsoft.Network/virtualNetworks/vnet`
export const nsgId = `${groupId}/providers/Microsoft.Network/networkSecurityGroups/nsg`
export const deploymentId = `${groupId}/providers/Microsoft.Resources/deployments/we_web`
export const stackId = `${groupId}/providers/Microsoft.Resources/deploymentStacks/we_web`
/** A scope whose resource group is made. */
export const newGroup = {
  resourceGroup: {
    subscriptionId: defaultSubscription,
    name: 'web',
    location: 'westeurope',
    createIfMissing: true,
  },
}

const versions: Readonly<Record<string, string>> = {
  deployments: '2025-04-01',
  deploymentStacks: '2025-07-01',
  virtualNetworks: '2023-11-01',
  networkSecurityGroups: '2023-11-01',
}

/** One sandbox for all tests of a file. */
export function layAzureGround(): {
  /** An empty cloud without faults but for the group `web`, and a controller that knows of nothing. */
  fresh(more?: DriverSettings): Promise<AzureGround>
  driverOf(controllerId: string, more?: DriverSettings): DeployableDriver
} {
  const clock = createVirtualClock()
  const state: { sandbox?: AzureSandbox } = {}

  beforeAll(async () => {
    state.sandbox = await createAzureSandbox({ clock, random: createSeededRandom(1) })
  })
  afterAll(async () => state.sandbox?.close())

  function running(): AzureSandbox {
    if (state.sandbox === undefined) throw new Error('the sandbox runs only within a test')
    return state.sandbox
  }

  function driverOf(controllerId: string, more: DriverSettings = {}): DeployableDriver {
    return createAzureDriver({
      endpoint: running().url,
      clock,
      pass: async (ms) => clock.advance(ms),
      subscriptionId: defaultSubscription,
      controllerId,
      ...more,
    })
  }

  return {
    driverOf,
    async fresh(more) {
      const sandbox = running()
      await sandbox.control('reset')
      const ground = { sandbox, clock, driver: driverOf('hw', more) }
      await call(ground, 'PUT', groupId, { location: 'westeurope' }, '2025-04-01')
      sandbox.calls.clear()
      return ground
    },
  }
}

/** One request of a person who is not the controller. */
export async function call(
  { sandbox }: Pick<AzureGround, 'sandbox'>,
  method: string,
  path: string,
  body?: unknown,
  apiVersion?: string,
): Promise<{ status: number; body: unknown }> {
  const type = path.split('/').at(-2) ?? ''
  const version = apiVersion ?? versions[type] ?? '2025-04-01'
  const response = await fetch(`${sandbox.url}${path}?api-version=${version}`, {
    method,
    headers: { authorization: 'Bearer somebody', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) }
}

/** A network whose size is a parameter, and a security group after it, unless a test wants something else. */
export function template(
  more: { resources?: unknown[]; outputs?: Record<string, unknown> } = {},
): Record<string, unknown> {
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    parameters: { size: { type: 'int', defaultValue: 1 } },
    resources: more.resources ?? [vnet, nsg],
    outputs: more.outputs ?? { size: { type: 'int', value: "[parameters('size')]" } },
  }
}

export const vnet = {
  type: 'Microsoft.Network/virtualNetworks',
  apiVersion: '2023-11-01',
  name: 'vnet',
  location: 'westeurope',
  tags: { size: "[string(parameters('size'))]" },
  properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] } },
}

export const nsg = {
  type: 'Microsoft.Network/networkSecurityGroups',
  apiVersion: '2023-11-01',
  name: 'nsg',
  location: 'westeurope',
  properties: { securityRules: [] },
  dependsOn: ["[resourceId('Microsoft.Network/virtualNetworks', 'vnet')]"],
}

/** Values of parameters, as packaging resolves them. */
export function values(given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, { value }]))
}

/** What is left at the end of a story: nothing of it may depend on mishaps. */
export async function endOf(ground: AzureGround) {
  const { driver } = ground
  const record = await driver.record()
  const seen = async (id: string) => {
    const { status, body } = await call(ground, 'GET', id)
    return status === 404 ? undefined : shapeOf(body)
  }
  return {
    ready: (await driver.ready()).replace(/ in [\d.]+[smh].*/, ''),
    outputs: record?.status.outputs,
    operation: record?.operation,
    drift: record?.status.drift?.properties,
    deployment: await seen(deploymentId),
    stack: await seen(stackId),
    vnet: await seen(vnetId),
    nsg: await seen(nsgId),
  }
}

/** What of an answer stays the same whoever asked, and when. */
function shapeOf(body: unknown): unknown {
  const { tags, properties } = body as { tags?: Record<string, string>; properties?: Record<string, unknown> }
  const { provisioningState, parameters, outputs, addressSpace } = properties ?? {}
  const kept = Object.fromEntries(
    Object.entries(tags ?? {}).filter(([name]) => name !== 'headwater-operation'),
  )
  return { tags: kept, provisioningState, parameters, outputs, addressSpace }
}
