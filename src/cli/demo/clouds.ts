import type { Clock, Random } from '../../api/clock.ts'
import { createAwsSandbox } from '../../sandbox/aws/server.ts'
import { createAzureSandbox } from '../../sandbox/azure/server.ts'
import type { DemoFile } from '../demo-file.ts'

/** The pretend clouds of a running demo. */
export interface DemoClouds {
  /** Where each listens, for those who play tricks on it. */
  urls: DemoFile['clouds']
  /** Calls that reached them so far. */
  calls(): number
  close(): Promise<void>
}

/** Opens both on free ports of 127.0.0.1. */
export async function openDemoClouds(ports: {
  clock: Clock
  random: Random
  /** How much faster than the real ones they are. */
  speed: number
}): Promise<DemoClouds> {
  const aws = await createAwsSandbox(ports)
  try {
    const azure = await createAzureSandbox(ports)
    return {
      urls: { aws: aws.url, azure: azure.url },
      calls: () => aws.calls.counts().total + azure.calls.counts().total,
      async close() {
        await azure.close()
        await aws.close()
      },
    }
  } catch (error) {
    await aws.close()
    throw error
  }
}
