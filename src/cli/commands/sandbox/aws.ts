import { Command } from 'commander'
import type { CallRecord } from '../../../sandbox/aws/calls.ts'
import type { AwsSandbox } from '../../../sandbox/aws/server.ts'
import type { Io } from '../../io.ts'
import { printable } from '../../io.ts'
import { factor, portError, untilEnded, wholeNumber } from './options.ts'

/** How a sandbox is started by hand. */
export interface AwsSandboxCommandOptions {
  /** 0: any free one. */
  port: number
  /** How much faster than AWS; 0 makes everything due at once. */
  speed: number
  /** A line for every call. */
  calls?: boolean
}

// Where people who use a pretend AWS look for it.
const defaultPort = 4566

/** `headwater sandbox aws` */
export function createAwsSandboxCommand(io: Io): Command {
  return new Command('aws')
    .description(
      'Runs a pretend AWS (CloudFormation, STS, S3) on 127.0.0.1 until ctrl-c; it keeps everything in memory.',
    )
    .option('--port <port>', 'where it listens; 0 takes any free one', wholeNumber, defaultPort)
    .option('--speed <factor>', 'how much faster than AWS stacks are made; 0: at once', factor, 1)
    .option('--calls', 'a line on standard error for every call')
    .addHelpText('after', help)
    .action((options: AwsSandboxCommandOptions) => runAwsSandbox(options, io))
}

const help = `
Examples:
  headwater sandbox aws --speed 20 &
  export AWS_ENDPOINT_URL=http://127.0.0.1:${defaultPort} AWS_DEFAULT_REGION=eu-west-1
  export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any
  aws cloudformation deploy --stack-name web --template-file web.yaml

Any access key will do; one of twelve digits is the account. To make it misbehave:
  curl -s 127.0.0.1:${defaultPort}/_sandbox     lists what it can be told`

/** Runs a pretend AWS until `io.signal` says to end. Prints one line with its url once it takes requests. */
export async function runAwsSandbox(options: AwsSandboxCommandOptions, io: Io): Promise<void> {
  const sandbox = await open(options, io)
  io.stdout(`pretend AWS on ${sandbox.url}, for AWS_ENDPOINT_URL; ctrl-c ends it\n`)
  await untilEnded(io)
  await sandbox.close()
}

async function open(options: AwsSandboxCommandOptions, io: Io): Promise<AwsSandbox> {
  // Loaded only here: the other verbs need no resource schemas.
  const { createAwsSandbox } = await import('../../../sandbox/aws/server.ts')
  const { clock, random } = io
  const log = (call: CallRecord): void => {
    if (call.defect !== undefined) io.stderr(`${printable(call.defect)}\n`)
    if (options.calls === true) io.stderr(`${describeCall(call)}\n`)
  }
  try {
    return await createAwsSandbox({ clock, random, port: options.port, speed: options.speed, log })
  } catch (error) {
    throw portError(error, { '--port': options.port })
  }
}

function describeCall(call: CallRecord): string {
  const { at, account, region, service, action, stack = '-', outcome, fault } = call
  const time = new Date(at).toISOString().slice(11, 23)
  const words = [
    time,
    account,
    region,
    service,
    action,
    stack,
    outcome,
    fault === undefined ? '' : `(${fault})`,
  ]
  return printable(words.join(' ').trimEnd())
}
