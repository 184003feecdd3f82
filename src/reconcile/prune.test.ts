import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planPrune } from './prune.ts'

const keys = (count: number) =>
  Array.from({ length: count }, (_, index) => `K/n/o${String(index).padStart(3, '0')}`)

describe('planPrune', () => {
  const cases = [
    { name: 'nothing leaves', before: 5, stay: 5, held: false },
    { name: 'three of four leave freely', before: 4, stay: 1, held: false },
    { name: 'four of six are held', before: 6, stay: 2, held: true },
    { name: 'a quarter of forty leaves freely', before: 40, stay: 30, held: false },
    { name: 'eleven of forty are held', before: 40, stay: 29, held: true },
  ]
  it.each(cases)('$name', ({ before, stay, held }) => {
    const plan = planPrune(keys(before), keys(stay))
    expect(plan.leaving).toHaveLength(before - stay)
    expect(plan.limit !== undefined).toBe(held)
  })

  it('I3 only ever names what was there and is not any more', () => {
    const some = fc.uniqueArray(fc.constantFrom(...keys(12)))
    fc.assert(
      fc.property(some, some, (before, after) => {
        const { leaving } = planPrune(before, after)
        expect(leaving.every((key) => before.includes(key) && !after.includes(key))).toBe(true)
        expect(leaving.length).toBe(before.filter((key) => !after.includes(key)).length)
      }),
    )
  })
})
