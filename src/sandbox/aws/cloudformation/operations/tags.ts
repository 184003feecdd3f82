import type { Run } from './run.ts'
import type { Deployment } from './deployment.ts'
import type { Tag } from '../model.ts'

/** The stack's tags, as they go onto a resource of a type; empty where the type takes none. */
export function tagsFor(run: Run | Deployment, type: string): Record<string, string> {
  const facts = run.world.facts.typeFacts(type)
  if (facts?.tags === undefined && type !== 'AWS::CloudFormation::Stack') return {}
  return tagRecord(run.stack.configuration?.tags ?? [])
}

/** Tags by key. */
export function tagRecord(tags: readonly Tag[]): Record<string, string> {
  return Object.fromEntries(tags.map((tag) => [tag.key, tag.value]))
}
