import { describe, expect, it } from 'vitest'
import type { CallSelector, EdgeCall } from './faults.ts'
import { createEdgeFaults, isMutating } from './faults.ts'

const call: EdgeCall = {
  service: 'cloudformation',
  action: 'CreateStack',
  region: 'eu-west-1',
  account: '123456789012',
  stack: 'web',
  mutating: true,
}

describe('edge faults', () => {
  const cases: { name: string; selector: CallSelector; calls: Partial<EdgeCall>[]; want: boolean[] }[] = [
    { name: 'the next call, once', selector: {}, calls: [{}, {}], want: [true, false] },
    { name: 'as often as told', selector: { times: 2 }, calls: [{}, {}, {}], want: [true, true, false] },
    { name: 'none', selector: { times: 0 }, calls: [{}], want: [false] },
    { name: 'after some', selector: { skip: 2 }, calls: [{}, {}, {}, {}], want: [false, false, true, false] },
    {
      name: 'one action',
      selector: { action: 'CreateStack', skip: 1 },
      calls: [{ action: 'DescribeStacks' }, {}, { action: 'DescribeStacks' }, {}],
      want: [false, false, false, true],
    },
    {
      name: 'one stack in one region of one account',
      selector: { stackName: 'web', region: 'eu-west-1', account: '123456789012', service: 'cloudformation' },
      calls: [{ stack: 'api' }, { region: 'x' }, { account: '1' }, { service: 's3' }, {}],
      want: [false, false, false, false, true],
    },
    {
      name: 'what changes something',
      selector: { mutating: true },
      calls: [{ mutating: false }, {}],
      want: [false, true],
    },
  ]
  it.each(cases)('strikes $name', ({ selector, calls, want }) => {
    const faults = createEdgeFaults()
    faults.add({ type: 'throttle' }, selector)
    const struck = calls.map((change) => faults.take({ ...call, ...change }) !== undefined)
    expect(struck).toEqual(want)
  })

  it('lets the oldest strike first, and forgets', () => {
    const faults = createEdgeFaults()
    faults.add({ type: 'throttle' }, {})
    faults.add({ type: 'slow', ms: 5 }, { times: 2 })
    expect(faults.pending()).toBe(3)
    expect([faults.take(call), faults.take(call)]).toEqual([{ type: 'throttle' }, { type: 'slow', ms: 5 }])
    faults.clear()
    expect(faults.take(call)).toBeUndefined()
  })
})

describe('isMutating', () => {
  it.each([
    ['cloudformation', 'DescribeStacks', false],
    ['cloudformation', 'DetectStackDrift', false],
    ['cloudformation', 'ValidateTemplate', false],
    ['cloudformation', 'CreateChangeSet', true],
    ['cloudformation', 'ExecuteChangeSet', true],
    ['cloudformation', 'SetStackPolicy', true],
    ['s3', 'ListObjectsV2', false],
    ['s3', 'HEAD bucket', false],
    ['s3', 'PutObject', true],
    ['sts', 'AssumeRole', false],
  ])('%s %s: %s', (service, action, want) => {
    expect(isMutating(service, action)).toBe(want)
  })
})
