import type { Input } from '../input.ts'
import { requiredTemplateText } from '../templates/load.ts'
import type { Call } from '../world.ts'

/** DescribeAccountLimits: AWS's defaults. */
export function describeAccountLimits(): Record<string, unknown> {
  return {
    AccountLimits: [
      { Name: 'StackLimit', Value: 2000 },
      { Name: 'StackOutputsLimit', Value: 200 },
      { Name: 'ConcurrentResourcesLimit', Value: 2500 },
    ],
  }
}

/** EstimateTemplateCost: a link to a calculator that nobody calculated. */
export async function estimateTemplateCost(call: Call, input: Input): Promise<Record<string, unknown>> {
  const { world } = call
  world.templates.check(world.templates.read(await requiredTemplateText(world, input)).value)
  return {
    Url: `http://calculator.s3.amazonaws.com/calc5.html?key=cloudformation/${world.random.uuid()}`,
  }
}
