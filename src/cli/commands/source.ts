import { Command, Option } from 'commander'
import { gitProviders, type GitProvider } from '../../api/git-provider.ts'
import { openSecrets } from '../../compose/azure-ports.ts'
import { cloudIdentities } from '../../compose/identities.ts'
import { readCredentials } from '../../reconcile/credentials.ts'
import { exitCodes } from '../exit.ts'
import { printable, type Io } from '../io.ts'
import { settingsOf } from '../open.ts'
import { outputOption, printData } from '../output.ts'
import { probe, type Probed } from '../probe.ts'
import { formatTable } from '../table.ts'

/** `headwater source probe URL` */
export function createSourceCommand(io: Io): Command {
  const command = new Command('source').description('Looks at git repositories as the controller reads them.')
  command
    .command('probe')
    .description('Asks a git host what it can do, and tells how it would be read and what that costs.')
    .argument('<url>', 'the repository: https://host/path, or a path on this machine')
    .option('--ref <ref>', 'branch, tag, full ref name or commit (default main)')
    .option('--path <path>', 'a folder to read too')
    .option('--secret <reference>', 'reference to the credentials: env://NAME, file:///path, …')
    .addOption(
      new Option('--provider <provider>', 'who signs in, as spec.provider says').choices(gitProviders),
    )
    .addOption(outputOption(['json', 'yaml']))
    .addHelpText('after', help)
    .action((url: string, options: ProbeOptions) => run(url, options, io))
  return command
}

interface ProbeOptions {
  ref?: string
  path?: string
  secret?: string
  provider?: GitProvider
  output?: 'json' | 'yaml'
}

const help = `
Examples:
  headwater source probe https://github.com/acme/fleet --secret env://TOKEN
  headwater source probe https://git.example.com/fleet --ref v1.2.0 --path clusters/prod -o json
  headwater source probe https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/fleet --provider aws

Exit codes: 0 it can be read, 2 it cannot.`

async function run(url: string, options: ProbeOptions, io: Io): Promise<void> {
  const settings = await settingsOf(io, {})
  const { secrets } = openSecrets(settings, io)
  const credentials = await readCredentials(secrets, options.secret)
  const probed = await probe(
    {
      url,
      identities: cloudIdentities(settings, secrets),
      ...(options.provider === undefined ? {} : { provider: options.provider }),
      ref: options.ref ?? 'main',
      ...(options.path === undefined ? {} : { path: options.path }),
      ...(credentials === undefined ? {} : { credentials }),
    },
    io,
  )
  if (probed.failure !== undefined) io.exitWith(exitCodes.error)
  if (options.output !== undefined) return printData(io, options.output, probed)
  for (const [name, value] of factsOf(probed)) io.stdout(`${name.padEnd(10)} ${printable(value)}\n`)
  const rows = probed.steps.map(({ step, requests, receivedBytes, ms }) => [
    step,
    String(requests),
    String(receivedBytes),
    String(ms),
  ])
  io.stdout(`\n${formatTable(['STEP', 'REQUESTS', 'RECEIVED', 'MS'], rows)}`)
  if (probed.failure === undefined) return
  const { step, reason, message, next } = probed.failure
  io.stderr(`headwater: ${step}: ${reason}: ${printable(message)} (${next})\n`)
}

function factsOf(probed: Probed): [string, string][] {
  const { host, http, protocol, agent, features, strategy, head, files, skipped = [] } = probed
  return [
    ['host', host ?? 'not one with known quirks'],
    ...(http === undefined ? [] : [['http', `HTTP/${http}`] as [string, string]]),
    ...(protocol === undefined ? [] : [['protocol', `version ${protocol}`] as [string, string]]),
    ...(agent === undefined ? [] : [['agent', agent] as [string, string]]),
    ...(features.length === 0 ? [] : [['can', features.join(', ')] as [string, string]]),
    ...(strategy === undefined ? [] : [['strategy', strategy] as [string, string]]),
    ...(head === undefined ? [] : [['head', headText(head)] as [string, string]]),
    ...(files === undefined
      ? []
      : [['files', `${files.count} files, ${files.bytes} bytes below "${files.path}"`] as [string, string]]),
    ...skipped.map(({ path, what, why }): [string, string] => [
      'not read',
      `${path}: ${what}${why === undefined ? '' : `, ${why}`}`,
    ]),
  ]
}

function headText({ revision, subject, author, committedAt }: NonNullable<Probed['head']>): string {
  return subject === undefined
    ? revision
    : `${revision} (${JSON.stringify(subject)}, ${author}, ${committedAt})`
}
