import { type Deployment, isDeployed } from './deployment.ts'
import { dependencyText } from './dependencies.ts'
import type { ArmPath, ArmProblem } from './types.ts'

/** ARM's limit on the resources of one template, copies counted one by one. */
const MAX_RESOURCES = 800

/** What is wrong with the resources of a deployment among each other. */
export function checkResources(deployment: Deployment): ArmProblem[] {
  return [...checkCount(deployment), ...checkDuplicates(deployment), ...checkDependencies(deployment)]
}

function checkCount({ drafts }: Deployment): ArmProblem[] {
  const count = drafts.filter(({ existing }) => !existing).length
  return count > MAX_RESOURCES
    ? [
        problem('LimitExceeded', `the template makes ${count} resources, the limit is ${MAX_RESOURCES}`, [
          'resources',
        ]),
      ]
    : []
}

function checkDuplicates({ drafts }: Deployment): ArmProblem[] {
  const seen = new Set<string>()
  return drafts.flatMap((draft) => {
    if (!isDeployed(draft) || draft.condition !== true) return []
    const key = draft.id.toLowerCase()
    if (!seen.has(key)) {
      seen.add(key)
      return []
    }
    return [
      problem(
        'InvalidTemplate',
        `the resource '${draft.type}' '${draft.nameText}' is defined twice`,
        draft.raw.path,
      ),
    ]
  })
}

/** Entries of `dependsOn` that lead to no resource of the template. Names that are unknown yet may lead anywhere. */
export function checkDependencies({ drafts, index, declared }: Deployment): ArmProblem[] {
  const isUnsure = drafts.some(({ id }) => id.startsWith('['))
  return drafts.flatMap((draft) =>
    draft.dependsOn.flatMap((name, position) => {
      const text = dependencyText(name)
      const isKnown = index.find(text).length > 0 || declared.has(text.toLowerCase())
      if (isKnown || text === '' || text.startsWith('[') || isUnsure) return []
      return [
        problem('InvalidTemplate', `dependsOn: the resource '${text}' is not in the template`, [
          ...draft.raw.path,
          'dependsOn',
          position,
        ]),
      ]
    }),
  )
}

function problem(code: string, message: string, path: ArmPath): ArmProblem {
  return { code, message, document: 'template', path, severity: 'error' }
}
