import { Command } from 'commander'
import type { Io } from '../../io.ts'
import { createAwsSandboxCommand } from './aws.ts'
import { createAzureSandboxCommand } from './azure.ts'

/** `headwater sandbox` */
export function createSandboxCommand(io: Io): Command {
  return new Command('sandbox')
    .description('Runs a pretend cloud on this machine, for trying things.')
    .addCommand(createAwsSandboxCommand(io))
    .addCommand(createAzureSandboxCommand(io))
}
