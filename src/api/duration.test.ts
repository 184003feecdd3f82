import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

describe('parseDuration', () => {
  const cases = [
    { given: '30s', want: 30_000 },
    { given: '1m30s', want: 90_000 },
    { given: '1.5h', want: 5_400_000 },
    { given: '500ms', want: 500 },
    { given: '7d', want: 604_800_000 },
  ]
  it.each(cases)('$given is $want ms', ({ given, want }) => expect(parseDuration(given)).toBe(want))

  it.each(['', '5', 'm', '5 m', '-5m', '5m!', '1y'])('refuses "%s" and names it', (given) => {
    expect(() => parseDuration(given)).toThrow(`"${given}" is not a duration`)
  })
})

describe('formatDuration', () => {
  const cases = [
    { given: 1_234, want: '1.2s' },
    { given: 48_400, want: '48s' },
    { given: 12 * 60_000, want: '12m' },
    { given: 3 * 3_600_000, want: '3h' },
    { given: 5 * 86_400_000, want: '5d' },
  ]
  it.each(cases)('$given ms is $want', ({ given, want }) => expect(formatDuration(given)).toBe(want))
})
