import * as z from 'zod'
import type { ControlCommand } from '../../control-commands.ts'
import { controlCommand } from '../section.ts'
import type { StackEngine } from './run.ts'

const id = z
  .string()
  .describe('/subscriptions/S/resourceGroups/G/providers/Microsoft.Resources/deploymentStacks/N')

/** What the control endpoint can be told of deployment stacks. */
export function stackCommands(engine: StackEngine): Record<string, ControlCommand<unknown>> {
  return {
    'stack-state': controlCommand(
      'a stack is stuck in a state (`deletingResources`, or one that nobody knows); without `state` as it is',
      z.strictObject({ id, state: z.string().optional() }),
      (body) => {
        const stack = engine.book.need(body.id)
        if (body.state === undefined) delete stack.pretended
        else stack.pretended = body.state
      },
    ),
    'stack-out-of-sync': controlCommand(
      'ARM is not sure of a stack’s list of resources: an update or deletion needs the bypass',
      z.strictObject({ id, outOfSync: z.boolean().default(true) }),
      (body) => {
        engine.book.need(body.id).outOfSync = body.outOfSync
      },
    ),
  }
}
