import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Command } from 'commander'
import type { AzureSandbox, AzureSandboxOptions } from '../../../sandbox/azure/server.ts'
import { usageError } from '../../exit.ts'
import type { Io } from '../../io.ts'
import { printable } from '../../io.ts'
import { factor, portError, untilEnded, wholeNumber } from './options.ts'

/** How a sandbox is started by hand. */
export interface AzureSandboxCommandOptions {
  /** 0: any free one. */
  port: number
  /** 0: any free one. Default: 4581 where there is a `caOut`, else no https. */
  httpsPort?: number
  /** Where the certificate goes that clients are told to trust. */
  caOut?: string
  /** How much faster than Azure; 0 makes everything due at once. */
  speed: number
  /** A line for every call. */
  calls?: boolean
}

type Call = Parameters<NonNullable<AzureSandboxOptions['log']>>[0]

const defaultPort = 4580
const defaultHttpsPort = 4581

/** `headwater sandbox azure` */
export function createAzureSandboxCommand(io: Io): Command {
  return new Command('azure')
    .description(
      'Runs a pretend Azure (Resource Manager and its sign-in) on 127.0.0.1 until ctrl-c; it keeps everything in memory.',
    )
    .option('--port <port>', 'where it listens for http; 0 takes any free one', wholeNumber, defaultPort)
    .option(
      '--https-port <port>',
      `where it listens for https; 0 takes any free one (default: ${defaultHttpsPort} with --ca-out, else none)`,
      wholeNumber,
    )
    .option('--ca-out <file>', 'where it writes the certificate that clients of https must trust')
    .option('--speed <factor>', 'how much faster than Azure things are made; 0: at once', factor, 1)
    .option('--calls', 'a line on standard error for every call')
    .addHelpText('after', help)
    .action((options: AzureSandboxCommandOptions) => runAzureSandbox(options, io))
}

const help = `
The az CLI, which takes https only:
  headwater sandbox azure --ca-out ca.pem --speed 20 &
  export REQUESTS_CA_BUNDLE=$PWD/ca.pem AZURE_CONFIG_DIR=$PWD/.azure-sandbox
  az config set core.instance_discovery=false
  az cloud register -n Sandbox --endpoint-resource-manager https://localhost:${defaultHttpsPort}
  az cloud set -n Sandbox
  az login --service-principal -u 11111111-2222-4333-8444-555555555555 -p any --tenant 72f988bf-0000-4000-8000-2d7cd011db47
  az group create -n web -l westeurope

Any client id and secret will do, and over http any bearer token. To make it misbehave:
  curl -s 127.0.0.1:${defaultPort}/_sandbox     lists what it can be told`

/** Runs a pretend Azure until `io.signal` says to end. Prints one line with its urls once it takes requests. */
export async function runAzureSandbox(options: AzureSandboxCommandOptions, io: Io): Promise<void> {
  const sandbox = await open(options, io)
  try {
    const secured = await secure(sandbox, options.caOut, io)
    io.stdout(`pretend Azure on ${sandbox.url}${secured}; ctrl-c ends it\n`)
    await untilEnded(io)
  } finally {
    await sandbox.close()
  }
}

/** Writes the authority's certificate where it is wanted; answers what there is to say of https. */
async function secure({ httpsUrl, caPem }: AzureSandbox, caOut: string | undefined, io: Io): Promise<string> {
  if (httpsUrl === undefined || caPem === undefined) return ''
  if (caOut === undefined) return ` and ${httpsUrl}`
  try {
    await writeFile(path.resolve(io.cwd, caOut), caPem)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw usageError(`--ca-out: ${printable(caOut)} cannot be written (${printable(why)}); name another file`)
  }
  return ` and ${httpsUrl} (trust ${printable(caOut)})`
}

async function open(options: AzureSandboxCommandOptions, io: Io): Promise<AzureSandbox> {
  // Loaded only here: the other verbs need no pretend cloud.
  const { createAzureSandbox } = await import('../../../sandbox/azure/server.ts')
  const { clock, random } = io
  const { port, caOut, speed } = options
  const httpsPort = options.httpsPort ?? (caOut === undefined ? undefined : defaultHttpsPort)
  const log = (call: Call): void => {
    if (call.defect !== undefined) io.stderr(`${printable(call.defect)}\n`)
    if (options.calls === true) io.stderr(`${describeCall(call)}\n`)
  }
  try {
    return await createAzureSandbox({ clock, random, port, httpsPort, speed, log })
  } catch (error) {
    throw portError(error, { '--port': port, '--https-port': httpsPort })
  }
}

function describeCall(call: Call): string {
  const { at, service, action, group = '-', name = '-', outcome, status, fault } = call
  const time = new Date(at).toISOString().slice(11, 23)
  const struck = fault === undefined ? '' : `(${fault})`
  return printable([time, service, action, group, name, String(status), outcome, struck].join(' ').trimEnd())
}
