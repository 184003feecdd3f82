import { InvalidArgumentError } from 'commander'
import { usageError } from '../../exit.ts'
import type { Io } from '../../io.ts'

/** A port of this machine; 0 is any free one. */
export function wholeNumber(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('write a port, 0 to 65535')
  return value
}

/** How many times faster than the real cloud; 0 makes everything due at once. */
export function factor(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError('write a number, 0 or more')
  }
  return value
}

/** Says which option named a port that is taken, when that is what went wrong; else gives the error back. */
export function portError(error: unknown, ports: Readonly<Record<string, number | undefined>>): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return error
  const taken = 'port' in error ? error.port : undefined
  const option = Object.keys(ports).find((name) => ports[name] === taken) ?? Object.keys(ports)[0] ?? ''
  return usageError(`${option}: ${ports[option] ?? 0} is taken; name another, or 0 for any free one`)
}

/** Resolves when the person pressed ctrl-c. */
export function untilEnded({ signal }: Io): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve()
    else signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}
