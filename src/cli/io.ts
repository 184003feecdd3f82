import type { Clock, Random } from '../api/clock.ts'

/**
 * Everything a command may touch of the outside: what it prints to, the environment, where it stands and what time it
 * is. `main.ts` makes the real one; tests make one that collects text. A command never reads `process` itself.
 */
export interface Io {
  /** Writes text as it is, without a line end of its own. */
  stdout(text: string): void
  stderr(text: string): void
  env: Readonly<Record<string, string | undefined>>
  /** Absolute path that relative ones on the command line are meant from. */
  cwd: string
  clock: Clock
  random: Random
  /** Whether escape sequences for colour are welcome: a terminal, and no `NO_COLOR`. */
  color: boolean
  /** Set when stdout is a terminal: lines may be redrawn, up to this many columns. */
  terminal?: { columns: number }
  /** The exit code of the process once the command is over; it does not end anything by itself. Default 0. */
  exitWith(code: number): void
  /** Aborts when the person pressed ctrl-c or the process was told to end. */
  signal?: AbortSignal
  /** Asks a person and answers with the line typed; absent when nobody is there to ask. */
  ask?(question: string): Promise<string>
}

/**
 * Text from outside (manifests, clouds, git) as it may stand in a terminal or a log: control characters are shown as
 * escapes, so that nobody's commit subject moves the cursor or forges a line.
 */
export function printable(text: string): string {
  // C0, DEL, C1, and the marks that reorder text on screen.
  return text.replace(
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.codePointAt(0)?.toString(16).padStart(4, '0') ?? ''}`,
  )
}
