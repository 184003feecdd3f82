import { expect, test } from 'vitest'
import { throttled } from './throttled.ts'

const now = Date.parse('2026-11-02T10:00:00Z')
const cases: {
  name: string
  status: number
  headers: Record<string, string>
  want: 'no' | number | undefined
}[] = [
  { name: '429 with seconds', status: 429, headers: { 'retry-after': '120' }, want: 120_000 },
  {
    name: '429 with a date',
    status: 429,
    headers: { 'retry-after': 'Mon, 02 Nov 2026 10:01:30 GMT' },
    want: 90_000,
  },
  {
    name: 'a date that has passed',
    status: 503,
    headers: { 'retry-after': 'Mon, 02 Nov 2026 09:00:00 GMT' },
    want: 0,
  },
  { name: '429 with neither', status: 429, headers: {}, want: undefined },
  { name: '429 with words', status: 429, headers: { 'retry-after': 'soon' }, want: undefined },
  { name: 'a year', status: 429, headers: { 'retry-after': '31536000' }, want: 86_400_000 },
  { name: '503 with seconds', status: 503, headers: { 'retry-after': '7' }, want: 7000 },
  { name: '503 without', status: 503, headers: {}, want: 'no' },
  { name: 'GitHub’s secondary limit', status: 403, headers: { 'retry-after': '60' }, want: 60_000 },
  {
    name: 'GitHub’s limit',
    status: 403,
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 300) },
    want: 300_000,
  },
  {
    name: '403 with requests left',
    status: 403,
    headers: { 'x-ratelimit-remaining': '12', 'x-ratelimit-reset': String(now / 1000 + 300) },
    want: 'no',
  },
  { name: '403', status: 403, headers: {}, want: 'no' },
  { name: '200 with a limit', status: 200, headers: { 'x-ratelimit-remaining': '0' }, want: 'no' },
]
test.each(cases)('$name', ({ status, headers, want }) => {
  const error = throttled({ status, headers }, 'https://host/a', now)
  expect(error === undefined ? 'no' : error.retryAfterMs).toBe(want)
  expect([undefined, 'Throttled']).toContain(error?.reason)
})
