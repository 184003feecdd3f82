import { expect, test } from 'vitest'
import { createSeededRandom } from '../../../../../test/support/virtual-clock.ts'
import { newPhysicalId } from './naming.ts'

test('elastic addresses of one account are told apart', () => {
  const random = createSeededRandom(1)
  const addresses = Array.from({ length: 100 }, () =>
    newPhysicalId({
      random,
      place: { account: '123456789012', region: 'eu-west-1' },
      stackName: 'web',
      logicalId: 'Address',
      type: 'AWS::EC2::EIP',
      facts: undefined,
      properties: { Domain: 'vpc' },
    }),
  )
  expect(new Set(addresses).size).toBe(100)
  for (const address of addresses) expect(address).toMatch(/^\d+(\.\d+){3}$/)
})
