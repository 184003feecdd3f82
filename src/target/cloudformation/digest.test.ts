import { describe, expect, test } from 'vitest'
import { cloudFormationStackSpec } from '../../api/kinds/cloud-formation-stack.ts'
import { canonicalJson } from '../canonical.ts'
import { inputsDigest, policyDigest } from './digest.ts'

const files = { template: { path: 'web.yaml', sha256: 'aa', bytes: 10 } }
const digestOf = (spec: Record<string, unknown>, of = files): string =>
  inputsDigest(cloudFormationStackSpec.parse({ template: 'web.yaml', ...spec }), of)
const base = digestOf({})

const role = 'arn:aws:iam::123456789012:role/deployer'

describe('what reaches the cloud changes the digest', () => {
  test.each<[string, Record<string, unknown>]>([
    ['parameters', { parameters: { A: 1 } }],
    ['tags', { tags: { a: 'b' } }],
    ['capabilities', { capabilities: ['CAPABILITY_IAM'] }],
    ['notificationArns', { notificationArns: ['arn:aws:sns:eu-west-1:1:t'] }],
    ['roleArn', { roleArn: role }],
    ['deployAs', { deployAs: { roleArn: role } }],
    ['externalId', { deployAs: { roleArn: role, externalId: 'xx' } }],
    ['region', { region: 'us-east-1' }],
    ['stackName', { stackName: 'other' }],
    ['stackPolicy', { stackPolicy: { Statement: [] } }],
    ['terminationProtection on', { terminationProtection: true }],
    ['terminationProtection off', { terminationProtection: false }],
    ['rollbackTriggers', { rollbackTriggers: { alarms: ['arn:aws:cloudwatch:eu-west-1:1:alarm:a'] } }],
    ['importExistingResources', { importExistingResources: true }],
  ])('%s', (_, spec) => {
    expect(digestOf(spec)).not.toBe(base)
  })

  test('the template', () => {
    expect(digestOf({}, { template: { path: 'web.yaml', sha256: 'bb', bytes: 10 } })).not.toBe(base)
  })
})

describe('what does not reach the cloud leaves it as it is', () => {
  test.each<[string, Record<string, unknown>]>([
    ['interval', { interval: '1h' }],
    ['drift', { drift: 'correct', driftInterval: '1h' }],
    ['dependsOn', { dependsOn: [{ name: 'network' }] }],
    ['suspend', { suspend: true }],
    ['deletionPolicy', { deletionPolicy: 'Delete' }],
    ['timeout and retryInterval', { timeout: '2h', retryInterval: '5m' }],
  ])('%s', (_, spec) => {
    expect(digestOf(spec)).toBe(base)
  })

  test('where the template lies', () => {
    expect(digestOf({}, { template: { path: 'moved.yaml', sha256: 'aa', bytes: 10 } })).toBe(base)
  })
  test('the order of keys, and numbers written as text', () => {
    expect(digestOf({ parameters: { A: 1, B: true } })).toBe(digestOf({ parameters: { B: 'true', A: '1' } }))
  })
})

test('canonical JSON orders keys at every depth and leaves undefined out', () => {
  expect(canonicalJson({ b: [{ d: 1, c: undefined, a: null }], a: 'x' })).toBe(
    '{"a":"x","b":[{"a":null,"d":1}]}',
  )
})

test('a policy is the same however it is written', () => {
  expect(policyDigest('{ "b": 1, "a": [2] }')).toBe(policyDigest({ a: [2], b: 1 }))
  expect(policyDigest('')).toBe('')
  expect(policyDigest('no json')).not.toBe(policyDigest({}))
})
