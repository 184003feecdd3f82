import { expect, it } from 'vitest'
import { createSystemClock, createSystemRandom } from '../../src/compose/system.ts'
import { createAzureSandbox } from '../../src/sandbox/azure/server.ts'
import { defaultSubscription } from '../../src/sandbox/azure/subscriptions.ts'
import { rollOutUnderKills } from './rollout.ts'
import type { Scenario, StagedCloud } from './rollout.ts'

/** How often the controller is killed. */
const kills = Number(process.env['HEADWATER_KILLS'] ?? '200')
const unlucky = 'd07'
const group = `/subscriptions/${defaultSubscription}/resourceGroups/fleet`
const provider = `${group}/providers/Microsoft.Resources`
const names = Array.from({ length: 20 }, (_, index) => `d${String(index).padStart(2, '0')}`)

/** Every third is a deployment stack, the unlucky one among them. */
const isStack = (name: string) => names.indexOf(name) % 3 === 1

const filesOf: Scenario['files'] = (name, { text, dependsOn }) => ({
  [`azure/${name}.yaml`]: `apiVersion: headwater.dev/v1alpha1
kind: AzureDeployment
metadata: {name: ${name}, namespace: we}
spec:
  template: ${name}.json
  deploymentName: ${name}
  scope: {resourceGroup: {subscriptionId: ${defaultSubscription}, name: fleet}}
  mode: ${isStack(name) ? 'Stack\n  actionOnUnmanage: {resources: delete}' : 'Incremental'}
  deletionPolicy: Delete
  dependsOn: [${dependsOn.map((other) => `{name: ${other}}`).join(', ')}]
`,
  [`azure/${name}.json`]: JSON.stringify({
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources: [
      {
        type: 'Microsoft.Network/networkSecurityGroups',
        apiVersion: '2023-11-01',
        name,
        location: 'westeurope',
        tags: { text },
      },
    ],
  }),
})

const scenario: Scenario = {
  kind: 'AzureDeployment',
  names,
  unlucky,
  files: filesOf,
  openCloud,
  held: (name, text) => ({
    type: isStack(name) ? 'deploymentStacks' : 'deployments',
    state: 'succeeded',
    text,
  }),
}

async function openCloud(): Promise<StagedCloud> {
  const sandbox = await createAzureSandbox({
    clock: createSystemClock(),
    random: createSystemRandom(),
    speed: 40,
  })
  await arm(sandbox.url, 'PUT', group, { location: 'westeurope' })
  const before = sandbox.calls.counts({ service: 'arm', mutating: true }).total
  return {
    env: { HEADWATER_AZURE_ENDPOINT: sandbox.url },
    async misfortune(isUnlucky) {
      await sandbox.control('forget-faults')
      if (!isUnlucky) return
      await sandbox.control('fail-resource', {
        id: `${group}/providers/Microsoft.Network/networkSecurityGroups/${unlucky}`,
        on: 'put',
        code: 'QuotaExceeded',
        message: 'no more of these',
      })
    },
    mutations: () => sandbox.calls.counts({ service: 'arm', mutating: true }).total - before,
    async look() {
      const { calls } = sandbox.calls.counts({ service: 'arm', mutating: true })
      // ARM itself says when somebody begins what is under way already.
      const doubled = calls.filter(({ outcome }) => /^DeploymentActive$|NonTerminalState$/.test(outcome))
      return {
        objects: {
          ...(await objectsIn(sandbox.url, 'deployments')),
          ...(await objectsIn(sandbox.url, 'deploymentStacks')),
        },
        leftBehind: [
          ...doubled.map(({ name = '', outcome, count }) => `${name} ${outcome} ${count} times`),
          ...(await namesIn(sandbox.url, 'deploymentStacksWhatIfResults')).map((name) => `what-if ${name}`),
        ],
      }
    },
    close: () => sandbox.close(),
  }
}

interface Listed {
  name: string
  properties: { provisioningState: string }
}

/** Deployments or stacks by name, with the text that their resource carries. */
async function objectsIn(url: string, type: string): Promise<Record<string, unknown>> {
  const objects: Record<string, unknown> = {}
  for (const { name, properties } of await list(url, type)) {
    // A stack deploys by deployments of its own making.
    if (!names.includes(name)) continue
    const nsg = await arm(url, 'GET', `${group}/providers/Microsoft.Network/networkSecurityGroups/${name}`)
    const { tags = {} } = nsg as { tags?: Record<string, string> }
    objects[name] = { type, state: properties.provisioningState.toLowerCase(), text: tags['text'] }
  }
  return objects
}

async function namesIn(url: string, type: string): Promise<string[]> {
  return (await list(url, type)).map(({ name }) => name)
}

async function list(url: string, type: string): Promise<Listed[]> {
  const { value = [] } = (await arm(url, 'GET', `${provider}/${type}`)) as { value?: Listed[] }
  return value
}

async function arm(url: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${url}${path}?api-version=2025-07-01`, {
    method,
    headers: { authorization: 'Bearer test', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return response.json()
}

it(`deployments and stacks under ${kills} kills end as declared, with at most one repeated call per kill and no second run of one name`, async () => {
  const { killed, spared } = await rollOutUnderKills(scenario, kills)
  expect(killed).toBeLessThanOrEqual(spared + kills)
}, 1_500_000)
