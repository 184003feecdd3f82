/**
 * What a provisioning state means for the next step. `busy` is any operation in flight, `deleting` one that ends in
 * absence.
 */
export type Situation = 'absent' | 'busy' | 'deleting' | 'succeeded' | 'failed' | 'canceled' | 'unknown'

/**
 * Every provisioning state of deployments and stacks, lower case as ARM writes them in any. Source:
 * Microsoft.Resources deployments 2025-04-01, deploymentStacks 2025-07-01; `initializing` is what live stacks show.
 */
const situations: Readonly<Record<string, Situation>> = {
  '': 'succeeded',
  notspecified: 'busy',
  accepted: 'busy',
  running: 'busy',
  ready: 'busy',
  creating: 'busy',
  created: 'busy',
  updating: 'busy',
  initializing: 'busy',
  validating: 'busy',
  waiting: 'busy',
  deploying: 'busy',
  canceling: 'busy',
  updatingdenyassignments: 'busy',
  deletingresources: 'busy',
  deleting: 'deleting',
  deleted: 'absent',
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'canceled',
}

/** The states that are known, for tests that go through all of them. */
export const provisioningStates: readonly string[] = Object.keys(situations)

/** What a state means; undefined: there is no deployment. A state that ARM leaves out means success. Pure. */
export function situationOf(state: string | undefined): Situation {
  if (state === undefined) return 'absent'
  return situations[state.toLowerCase()] ?? 'unknown'
}

/** Whether a deployment in this state can be cancelled at all. */
export function isCancellable(state: string): boolean {
  return ['accepted', 'running', 'deploying'].includes(state.toLowerCase())
}
