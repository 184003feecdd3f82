import type { Evaluator } from './evaluate.ts'
import { type Report, refuse } from './problem.ts'
import { type Reference, referencesIn } from './references.ts'
import type { Template } from './template.ts'

/** What of a resource can refer to another one. */
const ASKING = ['Properties', 'Metadata', 'CreationPolicy', 'UpdatePolicy']

/** A reference from an active part to a resource that its condition leaves out; refuses at the first block. */
export function checkActiveReferences(
  template: Template,
  evaluator: Evaluator,
  report: Report = refuse,
): void {
  const inResources = [...template.resources].flatMap(([logicalId, { definition }]) =>
    evaluator.isActive(logicalId)
      ? ASKING.flatMap((key) => references(evaluator, definition[key], ['Resources', logicalId, key]))
      : [],
  )
  const inOutputs = [...template.outputs].flatMap(([name, { value, condition }]) =>
    condition === undefined || evaluator.conditions.get(condition) !== false
      ? references(evaluator, value, ['Outputs', name, 'Value'])
      : [],
  )
  const isAbsent = ({ name }: Reference) => template.resources.has(name) && !evaluator.isActive(name)
  refuseAll(inResources.filter(isAbsent), 'Resources', 'Template format error: ', report)
  refuseAll(inOutputs.filter(isAbsent), 'Outputs', '', report)
}

function references(evaluator: Evaluator, value: unknown, path: readonly string[]): Reference[] {
  return [...referencesIn(evaluator.prune(value, path), path)]
}

/** CloudFormation names all of a block in one message (for outputs without its prefix); people get one for each. */
function refuseAll(absent: readonly Reference[], block: string, prefix: string, report: Report): void {
  const names = [...new Set(absent.map(({ name }) => name))]
  for (const { name, path } of absent)
    report({
      path,
      message: `${prefix}Unresolved resource dependencies [${names.join(', ')}] in the ${block} block of the template`,
      advice: `"${name}" is left out by its condition but asked for here; put this under the same condition`,
    })
}
