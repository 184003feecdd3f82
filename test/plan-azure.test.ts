import { beforeEach, describe, expect, test } from 'vitest'
import { createHash } from 'node:crypto'
import { azureDeploymentSpec } from '../src/api/kinds/azure-deployment.ts'
import type { Clock } from '../src/api/clock.ts'
import type { ObjectRecord } from '../src/api/record.ts'
import { defaultSubscription } from '../src/sandbox/azure/subscriptions.ts'
import { createAzurePlanner } from '../src/target/azure/planner.ts'
import type { AzurePlan } from '../src/target/azure/plan.ts'
import {
  call,
  groupId,
  layAzureGround,
  newGroup,
  template,
  values,
  vnet,
  type AzureGround,
} from './support/azure-deployment-ground.ts'

const lay = layAzureGround()
let ground: AzureGround
beforeEach(async () => {
  ground = await lay.fresh()
})

const scope = { resourceGroup: { subscriptionId: defaultSubscription, name: 'web' } }

/** What would happen to a declaration that nobody made yet. */
async function plan(spec: Record<string, unknown>, contents: Record<string, unknown>): Promise<AzurePlan> {
  const { clock, sandbox } = ground
  const bodies = new Map<string, Uint8Array>()
  const files = Object.fromEntries(
    Object.entries(contents).map(([role, content]) => {
      const bytes = new TextEncoder().encode(JSON.stringify(content))
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      bodies.set(sha256, bytes)
      return [role, { path: `${role}.json`, sha256, bytes: bytes.length }]
    }),
  )
  // A pause passes at once; the deadline of a call does not.
  const patient: Clock = {
    now: () => clock.now(),
    sleep: async (ms, signal) => (signal === undefined ? clock.advance(ms) : clock.sleep(ms, signal)),
  }
  const planner = createAzurePlanner({
    controllerId: 'hw',
    clock: patient,
    endpoint: sandbox.url,
    tokens: { token: async () => 'test' },
    templateBody: async (sha256) => bodies.get(sha256) ?? new Uint8Array(),
  })
  const record: ObjectRecord = {
    schema: 1,
    kind: 'AzureDeployment',
    namespace: 'we',
    name: 'web',
    spec: azureDeploymentSpec.parse({ template: 'web.json', scope, ...spec }),
    generation: 1,
    inputs: { revision: 'here', files, digest: 'd' },
    status: { conditions: [], observedGeneration: 0 },
  }
  return planner(record)
}

const drawn = ({ changes }: AzurePlan): string[] =>
  changes.flatMap(({ sign, resource, properties }) => [
    `${sign} ${resource}`,
    ...properties.map(({ path, before, after }) => `  ${path} ${before} → ${after}`),
  ])
const files = (size = 1) => ({ template: template(), parameters: values({ size }) })

describe.each(['Incremental', 'Stack'])('a plan of %s', (mode) => {
  test('of what is new, and of what changes; nothing is deployed', async () => {
    const first = await plan({ mode }, files())
    expect(first.isNew).toBe(true)
    expect(drawn(first).toSorted()).toEqual(['+ nsg', '+ vnet'])
    expect(
      (await call(ground, 'GET', `${groupId}/providers/Microsoft.Network/virtualNetworks/vnet`)).status,
    ).toBe(404)

    await ground.driver.declare({ mode }, files())
    await ground.driver.run()
    expect(drawn(await plan({ mode }, files(2)))).toEqual(
      expect.arrayContaining(['~ vnet', '  tags.size 1 → 2']),
    )
    expect(drawn(await plan({ mode }, files(1))).filter((line) => !line.startsWith('='))).toEqual([])
  })
  test('of a template that ARM would not take', async () => {
    const bad = template({ resources: [{ ...vnet, name: "[parameters('nome')]" }] })
    await expect(plan({ mode }, { template: bad })).rejects.toMatchObject({
      class: 'stalled',
      message: expect.stringContaining('nome') as string,
    })
  })
  test('in a group that is not there', async () => {
    await ground.sandbox.control('reset')
    await expect(plan({ mode }, files())).rejects.toMatchObject({ reason: 'ScopeNotFound' })
    const made = await plan({ mode, scope: newGroup }, files())
    expect(drawn(made)).toEqual(['+ web'])
    expect(made.notes[0]).toMatch(/--offline/)
  })
})

test('what leaves a stack, and that the plan leaves nothing behind', async () => {
  await ground.driver.declare({ mode: 'Stack' }, files())
  await ground.driver.run()
  const smaller = { template: template({ resources: [vnet] }), parameters: values({ size: 1 }) }
  expect(drawn(await plan({ mode: 'Stack' }, smaller))).toContain('v nsg')
  const deleting = { mode: 'Stack', actionOnUnmanage: { resources: 'delete' } }
  expect(drawn(await plan(deleting, smaller))).toContain('- nsg')
  const results = `${groupId}/providers/Microsoft.Resources/deploymentStacksWhatIfResults`
  const { body } = await call(ground, 'GET', results, undefined, '2025-07-01')
  expect(body).toMatchObject({ value: [] })
})

test('a name that is somebody else’s is noted', async () => {
  const other = lay.driverOf('other')
  await other.declare({}, files())
  await other.run()
  expect((await plan({}, files())).notes).toEqual([
    'we_web belongs to other/we/web: it is refused unless spec.adopt is set',
  ])
})
