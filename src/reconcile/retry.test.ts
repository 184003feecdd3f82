import fc from 'fast-check'
import { expect, it } from 'vitest'
import { backoffMs, jitteredMs } from './retry.ts'

const chance = fc.double({ min: 0, max: 0.999, noNaN: true })
const random = (next: number) => ({ next: () => next, uuid: () => '' })

it('grows from under two seconds to fifteen minutes and never beyond', () => {
  expect(backoffMs(1, random(0.999))).toBeLessThanOrEqual(1_500)
  expect(backoffMs(30, random(0.999))).toBeGreaterThan(14 * 60_000)
  fc.assert(
    fc.property(fc.nat(100), chance, (failures, next) => backoffMs(failures, random(next)) <= 15 * 60_000),
  )
})

it('F29 is never below what the other side asked for', () => {
  fc.assert(
    fc.property(
      fc.nat(20),
      chance,
      fc.nat(3_600_000),
      (failures, next, atLeast) => backoffMs(failures, random(next), atLeast) >= atLeast,
    ),
  )
})

it('jitters an interval by at most five percent', () => {
  fc.assert(
    fc.property(chance, (next) => {
      const spanMs = jitteredMs('10m', random(next))
      return spanMs >= 570_000 && spanMs <= 630_000
    }),
  )
})
