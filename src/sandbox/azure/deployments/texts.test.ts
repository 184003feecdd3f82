import { describe, expect, it } from 'vitest'
import { durationText, lowerFirst, spokenTime, statusNumber, timestampOf, typeName } from './texts.ts'

describe('how ARM writes', () => {
  it.each([
    [0, 'PT0S'],
    [2350, 'PT2.35S'],
    [60_000, 'PT1M'],
    [141_210, 'PT2M21.21S'],
    [3_600_001, 'PT1H0.001S'],
  ])('a span of %d ms', (ms, want) => {
    expect(durationText(ms)).toBe(want)
  })
  it('a time, with seven digits of the second', () => {
    expect(timestampOf(Date.UTC(2026, 0, 1))).toMatch(/^2026-01-01T00:00:00\.000\d{4}Z$/)
  })
  it.each([
    [Date.UTC(2024, 3, 1, 19, 23, 1), '4/1/2024 7:23:01 PM'],
    [Date.UTC(2024, 10, 12, 0, 5, 9), '11/12/2024 12:05:09 AM'],
  ])('a moment in a sentence', (ms, want) => {
    expect(spokenTime(ms)).toBe(want)
  })
  it('the number of an operation: 20 digits that count down', () => {
    // A recorded one of 24 July 2020, 00:59:18.
    expect(statusNumber(Date.UTC(2020, 6, 24, 0, 59, 18), 0)).toMatch(/^085860605\d{11}$/)
    expect(statusNumber(2000, 0) < statusNumber(1000, 0)).toBe(true)
    expect(statusNumber(1000, 2) < statusNumber(1000, 1)).toBe(true)
  })
  it('names and types', () => {
    expect([lowerFirst('CrossRg'), lowerFirst('')]).toEqual(['crossRg', ''])
    expect(['securestring', 'secureObject', 'bool', 'other'].map(typeName)).toEqual([
      'SecureString',
      'SecureObject',
      'Bool',
      'other',
    ])
  })
})
