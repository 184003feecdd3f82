import { defineConfig } from 'vitest/config'

/** Real processes, really killed, and a rollout killed at every call: minutes long, so apart from `npm test`. */
export default defineConfig({
  test: {
    include: ['test/crash/**/*.test.ts', 'test/simulation/rollout.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
