import { createSystemRandom } from '../../src/compose/system.ts'
import type { Io } from '../../src/cli/io.ts'
import { runCli } from '../../src/cli/program.ts'
import type { Clock } from '../../src/api/clock.ts'

/** What a command line printed and how it ended. */
export interface Ran {
  stdout: string
  stderr: string
  code: number
}

/** The outside of a command in a test: text is collected, nobody's environment leaks in. */
export interface TestIoOptions {
  clock: Clock
  cwd: string
  env?: Record<string, string>
  /** Answers to questions, in order; absent: nobody is there to ask. */
  answers?: string[]
  signal?: AbortSignal
  /** Told of what is printed as it is printed, for commands that do not end by themselves. */
  onPrint?: (text: string) => void
}

/** Runs one command line as a person would type it, `headwater` left out. */
export async function headwater(line: string, options: TestIoOptions): Promise<Ran> {
  const ran: Ran = { stdout: '', stderr: '', code: -1 }
  const answers = options.answers === undefined ? undefined : [...options.answers]
  const io: Io = {
    stdout: (text) => {
      ran.stdout += text
      options.onPrint?.(text)
    },
    stderr: (text) => void (ran.stderr += text),
    env: { USER: 'ana', ...options.env },
    cwd: options.cwd,
    clock: options.clock,
    random: createSystemRandom(),
    color: false,
    exitWith: (code) => void (ran.code = code),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(answers === undefined
      ? {}
      : {
          async ask(question: string) {
            ran.stderr += question
            const answer = answers.shift()
            if (answer === undefined) throw new Error(`nobody answers "${question}"`)
            return answer
          },
        }),
  }
  await runCli(wordsOf(line), io)
  return ran
}

/** Splits at blanks; double quotes keep what is between them together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '')
}
