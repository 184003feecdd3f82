import { describe, expect, it } from 'vitest'
import { findCondition, setCondition } from './condition.ts'

const at = { now: Date.UTC(2026, 0, 1), generation: 3 }
const later = { now: Date.UTC(2026, 0, 2), generation: 4 }

describe('setCondition', () => {
  it('keeps Ready first and always', () => {
    const stalled = setCondition([], { type: 'Stalled', status: 'True', reason: 'A', message: 'a' }, at)
    const both = setCondition(stalled, { type: 'Ready', status: 'False', reason: 'A', message: 'a' }, at)
    expect(both.map(({ type }) => type)).toEqual(['Ready', 'Stalled'])
  })

  it('removes an abnormal condition that is not True', () => {
    const on = setCondition([], { type: 'Reconciling', status: 'True', reason: 'A', message: 'a' }, at)
    expect(setCondition(on, { type: 'Reconciling', status: 'False', reason: 'A', message: 'a' }, at)).toEqual(
      [],
    )
  })

  it('moves the transition time only with the status', () => {
    const first = setCondition([], { type: 'Ready', status: 'True', reason: 'A', message: 'a' }, at)
    const same = setCondition(first, { type: 'Ready', status: 'True', reason: 'B', message: 'b' }, later)
    const other = setCondition(same, { type: 'Ready', status: 'False', reason: 'C', message: 'c' }, later)
    expect(findCondition(same, 'Ready')).toMatchObject({
      lastTransitionTime: '2026-01-01T00:00:00.000Z',
      observedGeneration: 4,
    })
    expect(findCondition(other, 'Ready')?.lastTransitionTime).toBe('2026-01-02T00:00:00.000Z')
  })
})
