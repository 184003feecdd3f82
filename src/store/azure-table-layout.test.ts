import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ascendingTime, bodyOf, bodyProperties, descendingTime, escapeKey } from './azure-table-layout.ts'

describe('keys', () => {
  it.each([
    { text: 'CloudFormationStack/eu/web', want: 'CloudFormationStack|eu|web' },
    { text: 'a\\b#c?d', want: 'a:5Cb:23c:3Fd' },
    { text: "it's a|b:c~", want: 'it:27s:20a:7Cb:3Ac:7E' },
    { text: 'ü\n', want: ':C3:BC:0A' },
  ])('$text is kept as $want', ({ text, want }) => {
    expect(escapeKey(text)).toBe(want)
  })

  it('hold no forbidden character, keep prefixes, and no two meet', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 12 })
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(escapeKey(a)).toMatch(/^[A-Za-z0-9._|:-]*$/)
        expect(escapeKey(a + b)).toBe(escapeKey(a) + escapeKey(b))
        expect(escapeKey(a) === escapeKey(b)).toBe(a === b)
      }),
    )
  })
})

describe('times', () => {
  it('are in the order of time, or against it', () => {
    const times = fc.double({ min: -1e6, max: 9e15, noNaN: true })
    fc.assert(
      fc.property(times, times, (a, b) => {
        const [early, late] = [Math.min(a, b), Math.max(a, b)]
        expect(ascendingTime(early) <= ascendingTime(late)).toBe(true)
        expect(descendingTime(early) >= descendingTime(late)).toBe(true)
        expect(ascendingTime(a)).toHaveLength(16)
        expect(descendingTime(a)).toHaveLength(16)
      }),
    )
  })
})

describe('a body', () => {
  it.each([0, 1, 59_999, 60_000, 60_001, 350 * 1024])(
    'of %d bytes comes back whole, no property above 64 KB',
    (size) => {
      const body = '🐟'.repeat(size / 4) + 'x'.repeat(size % 4)
      const properties = bodyProperties(body)
      const parts = Object.values(properties).filter((value) => value instanceof Uint8Array)
      expect(parts.every(({ length }) => length <= 64 * 1024)).toBe(true)
      expect(bodyOf(properties)).toBe(body === '' ? undefined : body)
    },
  )

  it('that lost a part is none', () => {
    const { body1, ...rest } = bodyProperties('x'.repeat(100_000))
    expect(body1).toBeDefined()
    expect(bodyOf(rest)).toBeUndefined()
  })
})
