import type { Evaluator } from './evaluate.ts'
import { type Report, refuse } from './problem.ts'
import { referencesIn } from './references.ts'
import type { Template } from './template.ts'
import type { TemplatePath } from './value.ts'

/** A reference from an active part to a resource that its condition leaves out; refuses at the first. */
export function checkActiveReferences(
  template: Template,
  evaluator: Evaluator,
  report: Report = refuse,
): void {
  const absent = (value: unknown, path: TemplatePath): Set<string> => {
    const names = [...referencesIn(evaluator.prune(value, path))].map(({ name }) => name)
    return new Set(names.filter((name) => template.resources.has(name) && !evaluator.isActive(name)))
  }
  const inResources = new Set<string>()
  for (const [logicalId, { definition }] of template.resources) {
    if (!evaluator.isActive(logicalId)) continue
    for (const key of ['Properties', 'Metadata', 'CreationPolicy', 'UpdatePolicy'])
      for (const name of absent(definition[key], ['Resources', logicalId, key])) inResources.add(name)
  }
  if (inResources.size > 0) report(unresolved([...inResources], 'Resources', 'Template format error: '))
  const inOutputs = new Set<string>()
  for (const [name, { value, condition }] of template.outputs) {
    if (condition !== undefined && evaluator.conditions.get(condition) === false) continue
    for (const id of absent(value, ['Outputs', name, 'Value'])) inOutputs.add(id)
  }
  if (inOutputs.size > 0) report(unresolved([...inOutputs], 'Outputs', ''))
}

function unresolved(names: readonly string[], block: string, prefix: string) {
  return {
    path: [block],
    message: `${prefix}Unresolved resource dependencies [${names.join(', ')}] in the ${block} block of the template`,
    advice: `${names.join(', ')}: left out by a condition but asked for where none is; put the asking under the same condition`,
  }
}
