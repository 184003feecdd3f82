import { createDeploymentsSection } from './deployments/create-section.ts'
import { groupsSection } from './groups/section.ts'
import { resourcesSection } from './resources/section.ts'
import type { CreateSection } from './section.ts'
import { subscriptionsSection } from './subscriptions-section.ts'

/** All parts of the pretend ARM. A new one gets its line here. */
export const sections: readonly CreateSection[] = [
  subscriptionsSection,
  groupsSection,
  resourcesSection,
  createDeploymentsSection,
]
