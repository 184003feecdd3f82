import { expect, test } from 'vitest'
import { HeadwaterError } from '../api/errors.ts'
import { createLimiter, type Limiter } from './limiter.ts'

const limits = {
  service: 'CloudFormation',
  startRate: { read: 50, write: 20 },
  burstSeconds: 2,
  maxRate: 400,
}

function setup(): { limiter: Limiter; pass: (ms: number) => void } {
  let now = 1_000_000
  return { limiter: createLimiter({ now: () => now }, limits), pass: (ms) => void (now += ms) }
}

/** Calls that go through before the budget is spent. */
function drain(limiter: Limiter, place = 'here'): number {
  for (let calls = 0; calls < 10_000; calls++) {
    try {
      limiter.admit(place, 'read')
    } catch (error) {
      if (error instanceof HeadwaterError && error.reason === 'Throttled') return calls
      throw error
    }
    limiter.spend(place, 'read')
  }
  return Infinity
}

function refusal(limiter: Limiter, place = 'here'): number {
  try {
    limiter.admit(place, 'read')
  } catch (error) {
    if (error instanceof HeadwaterError) return error.retryAfterMs ?? 0
    throw error
  }
  return 0
}

test('a burst goes through, then the rate', () => {
  const { limiter, pass } = setup()
  expect(drain(limiter)).toBe(100)
  pass(1_000)
  expect(drain(limiter)).toBe(50)
})

test('places and classes have budgets of their own', () => {
  const { limiter } = setup()
  drain(limiter)
  expect(drain(limiter, 'elsewhere')).toBe(100)
  expect(() => limiter.admit('here', 'write')).not.toThrow()
})

test('those who are sent away come back one after the other', () => {
  const { limiter } = setup()
  for (let calls = 0; calls < 100; calls++) limiter.spend('here', 'read')
  expect([refusal(limiter), refusal(limiter), refusal(limiter)]).toEqual([20, 40, 60])
})

test('what goes through makes it grow, a throttle halves it', () => {
  const { limiter, pass } = setup()
  for (let calls = 0; calls < 60; calls++) limiter.succeeded('here', 'read')
  drain(limiter)
  pass(1_000)
  expect(drain(limiter)).toBe(110)
  pass(1_000)
  limiter.throttled('here', 'read')
  expect(drain(limiter)).toBe(0)
  pass(60_000)
  expect(drain(limiter)).toBe(110)
})

test('calls throttled together halve it once', () => {
  const { limiter, pass } = setup()
  for (let calls = 0; calls < 20; calls++) limiter.throttled('here', 'read')
  pass(60_000)
  expect(drain(limiter)).toBe(50)
})

test('after a throttle it grows by about one a second', () => {
  const { limiter, pass } = setup()
  limiter.throttled('here', 'read')
  for (let calls = 0; calls < 100; calls++) limiter.succeeded('here', 'read')
  pass(60_000)
  expect(drain(limiter)).toBe(57)
})

test('what the service says is left is all there is', () => {
  const { limiter, pass } = setup()
  limiter.remaining('here', 'read', 3)
  expect(drain(limiter)).toBe(3)
  pass(1_000)
  limiter.remaining('here', 'read', 10_000)
  expect(drain(limiter)).toBe(50)
})
