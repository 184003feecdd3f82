import { expect, test } from 'vitest'
import { parseMoment } from './when.ts'

const now = Date.UTC(2026, 0, 1, 12)

test.each([
  { given: '2h', want: '2026-01-01T14:00:00.000Z' },
  { given: '1h30m', want: '2026-01-01T13:30:00.000Z' },
  { given: '3d', want: '2026-01-04T12:00:00.000Z' },
  { given: '2026-12-01', want: '2026-12-01T00:00:00.000Z' },
  { given: '2026-12-01T09:00:00+02:00', want: '2026-12-01T07:00:00.000Z' },
])('$given', ({ given, want }) => {
  expect(new Date(parseMoment(given, now)).toISOString()).toBe(want)
})

test.each(['', 'soon', '5', '2026', '2026-13-01', '2026-01-01', '2020-01-01T00:00:00Z', '0s'])(
  '"%s" is refused',
  (given) => {
    expect(() => parseMoment(given, now)).toThrow(/is no moment|has passed/)
  },
)
