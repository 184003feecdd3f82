import { expect, it } from 'vitest'
import { cloudFormationStackSpec } from '../../src/api/kinds/cloud-formation-stack.ts'
import type { ObjectRecord } from '../../src/api/record.ts'
import { createConnections } from '../../src/target/cloudformation/client.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const roleArn = 'arn:aws:iam::210987654321:role/deploy'

function recordOf(externalId: string): ObjectRecord {
  const deployAs = { roleArn, externalId }
  const spec = cloudFormationStackSpec.parse({ template: 'a.yaml', region: 'eu-west-1', deployAs })
  const status = { conditions: [], observedGeneration: 0 }
  return { schema: 1, kind: 'CloudFormationStack', namespace: 'eu', name: 'web', spec, generation: 1, status }
}

it('S23 a spent budget of calls names the role and the region, never the external id', async () => {
  // Nobody listens there, and every call counts before it is made.
  const ports = { clock: createVirtualClock(), endpoint: 'http://127.0.0.1:9' }
  const connect = createConnections({ controllerId: 'test' }, ports)
  const one = await connect(recordOf('canary-one'))
  const two = await connect(recordOf('canary-two'))
  expect(two).not.toBe(one)
  await Promise.allSettled(Array.from({ length: 200 }, () => one.api.describeStacks({})))
  for (const connection of [one, two])
    expect(() => connection.admit('read')).toThrow(
      / for arn:aws:iam::210987654321:role\/deploy eu-west-1 is spent/,
    )
})
