import { defineConfig } from 'vitest/config'

/** The suites that meet programs nobody here wrote; `scripts/interop-setup.sh` installs them. */
export default defineConfig({
  test: {
    include: ['test/interop/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
