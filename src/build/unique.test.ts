import { describe, expect, test } from 'vitest'
import { azureDeploymentSpec } from '../api/kinds/azure-deployment.ts'
import { checkClaims, claimByFields } from './unique.ts'
import { formatKey } from '../api/reference.ts'
import type { BuiltObject } from './manifest.ts'

const subscriptionId = '00000000-0000-0000-0000-00000000000a'
const tenantId = '00000000-0000-0000-0000-00000000000b'
const group = (name: string) => ({ resourceGroup: { subscriptionId, name } })

function deployment(name: string, fields: Record<string, unknown>): BuiltObject {
  return {
    kind: 'AzureDeployment',
    namespace: 'we',
    name,
    spec: azureDeploymentSpec.parse({ template: 'a.json', ...fields }),
    origin: { source: 's', file: `${name}.yaml`, line: 1, column: 1 },
    positionOf: () => ({ line: 1, column: 1 }),
  }
}

const deployAs = { tenantId, clientId: tenantId }
const table: { name: string; one: Record<string, unknown>; two: Record<string, unknown>; same: boolean }[] = [
  { name: 'names by default', one: { scope: group('rg') }, two: { scope: group('rg') }, same: false },
  {
    name: 'one name in one group, in any letter case',
    one: { scope: group('rg'), deploymentName: 'web' },
    two: { scope: group('RG'), deploymentName: 'Web' },
    same: true,
  },
  {
    name: 'one name in two groups',
    one: { scope: group('rg'), deploymentName: 'web' },
    two: { scope: group('other'), deploymentName: 'web' },
    same: false,
  },
  {
    name: 'a deployment and a stack of one name',
    one: { scope: group('rg'), deploymentName: 'web' },
    two: { scope: group('rg'), deploymentName: 'web', mode: 'Stack' },
    same: false,
  },
  {
    name: 'a group and its subscription',
    one: { scope: group('rg'), deploymentName: 'web' },
    two: { scope: { subscription: { subscriptionId } }, location: 'westeurope', deploymentName: 'web' },
    same: false,
  },
  {
    name: 'two tenants',
    one: { scope: { tenant: {} }, location: 'westeurope', deploymentName: 'web' },
    two: { scope: { tenant: {} }, location: 'westeurope', deploymentName: 'web', deployAs },
    same: false,
  },
]

describe('what deployments claim', () => {
  test.each(table)('$name', ({ one, two, same }) => {
    const objects = [deployment('one', one), deployment('two', two)]
    const claims = new Map(objects.map((object) => [formatKey(object), claimByFields(object) ?? '']))
    const told = checkClaims(objects, claims).map(({ problem }) => `${problem.field}: ${problem.message}`)
    const want = ['two', 'one'].map(
      (other) =>
        `spec.deploymentName: claims the same scope and deployment name as AzureDeployment we/${other} (${other}.yaml:1); change one of deploymentName, scope`,
    )
    expect(told).toEqual(same ? want : [])
  })
})
