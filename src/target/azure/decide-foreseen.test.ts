import { describe, expect, test } from 'vitest'
import {
  appliedStatus,
  changeOf,
  decideGiven,
  foreseen,
  handmade,
  operationOf,
  wordOf,
} from './decide.fixture.ts'

const gate = { whatIf: 'gate' }
const asked = operationOf('what-if', { answered: 'what-if', location: '/x' })

/** The token that a plan is held under. */
function tokenOf(given: Parameters<typeof decideGiven>[0]): string {
  const decision = decideGiven(given)
  return decision.type === 'held' ? decision.token : 'not held'
}

describe('a what-if before a deployment', () => {
  const held = { spec: gate, operation: asked, observation: { whatIf: foreseen(handmade) } }
  test('is asked for, validation first', () => {
    expect(wordOf(decideGiven({ spec: { ...gate, validate: true } }))).toBe('act validate')
    expect(wordOf(decideGiven({ spec: gate }))).toBe('act what-if')
    const valid = operationOf('validate', { answered: 'validate', validated: 'true' })
    expect(wordOf(decideGiven({ spec: { ...gate, validate: true }, operation: valid }))).toBe('act what-if')
  })
  test('that only reports goes on and says what it foresees', () => {
    const decision = decideGiven({ ...held, spec: { whatIf: 'report' } })
    expect(wordOf(decision)).toBe('act put')
    expect(decision).toMatchObject({ event: { reason: 'WhatIf', message: 'what-if: 1 to modify: ~ vnet' } })
  })
  test('that gates holds what would change, without values', () => {
    expect(decideGiven(held)).toMatchObject({
      type: 'held',
      lines: ['~ vnet  Microsoft.Network/virtualNetworks: properties.size'],
      message:
        'held: deployment we_web in resource group web would change 1 to modify: ~ vnet; headwater approve azure web -n we',
    })
  })
  test('that gates lets through what changes nothing, and what was approved', () => {
    expect(wordOf(decideGiven({ ...held, observation: { whatIf: foreseen(changeOf('noChange')) } }))).toBe(
      'act put',
    )
    expect(wordOf(decideGiven({ ...held, approval: tokenOf(held) }))).toBe('act put')
  })
  test.each([
    ['other inputs', { ...held, digest: 'newer', operation: { ...asked, digest: 'newer' } }],
    ['something deployed since', { ...held, status: appliedStatus() }],
    [
      'another live value',
      {
        ...held,
        observation: {
          whatIf: foreseen(
            changeOf('modify', {
              delta: [{ path: 'properties.size', kind: 'modify', before: 7, after: 1, children: [] }],
            }),
          ),
        },
      },
    ],
  ] as const)('approved is what was shown: not %s', (_, given) => {
    expect(wordOf(decideGiven({ ...given, approval: tokenOf(held) }))).toBe('held PlanHeld')
  })
  test('a refusal and a failed validation are failures of the inputs', () => {
    const validating = operationOf('validate', { answered: 'validate', location: '/x' })
    const validation = { status: 'failed', message: 'InvalidTemplate: p' } as const
    expect(wordOf(decideGiven({ operation: validating, observation: { validation } }))).toBe(
      'failed ValidationFailed',
    )
    const whatIf = { status: 'failed', message: 'InvalidTemplate: p' } as const
    expect(wordOf(decideGiven({ spec: gate, operation: asked, observation: { whatIf } }))).toBe(
      'failed WhatIfFailed',
    )
  })
})
