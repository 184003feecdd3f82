import { Command } from 'commander'
import type { SettingFlags } from '../../compose/settings.ts'
import type { Finding } from '../checks/finding.ts'
import { checks } from '../checks/index.ts'
import { exitCodes } from '../exit.ts'
import { printable, type Io } from '../io.ts'
import { addSettingOptions, environmentOf } from '../open.ts'
import { outputOption, printData } from '../output.ts'
import { paintFor } from '../paint.ts'
import { replaceCloudEnvironment } from '../process-env.ts'

/** `headwater check` */
export function createCheckCommand(io: Io): Command {
  const command = new Command('check')
    .description(
      'Looks whether the controller could work here: settings, state, repository, templates’ store, identity in AWS and Azure, Bicep compiler. Changes nothing.',
    )
    .addOption(outputOption(['json', 'yaml']))
    .addHelpText('after', help)
  addSettingOptions(command)
  return command.action((options: SettingFlags & { output?: 'json' | 'yaml' }) => check(options, io))
}

const help = `
Examples:
  headwater check
  headwater check --source-url https://github.com/acme/fleet

Exit codes: 0 all well, 1 something is not.`

async function check(options: SettingFlags & { output?: 'json' | 'yaml' }, io: Io): Promise<void> {
  const env = await environmentOf(io, options)
  if (env !== io.env) replaceCloudEnvironment(env)
  const findings: Finding[] = []
  const paint = paintFor(io)
  for await (const finding of checks({ ...io, env }, options)) {
    findings.push(finding)
    if (options.output !== undefined) continue
    const marks = { good: paint.good('✔'), bad: paint.bad('✗'), skipped: paint.dim('–') }
    const [first = '', ...rest] = finding.message.split('\n')
    io.stdout(`${marks[finding.outcome]} ${finding.what.padEnd(10)}  ${printable(first)}\n`)
    for (const line of rest) io.stdout(`${' '.repeat(14)}${printable(line)}\n`)
  }
  if (options.output !== undefined) await printData(io, options.output, findings)
  io.exitWith(findings.some(({ outcome }) => outcome === 'bad') ? exitCodes.no : exitCodes.ok)
}
