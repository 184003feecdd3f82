import { expect, test } from 'vitest'
import type { JsonObject } from '../model.ts'
import { attributeOf } from './attributes.ts'

const place = { account: '123456789012', region: 'eu-west-1' }
const primary = { PrivateIpAddress: '10.0.0.10', Primary: 'true' }

const cases: { name: string; given: JsonObject; want: unknown }[] = [
  { name: 'none', given: { PrivateIpAddresses: [primary] }, want: [] },
  {
    name: 'those that are named and not the primary one',
    given: { PrivateIpAddresses: [primary, { PrivateIpAddress: '10.0.0.11', Primary: 'false' }] },
    want: ['10.0.0.11'],
  },
  {
    name: 'as many as are asked for by number',
    given: { SecondaryPrivateIpAddressCount: '2' },
    want: [expect.stringMatching(/^10\.0\./), expect.stringMatching(/^10\.0\./)],
  },
]

test.each(cases)('secondary addresses of a network interface: $name', ({ given, want }) => {
  const live = {
    type: 'AWS::EC2::NetworkInterface',
    physicalId: 'eni-1',
    attributes: {},
    properties: given,
  }
  expect(attributeOf(live, 'SecondaryPrivateIpAddresses', { place, facts: undefined })).toEqual(want)
})
