import type { Io } from './io.ts'

/**
 * Lines that stay, and below them some that are redrawn while work goes on. Only a terminal shows the latter; elsewhere
 * they are left out. Everything that shows work as it happens writes through this.
 */
export interface ProgressWriter {
  /** A line that stays. */
  say(line: string): void
  /** The lines below all others, in place of those before. */
  live(lines: readonly string[]): void
  /** Takes the live lines away. */
  end(): void
}

/** Lines in motion at once: more than that tells a person nothing. */
const maxLiveLines = 12
const up = '\u001b[1A'
const clearLine = '\u001b[2K'

/** The writer for a command's output. */
export function createProgressWriter(io: Io): ProgressWriter {
  const { terminal } = io
  if (terminal === undefined) return { say: (line) => io.stdout(`${line}\n`), live: () => {}, end: () => {} }
  let drawn: readonly string[] = []
  const erase = () => `\r${clearLine}${`${up}${clearLine}`.repeat(drawn.length)}`
  const draw = () => drawn.map((line) => `${line}\n`).join('')
  return {
    say(line) {
      io.stdout(`${erase()}${line}\n${draw()}`)
    },
    live(lines) {
      const before = erase()
      const hidden = lines.length - maxLiveLines
      const shown = hidden > 0 ? [...lines.slice(0, maxLiveLines), `  … and ${hidden} more`] : lines
      const cut = shown.map((line) => cutTo(line, terminal.columns - 1))
      if (cut.join('\n') === drawn.join('\n')) return
      drawn = cut
      io.stdout(before + draw())
    },
    end() {
      if (drawn.length > 0) io.stdout(erase())
      drawn = []
    },
  }
}

/** Cuts what a person sees, not the colours in between; a line that wrapped could not be taken back. */
function cutTo(line: string, columns: number): string {
  // oxlint-disable-next-line no-control-regex -- colours are what is looked for
  const parts = line.split(/(\u001b\[[0-9;]*m)/)
  let room = columns
  let text = ''
  for (const part of parts) {
    if (part.startsWith('\u001b')) {
      text += part
      continue
    }
    text += part.slice(0, Math.max(0, room))
    room -= part.length
  }
  return text
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/** The picture of a wheel that turns, for this moment. */
export function spinner(now: number): string {
  return frames[Math.floor(now / 100) % frames.length] ?? '·'
}
