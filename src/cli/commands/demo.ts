import { Command, InvalidArgumentError } from 'commander'
import type { Io } from '../io.ts'

/** `headwater demo [break|fix|drift]`; each part is loaded when it is called for. */
export function createDemoCommand(io: Io): Command {
  const command = new Command('demo')
    .description(
      'Shows Headwater at work without any account: a pretend AWS and Azure on this machine, a small repository, a controller that follows it. Stays until ctrl-c and says what to try.',
    )
    .option('--once', 'end as soon as everything is Ready')
    .option('--speed <factor>', 'how much faster than the real clouds the pretend ones are', factor, 100)
    .addHelpText('after', help)
    .action(async (options: { once?: boolean; speed: number }) => {
      const { runDemo } = await import('../demo/run.ts')
      await runDemo(options, io)
    })
  command
    .command('break <name>')
    .description('in a running demo: commit a template that its cloud refuses')
    .action(async (name: string) => (await import('../demo/mischief.ts')).breakTemplate(name, io))
  command
    .command('fix')
    .description('in a running demo: mend what break broke')
    .action(async () => (await import('../demo/mischief.ts')).fixTemplates(io))
  command
    .command('drift <namespace/name>')
    .description('in a running demo: somebody edits the pretend cloud by hand')
    .action(async (words: string) => (await import('../demo/mischief.ts')).causeDrift(words, io))
  return command
}

const help = `
Examples:
  headwater demo
  headwater demo --once             exits 0 once everything is Ready
  headwater demo break web          while it runs, from another terminal in the same folder
  headwater demo drift eu/network
  headwater demo drift we/landing

Exit codes: 0 everything became Ready, 1 something did not, 2 could not run.`

function factor(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('write a number above 0')
  return value
}
