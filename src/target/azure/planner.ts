import type { ObjectRecord } from '../../api/record.ts'
import { createConnections } from './connections.ts'
import { publicEndpoint, type AzureOptions } from './options.ts'
import type { AzurePlan } from './plan.ts'
import { planOnline } from './plan-online.ts'

/** Tells what would happen to an object's deployment, by a what-if. */
export function createAzurePlanner(options: AzureOptions): (record: ObjectRecord) => Promise<AzurePlan> {
  const { controllerId, clock, tokens, endpoint = publicEndpoint } = options
  const connect = createConnections({ clock, endpoint, tokens })
  return async (record) => planOnline(connect(record).client, { ...options, controllerId }, record)
}
