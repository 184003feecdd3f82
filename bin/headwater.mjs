#!/usr/bin/env node
// The published package runs its compiled form; a checkout runs the TypeScript sources on the Node 24 of its
// devDependencies, so that `npx headwater` works there without a build step and whatever Node the host has.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const sources = here('../src/cli/main.ts')

if (!existsSync(sources)) {
  await import('../dist/cli/main.js')
} else {
  const pinned = here('../node_modules/node/bin/node')
  const child = spawn(existsSync(pinned) ? pinned : process.execPath, [sources, ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => (signal ? process.kill(process.pid, signal) : process.exit(code ?? 1)))
}
