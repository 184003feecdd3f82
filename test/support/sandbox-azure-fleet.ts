import type { BicepCompilerWithCounts } from '../../src/target/azure/bicep/index.ts'
import { createAzureTarget } from '../../src/target/azure/index.ts'
import { createAzureSandbox } from '../../src/sandbox/azure/server.ts'
import type { AzureSandbox } from '../../src/sandbox/azure/server.ts'
import { openRealBicep } from './bicep.ts'
import { createHarness, createMapBlobs } from './harness.ts'
import type { Harness } from './harness.ts'
import { createSeededRandom, createVirtualClock } from './virtual-clock.ts'

/** The whole controller with the real Azure target and the real compiler, over the wire to a sandbox, on one virtual clock. */
export interface AzureFleet extends Harness {
  sandbox: AzureSandbox
  compiler: BicepCompilerWithCounts
  close(): Promise<void>
}

/** Makes a fleet with an empty repository; the sandbox keeps Azure's own pace, in virtual time. */
export async function createAzureFleet(): Promise<AzureFleet> {
  const clock = createVirtualClock()
  const sandbox = await createAzureSandbox({ clock, random: createSeededRandom(7) })
  const compiler = openRealBicep()
  const blobs = createMapBlobs()
  const target = createAzureTarget({
    controllerId: 'test',
    clock,
    endpoint: sandbox.url,
    tokens: { token: async () => 'test' },
    templateBody: async (sha256) => (await blobs.get(sha256)) ?? new Uint8Array(),
  })
  const house = await createHarness({
    clock,
    blobs,
    bicep: async () => compiler,
    target: async (kind) => (kind === 'AzureDeployment' ? target : undefined),
  })
  return {
    ...house,
    sandbox,
    compiler,
    async close() {
      await compiler.close()
      await sandbox.close()
    },
  }
}
