#!/usr/bin/env node
import { createInterface } from 'node:readline/promises'
import { createSystemClock, createSystemRandom } from '../compose/system.ts'
import type { Io } from './io.ts'
import { runCli } from './program.ts'

/** A second ctrl-c within this time is the same one, forwarded by a launcher that got it too. */
const sameSignalMs = 400

// The composition root of the command line: the only place that turns the process into an Io.
const stop = new AbortController()
const clock = createSystemClock()
let firstSignalAt = 0
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    const now = clock.now()
    // The first asks to end cleanly, the second means it.
    if (stop.signal.aborted && now - firstSignalAt > sameSignalMs) process.exit(code)
    firstSignalAt ||= now
    stop.abort(new Error(`stopped by ${signal}`))
  })
}
// `headwater get | head`: a reader that has seen enough is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2))

const isTerminal = process.stdout.isTTY && process.env['TERM'] !== 'dumb'
const forcesColor = (process.env['FORCE_COLOR'] ?? '0') !== '0'
const terminal = {
  // A terminal may be resized, and some say that they have no width at all.
  get columns() {
    return process.stdout.columns || 80
  },
}
const io: Io = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  env: process.env,
  cwd: process.cwd(),
  clock,
  random: createSystemRandom(),
  color: !process.env['NO_COLOR'] && (forcesColor || isTerminal),
  ...(isTerminal && !process.env['CI'] ? { terminal } : {}),
  exitWith: (code) => void (process.exitCode = code),
  signal: stop.signal,
  ...(process.stdin.isTTY ? { ask } : {}),
}

await runCli(process.argv.slice(2), io)

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await lines.question(question, { signal: stop.signal })
  } finally {
    lines.close()
  }
}
