import fc from 'fast-check'
import { expect, it } from 'vitest'
import { backoffMs, blockedRetryMs, jitteredMs } from './retry.ts'

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

it.each([
  { name: 'at first', blockedMs: 0, want: 30_000 },
  { name: 'after ten minutes', blockedMs: 600_000, want: 300_000 },
  { name: 'after a day', blockedMs: 86_400_000, want: 600_000 },
])('F42 a blocked object looks less and less often: $name', ({ blockedMs, want }) => {
  expect(blockedRetryMs(blockedMs, random(0.5))).toBe(want)
})
