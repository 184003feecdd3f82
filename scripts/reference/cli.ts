import { createSystemClock, createSystemRandom } from '../../src/compose/system.ts'
import type { Io } from '../../src/cli/io.ts'
import { runCli } from '../../src/cli/program.ts'
import { verbs } from '../../src/cli/registry.ts'

/** What every verb says of itself with `--help`, as a chapter of the page on the command line. */
export async function verbChapters(): Promise<string> {
  const groups = Map.groupBy(verbs, ({ group }) => group)
  const chapters: string[] = []
  for (const [group, members] of groups) {
    chapters.push(`## ${group}`)
    for (const { name } of members) {
      chapters.push(`### headwater ${name}\n\n${block(await helpOf([name]))}`)
      for (const below of subcommands[name] ?? []) {
        chapters.push(`#### headwater ${name} ${below}\n\n${block(await helpOf([name, below]))}`)
      }
    }
  }
  return chapters.join('\n\n')
}

/** Subcommands that have more to say than a line in their parent's help. */
const subcommands: Readonly<Record<string, readonly string[]>> = { sandbox: ['aws'] }

async function helpOf(words: readonly string[]): Promise<string> {
  let text = ''
  const io: Io = {
    stdout: (part) => void (text += part),
    stderr: (part) => void (text += part),
    env: {},
    cwd: '/',
    clock: createSystemClock(),
    random: createSystemRandom(),
    color: false,
    exitWith: () => {},
  }
  const code = await runCli([...words, '--help'], io)
  if (code !== 0) throw new Error(`headwater ${words.join(' ')} --help: ${text}`)
  return text.trim()
}

function block(text: string): string {
  return `\`\`\`\n${text}\n\`\`\``
}
