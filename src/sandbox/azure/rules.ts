import { isBelow } from './ids.ts'
import type { ErrorDetail } from './errors.ts'

/** What forbids the making of resources; what is left out matches every one. */
export interface Rule {
  /** `policy`: RequestDisallowedByPolicy; `quota`: QuotaExceeded; `sku`: SkuNotAvailable. */
  kind: 'policy' | 'quota' | 'sku'
  /** Below what it holds: a subscription, a group. */
  scope: string
  type?: string | undefined
  /** Normalised: `westeurope`. */
  location?: string | undefined
  sku?: string | undefined
  /** How many there may be of what it matches. Default 0. */
  limit?: number | undefined
  /** The policy's name, or the quota's. */
  name: string
}

/** What rules look at. */
export interface RuleSubject {
  id: string
  type: string
  name: string
  location: string | undefined
  sku: string | undefined
}

/** The rules that hold. */
export interface Rules {
  add(rule: Rule): void
  /** The first refusal, if any. `others` are the resources of the same type that are there. */
  refuse(subject: RuleSubject, others: readonly RuleSubject[]): ErrorDetail | undefined
  /** From now on a policy gives these tags to what is written below a scope without them. */
  addTags(scope: string, tags: Readonly<Record<string, string>>): void
  /** The tags that policies give to a resource. */
  tagsOf(id: string): Record<string, string>
  /** Forgets all rules. */
  clear(): void
}

/** No rules at first. */
export function createRules(): Rules {
  const rules: Rule[] = []
  const tagging: { scope: string; tags: Readonly<Record<string, string>> }[] = []
  return {
    add: (rule) => void rules.push(rule),
    refuse(subject, others) {
      const broken = rules.find((rule) => {
        if (!concerns(rule, subject)) return false
        return others.filter((other) => concerns(rule, other)).length >= (rule.limit ?? 0)
      })
      return broken === undefined ? undefined : refusals[broken.kind](broken, subject, others.length)
    },
    addTags: (scope, tags) => void tagging.push({ scope, tags }),
    tagsOf: (id) =>
      Object.assign(
        {},
        ...tagging.filter(({ scope }) => isBelow(id, scope)).map(({ tags }) => tags),
      ) as Record<string, string>,
    clear() {
      rules.length = 0
      tagging.length = 0
    },
  }
}

function concerns(rule: Rule, subject: RuleSubject): boolean {
  const same = (wanted: string | undefined, actual: string | undefined): boolean =>
    wanted === undefined || wanted.toLowerCase() === actual?.toLowerCase()
  return (
    isBelow(subject.id, rule.scope) &&
    same(rule.type, subject.type) &&
    same(rule.location, subject.location) &&
    same(rule.sku, subject.sku)
  )
}

type Refusal = (rule: Rule, subject: RuleSubject, current: number) => ErrorDetail

const refusals: Record<Rule['kind'], Refusal> = {
  policy: ({ name, scope }, { name: resource }) => ({
    code: 'RequestDisallowedByPolicy',
    target: resource,
    message: `Resource '${resource}' was disallowed by policy. Policy identifiers: '[{"policyAssignment":{"name":"${name}","id":"${assignmentId(scope, name)}"},"policyDefinition":{"name":"${name}","id":"${definitionId(name)}"}}]'.`,
    additionalInfo: [
      {
        type: 'PolicyViolation',
        info: {
          policyDefinitionDisplayName: name,
          policyAssignmentDisplayName: name,
          policyDefinitionId: definitionId(name),
          policyDefinitionName: name,
          policyDefinitionEffect: 'deny',
          policyAssignmentId: assignmentId(scope, name),
          policyAssignmentName: name,
          policyAssignmentScope: scope,
          policyAssignmentParameters: {},
          policyExemptionIds: [],
        },
      },
    ],
  }),
  quota: ({ name, limit = 0 }, { location }, current) => ({
    code: 'QuotaExceeded',
    message: `Operation could not be completed as it results in exceeding approved ${name} quota. Additional details - Deployment Model: Resource Manager, Location: ${location ?? ''}, Current Limit: ${limit}, Current Usage: ${current}, Additional Required: 1, (Minimum) New Limit Required: ${current + 1}.`,
  }),
  sku: ({ sku }, { location, sku: asked }) => ({
    code: 'SkuNotAvailable',
    message: `The requested VM size for resource 'Following SKUs have failed for Capacity Restrictions: ${sku ?? asked ?? ''}' is currently not available in location '${location ?? ''}'. Please try another size or deploy to a different location or different zone. See https://aka.ms/azureskunotavailable for details.`,
  }),
}

function definitionId(name: string): string {
  return `/providers/Microsoft.Authorization/policyDefinitions/${name}`
}

function assignmentId(scope: string, name: string): string {
  return `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/policyAssignments/${name}`
}
