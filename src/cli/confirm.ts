import type { Io } from './io.ts'

/**
 * Whether a person wants it. With `--yes`, and where nobody is there to ask (a script typed the command on purpose), it
 * counts as wanted; commands that destroy more than they were told must not rely on that and use `confirmOrRefuse`.
 */
export async function confirm(io: Io, question: string, yes: boolean | undefined): Promise<boolean> {
  if (yes === true || io.ask === undefined) return true
  return isYes(await io.ask(`${question} [y/N] `))
}

/** Like `confirm`, but nobody there to ask means no: only `--yes` stands for a yes then. */
export async function confirmOrRefuse(io: Io, question: string, yes: boolean | undefined): Promise<boolean> {
  if (yes === true) return true
  return io.ask === undefined ? false : isYes(await io.ask(`${question} [y/N] `))
}

function isYes(answer: string): boolean {
  return /^y(es)?$/i.test(answer.trim())
}
