import { Command, CommanderError } from 'commander'
import { exitCodeHelp, exitCodeOf, exitCodes } from './exit.ts'
import { printable, type Io } from './io.ts'
import { paintFor } from './paint.ts'
import { verbs } from './registry.ts'
import { version } from './version.ts'

const examples = `
Examples:
  headwater demo                               see it work, without any account
  headwater get all -A                         everything there is, and whether it is Ready
  headwater get stacks -n eu -w                watch the stacks of a namespace
  headwater events --for stack/web -n eu       what happened to one
  headwater reconcile stack web -n eu --wait   look now, and wait for the outcome
  headwater validate . && headwater diff       before a commit: mistakes, then what would change
  headwater run                                the controller, until told to end

Objects are named KIND NAME or KIND/NAME; kinds have short names: stack, azure, ks, source.

Settings, as environment variables or flags (headwater run --help shows all):
  HEADWATER_SOURCE_URL   the repository to follow     HEADWATER_STORE   where state lives, sqlite:///path
  The AWS SDK's own (AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL …) work as usual.`

/**
 * Runs one command line and answers the exit code. Nothing here ends the process. Only the verb that is called is
 * loaded, so that `--help` and completion stay quick.
 */
export async function runCli(args: readonly string[], outer: Io): Promise<number> {
  let exitCode: number = exitCodes.ok
  const io: Io = { ...outer, exitWith: (code) => void (exitCode = code) }
  try {
    const words = plainWords(args)
    const program = await createProgram(words, io)
    await program.parseAsync([...words], { from: 'user' })
  } catch (error) {
    exitCode = report(error, io)
  }
  outer.exitWith(exitCode)
  return exitCode
}

async function createProgram(words: readonly string[], io: Io): Promise<Command> {
  const program = tame(new Command('headwater'), io)
    .description('GitOps for cloud stacks without a cluster: git moves, CloudFormation and ARM/Bicep follow.')
    .version(await version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'say what there is')
    .helpCommand(false)
    .addHelpText('after', `${examples}\n${exitCodeHelp}`)
  for (const verb of verbs) {
    program.commandsGroup(`${verb.group}:`)
    // Only the verb's name is known before the command line is parsed; there are no options before it that take a value.
    const isCalled = words.find((word) => !word.startsWith('-')) === verb.name
    const command = isCalled ? (await verb.load())(io) : new Command(verb.name)
    program.addCommand(tame(command, io).summary(verb.summary))
    if (!isCalled) command.description(verb.summary)
  }
  return program
}

/** `help get` asks what `get --help` asks, and nothing at all asks for help too. */
function plainWords(args: readonly string[]): readonly string[] {
  const [first, ...rest] = args
  if (first === undefined || (first === 'help' && rest.length === 0)) return ['--help']
  return first === 'help' ? [...rest, '--help'] : args
}

/** A command that prints to `io` and throws instead of ending the process, and so do those below it. */
function tame(command: Command, io: Io): Command {
  for (const child of command.commands) tame(child, io)
  return command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout(text),
      writeErr: (text) => io.stderr(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'headwater: ')),
      getOutHelpWidth: () => io.terminal?.columns ?? 100,
      getErrHelpWidth: () => io.terminal?.columns ?? 100,
      getOutHasColors: () => io.color,
      getErrHasColors: () => io.color,
    })
    .showSuggestionAfterError()
    .showHelpAfterError('(--help says what there is)')
}

function report(error: unknown, io: Io): number {
  // Commander has printed its own message by now; help and version come this way too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.error
  if (io.signal?.aborted === true) return exitCodes.interrupted
  const message = error instanceof Error ? error.message : String(error)
  const lines = message.split('\n').map((line) => printable(line))
  io.stderr(`${paintFor(io).bad('headwater:')} ${lines.join('\n')}\n`)
  if (io.env['HEADWATER_DEBUG'] && error instanceof Error) io.stderr(`${error.stack ?? ''}\n`)
  return exitCodeOf(error)
}
