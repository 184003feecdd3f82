import { createSystemClock, createSystemRandom } from '../../src/compose/system.ts'
import type { AwsSandbox } from '../../src/sandbox/aws/server.ts'
import { createAwsSandbox } from '../../src/sandbox/aws/server.ts'

/**
 * The pretend AWS on the machine's own clock. By default everything is due at once, so that a client's waiter, which
 * looks at once and then only every half minute, is not waited for.
 */
export function startSandbox(options: { speed?: number } = {}): Promise<AwsSandbox> {
  return createAwsSandbox({
    clock: createSystemClock(),
    random: createSystemRandom(),
    speed: options.speed ?? 0,
    log(call) {
      if (call.defect !== undefined) process.stderr.write(`sandbox: ${call.defect}\n`)
    },
  })
}

/** POSTs to the sandbox's control endpoint. */
export async function control(sandbox: AwsSandbox, path: string, body: unknown): Promise<void> {
  const response = await fetch(`${sandbox.url}/_sandbox/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
}
