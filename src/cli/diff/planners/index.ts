import type { PlanPorts, Planner } from './planner.ts'

export type { CloudPlan, PlanPorts, Planner } from './planner.ts'

/** The planners by the kind they plan; each loads its own cloud's code when an object of that kind is met. */
const planners: Readonly<Record<string, (ports: PlanPorts) => Promise<Planner>>> = {
  async CloudFormationStack(ports) {
    const { createStackPlanner } = await import('./cloudformation.ts')
    return createStackPlanner(ports)
  },
  async AzureDeployment(ports) {
    const { createDeploymentPlanner } = await import('./azure.ts')
    return createDeploymentPlanner(ports)
  },
}

/** The planners of the given kinds; a kind that nothing deploys has none. */
export async function openPlanners(
  kinds: ReadonlySet<string>,
  ports: PlanPorts,
): Promise<ReadonlyMap<string, Planner>> {
  const opened = new Map<string, Planner>()
  for (const kind of kinds) {
    const open = Object.hasOwn(planners, kind) ? planners[kind] : undefined
    if (open !== undefined) opened.set(kind, await open(ports))
  }
  return opened
}
