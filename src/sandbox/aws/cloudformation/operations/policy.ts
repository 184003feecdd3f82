import { validationError } from '../errors.ts'
import { isObject } from '../input.ts'

/** Refuses a text that is no stack policy. */
export function checkPolicy(policy: string): void {
  statementsOf(policy)
}

/** What an update wants to do with a resource. */
export type PolicyAction = 'Update:Modify' | 'Update:Replace' | 'Update:Delete'

interface Statement {
  effect: 'Allow' | 'Deny'
  actions: string[]
  notActions: string[] | undefined
  resources: string[]
  notResources: string[] | undefined
  types: string[] | undefined
}

/**
 * Why a stack policy forbids something, in AWS's words; undefined when it allows it. As in IAM a Deny outweighs an
 * Allow, and what nothing allows is denied.
 */
export function policyDenial(
  policy: string | undefined,
  action: PolicyAction,
  resource: { logicalId: string; type: string },
): string | undefined {
  if (policy === undefined) return undefined
  const statements = statementsOf(policy)
  const denied = statements.findIndex(
    (statement) => statement.effect === 'Deny' && applies(statement, action, resource),
  )
  if (denied >= 0)
    return `Action denied by stack policy: Statement [#${denied + 1}] does not allow [${action}] for resource [${resource.logicalId}]`
  if (statements.some((statement) => statement.effect === 'Allow' && applies(statement, action, resource)))
    return undefined
  return `Action not allowed by stack policy: [${action}] for resource [${resource.logicalId}]`
}

function applies(
  statement: Statement,
  action: PolicyAction,
  resource: { logicalId: string; type: string },
): boolean {
  const id = `LogicalResourceId/${resource.logicalId}`
  return (
    (statement.notActions === undefined
      ? statement.actions.some((pattern) => like(pattern, action))
      : !statement.notActions.some((pattern) => like(pattern, action))) &&
    (statement.notResources === undefined
      ? statement.resources.some((pattern) => like(pattern, id))
      : !statement.notResources.some((pattern) => like(pattern, id))) &&
    (statement.types === undefined || statement.types.some((pattern) => like(pattern, resource.type)))
  )
}

function like(pattern: string, value: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 'i').test(value)
}

function statementsOf(policy: string): Statement[] {
  const malformed = (why: string): Error => validationError(`Error validating stack policy: ${why}`)
  let parsed: unknown
  try {
    parsed = JSON.parse(policy)
  } catch {
    throw malformed('Invalid stack policy')
  }
  const statement = isObject(parsed) ? parsed['Statement'] : undefined
  const list = Array.isArray(statement) ? statement : statement === undefined ? [] : [statement]
  if (!isObject(parsed)) throw malformed('Invalid stack policy')
  return list.filter(isObject).map((entry) => {
    const effect = entry['Effect']
    if (effect !== 'Allow' && effect !== 'Deny') throw malformed(`Unknown statement effect ${String(effect)}`)
    for (const key of Object.keys(entry))
      if (!KNOWN_MEMBERS.includes(key)) throw malformed(`Unknown statement element ${key}`)
    return {
      effect,
      actions: words(entry['Action']),
      notActions: entry['NotAction'] === undefined ? undefined : words(entry['NotAction']),
      resources: words(entry['Resource']),
      notResources: entry['NotResource'] === undefined ? undefined : words(entry['NotResource']),
      types: typesOf(entry['Condition']),
    }
  })
}

const KNOWN_MEMBERS = [
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Principal',
  'NotPrincipal',
  'Resource',
  'NotResource',
  'Condition',
]

function typesOf(condition: unknown): string[] | undefined {
  if (!isObject(condition)) return undefined
  for (const operator of Object.values(condition))
    if (isObject(operator) && operator['ResourceType'] !== undefined) return words(operator['ResourceType'])
  return undefined
}

function words(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : []
}
