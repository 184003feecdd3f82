import picocolors from 'picocolors'
import type { Io } from './io.ts'

/** Colours by what they say, so that a meaning looks the same in every command. */
export interface Paint {
  good: (text: string) => string
  bad: (text: string) => string
  busy: (text: string) => string
  /** What matters less: ages, hints, what did not change. */
  dim: (text: string) => string
  strong: (text: string) => string
}

/** Colours for a terminal that wants them, plain text otherwise. */
export function paintFor(io: Pick<Io, 'color'>): Paint {
  const { green, red, cyan, dim, bold } = picocolors.createColors(io.color)
  return { good: green, bad: red, busy: cyan, dim, strong: bold }
}

/** The colour of a Ready status. */
export function paintReady(paint: Paint, ready: 'True' | 'False' | 'Unknown'): (text: string) => string {
  if (ready === 'True') return paint.good
  return ready === 'False' ? paint.bad : paint.busy
}
