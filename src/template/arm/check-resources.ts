import { type Draft, rawMember } from './draft.ts'
import { type Deployment, isDeployed } from './deployment.ts'
import { dependencyText } from './dependencies.ts'
import type { ArmPath, ArmProblem } from './types.ts'
import { isJsonList } from './value.ts'

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
  const seen = new Map<string, Draft>()
  return drafts.flatMap((draft) => {
    if (!isDeployed(draft) || draft.condition !== true) return []
    const key = draft.id.toLowerCase()
    const earlier = seen.get(key)
    seen.set(key, draft)
    if (earlier === undefined) return []
    const found = problem(
      'InvalidTemplate',
      `the resource '${draft.type}' '${draft.nameText}' is defined twice`,
      draft.raw.path,
    )
    return [isSameText(earlier, draft) ? found : { ...found, severity: 'warning' }]
  })
}

/** Whether two resources are written with one name; others come to one only under these parameters. */
function isSameText(a: Draft, b: Draft): boolean {
  const names = [a, b].map((draft) => rawMember(draft, 'name'))
  return a.raw !== b.raw && a.raw.parent === b.raw.parent && names[0] === names[1]
}

/** Entries of `dependsOn` that lead to no resource of the template. Names that are unknown yet may lead anywhere. */
export function checkDependencies({ drafts, index, declared }: Deployment): ArmProblem[] {
  const isUnsure = drafts.some(({ id }) => id.startsWith('['))
  return drafts.flatMap((draft) =>
    draft.dependsOn.flatMap((name, position) => {
      const text = dependencyText(name)
      // A loop may have no turns, or not as many.
      const isKnown = index.find(text).length > 0 || declared.has(text.toLowerCase().replace(/\[\d+\]$/, ''))
      if (isKnown || text === '' || text.startsWith('[') || isUnsure) return []
      const found = problem('InvalidTemplate', `dependsOn: the resource '${text}' is not in the template`, [
        ...draft.raw.path,
        'dependsOn',
        position,
      ])
      return [isPlain(draft, position) ? found : { ...found, severity: 'warning' as const }]
    }),
  )
}

/** Whether an entry names a resource outright; one that parameters or pieces of text make up may lead elsewhere another time. */
function isPlain(draft: Draft, position: number): boolean {
  const entries = rawMember(draft, 'dependsOn')
  const written = isJsonList(entries) ? entries[position] : undefined
  return typeof written === 'string' && !/parameters\(|concat\(|format\(/i.test(written)
}

function problem(code: string, message: string, path: ArmPath): ArmProblem {
  return { code, message, document: 'template', path, severity: 'error' }
}
