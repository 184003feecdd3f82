import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { realBicep } from './support/bicep.ts'
import { createAzureFleet, type AzureFleet } from './support/sandbox-azure-fleet.ts'

const minute = 60_000
const names = Array.from({ length: 30 }, (_, index) => `d${String(index).padStart(2, '0')}`)
/** Every fifth deployment uses the shared module. */
const users = names.filter((_, index) => index % 5 === 0)

const document = (name: string) => `apiVersion: headwater.dev/v1alpha1
kind: AzureDeployment
metadata: {name: ${name}, namespace: we}
spec:
  template: ${name}.bicep
  scope: {resourceGroup: {subscriptionId: 00000000-0000-0000-0000-000000000001, name: fleet, location: westeurope, createIfMissing: true}}
  mode: ${names.indexOf(name) % 3 === 0 ? 'Stack' : 'Incremental'}
`
const plain = (name: string) => `resource nsg 'Microsoft.Network/networkSecurityGroups@2023-11-01' = {
  name: '${name}'
  location: resourceGroup().location
}
`
const using = (name: string) => `module shared 'modules/shared.bicep' = {
  name: '${name}-shared'
  params: { name: '${name}' }
}
`
const shared = (text: string) => `param name string
resource nsg 'Microsoft.Network/networkSecurityGroups@2023-11-01' = {
  name: name
  location: resourceGroup().location
  tags: { text: '${text}' }
}
`

function filesOf(text: string): Record<string, string> {
  const pairs = names.flatMap((name) => [
    [`azure/${name}.yaml`, document(name)],
    [`azure/${name}.bicep`, users.includes(name) ? using(name) : plain(name)],
  ])
  return Object.fromEntries([...pairs, ['azure/modules/shared.bicep', shared(text)]]) as Record<
    string,
    string
  >
}

describe.skipIf(realBicep.path === undefined)(
  `thirty Bicep deployments and stacks${realBicep.pending}`,
  () => {
    let fleet: AzureFleet
    beforeAll(async () => {
      fleet = await createAzureFleet()
      fleet.repository.commit(filesOf('one'))
      await fleet.run(30 * minute)
    }, 120_000)
    afterAll(() => fleet.close())

    it('are all Ready, one compile each', async () => {
      const ready = await Promise.all(names.map((name) => fleet.ready(`AzureDeployment/we/${name}`)))
      expect(ready.filter((text) => !text?.startsWith('True'))).toEqual([])
      expect(fleet.compiler.counts().compiles).toBe(names.length)
    })

    it('cost no call to ARM while nothing changes', async () => {
      fleet.sandbox.calls.clear()
      await fleet.run(60 * minute)
      expect(fleet.sandbox.calls.counts({ service: 'arm' }).total).toBe(0)
    })

    it('cost no call, and no compile, for a commit that touches none of their files', async () => {
      fleet.sandbox.calls.clear()
      const commit = fleet.repository.commit({ ...filesOf('one'), 'azure/README.md': 'words' })
      await fleet.run(30 * minute)
      expect(fleet.sandbox.calls.counts({ service: 'arm' }).total).toBe(0)
      expect(fleet.compiler.counts().compiles).toBe(names.length)
      const records = await fleet.store.list('AzureDeployment/')
      expect(new Set(records.map(({ record }) => record.status.lastAppliedRevision))).toEqual(
        new Set([`main@sha1:${commit}`]),
      )
    })

    it('cost calls for exactly those whose module a commit edits', async () => {
      fleet.sandbox.calls.clear()
      fleet.repository.commit({ ...filesOf('two'), 'azure/README.md': 'words' })
      await fleet.run(30 * minute)
      const { calls } = fleet.sandbox.calls.counts({ service: 'arm', mutating: true })
      expect(calls.map(({ name = '' }) => name.replace('we_', '')).toSorted()).toEqual(users)
      expect(calls.every(({ count, outcome }) => count === 1 && outcome === 'ok')).toBe(true)
      expect(fleet.compiler.counts().compiles).toBe(names.length + users.length)
      const ready = await Promise.all(names.map((name) => fleet.ready(`AzureDeployment/we/${name}`)))
      expect(ready.filter((text) => !text?.startsWith('True'))).toEqual([])
    })
  },
)
