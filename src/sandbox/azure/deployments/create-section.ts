import type { Section } from '../section.ts'
import { stackSection } from '../stacks/section.ts'
import { whatIfSection } from '../what-if/section.ts'
import type { World } from '../world.ts'
import { createDeploymentEngine } from './engine.ts'
import { deploymentSection } from './section.ts'

/** Deployments, what-if and stacks, over one engine: everything of `Microsoft.Resources` that deploys. */
export function createDeploymentsSection(world: World): Section {
  const engine = createDeploymentEngine(world)
  const sections = [deploymentSection(engine), whatIfSection(engine), stackSection(engine)]
  return {
    routes: sections.flatMap(({ routes }) => routes),
    commands: Object.assign({}, ...sections.map(({ commands }) => commands ?? {})),
  }
}
