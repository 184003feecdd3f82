import type { ControllerPorts } from '../../src/reconcile/ports.ts'
import { createAwsSandbox } from '../../src/sandbox/aws/server.ts'
import type { AwsSandbox } from '../../src/sandbox/aws/server.ts'
import { createCloudFormationTarget } from '../../src/target/cloudformation/index.ts'
import { createHarness, createMapBlobs } from './harness.ts'
import type { Harness } from './harness.ts'
import { createSeededRandom, createVirtualClock } from './virtual-clock.ts'

/** The whole controller with the real CloudFormation target, over the wire to a sandbox, all on one virtual clock. */
export interface SandboxFleet extends Harness {
  sandbox: AwsSandbox
  close(): Promise<void>
}

/** Makes a fleet with an empty repository. `speed` is the sandbox's: 1 is AWS's own pace, in virtual time. */
export async function createSandboxFleet(
  overrides: Partial<Omit<ControllerPorts, 'clock'>> = {},
  speed = 1,
): Promise<SandboxFleet> {
  const clock = createVirtualClock()
  const sandbox = await createAwsSandbox({ clock, random: createSeededRandom(7), speed })
  const blobs = createMapBlobs()
  const target = createCloudFormationTarget({
    controllerId: 'test',
    defaultRegion: 'eu-west-1',
    clock,
    endpoint: sandbox.url,
    templateBody: async (sha256) => (await blobs.get(sha256)) ?? new Uint8Array(),
    templateUrl: (sha256) => blobs.url(sha256),
  })
  const house = await createHarness({
    clock,
    blobs,
    target: async (kind) => (kind === 'CloudFormationStack' ? target : undefined),
    ...overrides,
  })
  return { ...house, sandbox, close: () => sandbox.close() }
}
