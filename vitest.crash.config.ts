import { defineConfig } from 'vitest/config'

/** Real processes, really killed: minutes long, so apart from `npm test`. */
export default defineConfig({
  test: { include: ['test/crash/**/*.test.ts'], pool: 'forks', maxWorkers: 1 },
})
