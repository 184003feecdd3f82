import type { DeploymentEngine } from '../deployments/engine.ts'
import type { ScopeKind } from '../deployments/place.ts'
import { scopePatterns } from '../deployments/place.ts'
import type { Section } from '../section.ts'
import { startWhatIf } from './start.ts'

const actions: readonly (readonly [ScopeKind, string])[] = [
  ['resourceGroup', 'DeploymentsWhatIf'],
  ['subscription', 'DeploymentsWhatIfAtSubscriptionScope'],
  ['managementGroup', 'DeploymentsWhatIfAtManagementGroupScope'],
  ['tenant', 'DeploymentsWhatIfAtTenantScope'],
]

/** What-if in every scope. */
export function whatIfSection(engine: DeploymentEngine): Section {
  return {
    routes: actions.map(([kind, action]) => ({
      method: 'POST',
      pattern: `${scopePatterns[kind]}/providers/Microsoft.Resources/deployments/:name/whatIf`,
      action,
      // It changes nothing, but ARM counts it as a write.
      mutating: true,
      handle: (request) => startWhatIf(engine, request),
    })),
  }
}
