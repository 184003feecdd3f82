import { type Deployment, evaluateShell } from './deployment.ts'
import type { Draft } from './draft.ts'
import { ArmEvaluationError } from './problem.ts'
import { renderExpression } from './render.ts'
import { type Value, deferredExpression, isDeferred } from './value.ts'

/** A name in `dependsOn` as the index of resources knows it. */
export function dependencyText(name: Value): string {
  if (isDeferred(name)) return `[${renderExpression(deferredExpression(name))}]`
  return typeof name === 'string' ? name : ''
}

/** Drafts that come before another one: what it depends on, and what its references read. */
export function dependencies(deployment: Deployment, draft: Draft): Draft[] {
  const named = draft.dependsOn.flatMap((name) => deployment.index.find(dependencyText(name)))
  const read = new Set<string>()
  try {
    evaluateShell(draft, undefined, (id) => read.add(id))
  } catch (error) {
    // The same error comes again when the resource itself is worked out.
    if (!(error instanceof ArmEvaluationError)) throw error
  }
  return [...named, ...Array.from(read).flatMap((id) => deployment.index.find(id))]
}
