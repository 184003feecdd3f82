import type { ObjectRecord } from '../../api/record.ts'
import { openConnections, type CloudFormationOptions } from './options.ts'
import type { StackPlan } from './plan.ts'
import { planOnline } from './plan-online.ts'

/** Tells what would happen to an object's stack, by a change set that is never executed. */
export function createCloudFormationPlanner(
  options: CloudFormationOptions,
): (record: ObjectRecord) => Promise<StackPlan> {
  const { settings, connect } = openConnections(options)
  return async (record) => {
    const { api } = await connect(record)
    return planOnline(api, settings, options, record)
  }
}
