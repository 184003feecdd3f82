import { KNOWN_AFTER_APPLY } from '../../../../template/cloudformation/evaluate.ts'
import type { ResourceFacts } from '../../../../template/cloudformation/facts.ts'
import { referencesIn } from '../../../../template/cloudformation/references.ts'
import { isObject } from '../input.ts'
import type { JsonObject, StackParameter, StackResource } from '../model.ts'
import { differencesOf } from '../resources/replacement.ts'
import type { Blueprint, Lookup } from '../templates/blueprint.ts'
import { masked } from '../secrets.ts'
import { type Surrounding } from './causes.ts'
import { contextOf } from './context.ts'
import { type Detail, describeDetail, memberTarget, replacementOfDetails } from './details.ts'
import type { ResourceChange } from './model.ts'
import { propertyDetails } from './property-details.ts'

/** What two states of a stack are compared by. Pure: the lookup answers from the stack as it is. */
export interface DiffRequest {
  facts: ResourceFacts
  /** The resources that the stack has, by logical id. */
  resources: ReadonlyMap<string, StackResource>
  /** Parameters of before; none for a new stack. */
  parameters: readonly StackParameter[]
  /** Whether the stack's tags change. */
  tagsChanged: boolean
  blueprint: Blueprint
  /** What references stand for in the stack as it is. */
  current: Lookup
  /** Texts that nothing may show: NoEcho values of the stack as it is, and of the blueprint. */
  secrets: { before: readonly string[]; after: readonly string[] }
  withValues: boolean
}

/** The changes between a stack and a blueprint, as a change set lists them: unchanged resources are not in it. */
export function diff(request: DiffRequest): ResourceChange[] {
  const { blueprint, resources } = request
  const replacements = new Map<string, 'True' | 'False' | 'Conditional'>()
  const surrounding: Surrounding = {
    changedParameters: changedParameters(request.parameters, blueprint.parameters),
    replacements,
  }
  const added = new Set<string>()
  const changes: ResourceChange[] = []
  const lookup = future(
    request,
    (logicalId) => added.has(logicalId) || replacements.get(logicalId) === 'True',
  )
  for (const [logicalId, declaration] of blueprint.resources) {
    const resource = resources.get(logicalId)
    if (resource === undefined || !exists(resource)) {
      added.add(logicalId)
      changes.push(addition(request, logicalId, lookup))
      continue
    }
    const change = modification(request, resource, declaration.definition, { ...surrounding, lookup })
    if (change === undefined) continue
    replacements.set(logicalId, change.replacement)
    changes.push(change.change)
  }
  for (const resource of resources.values())
    if (!blueprint.resources.has(resource.logicalId) && exists(resource))
      changes.push(removal(request, resource))
  return changes
}

/** Whether a resource is there to be compared with. */
function exists(resource: StackResource): boolean {
  return resource.status !== 'DELETE_COMPLETE' && resource.physicalId !== ''
}

/**
 * Names of the parameters with another value than before, defaults counted. Where the value is a name in the parameter
 * store, what stands there may change without it: that is no change of the parameter.
 */
function changedParameters(
  before: readonly StackParameter[],
  after: readonly StackParameter[],
): ReadonlySet<string> {
  const known = new Map(before.map((parameter) => [parameter.key, parameter.value]))
  return new Set(
    after.filter(({ key, value }) => known.has(key) && known.get(key) !== value).map(({ key }) => key),
  )
}

/** References as they will be after the change, as far as they can be known before it. */
function future(request: DiffRequest, unknown: (logicalId: string) => boolean): Lookup {
  return {
    ref: (logicalId) => (unknown(logicalId) ? KNOWN_AFTER_APPLY : request.current.ref(logicalId)),
    getAtt(logicalId, attribute) {
      if (unknown(logicalId)) return KNOWN_AFTER_APPLY
      const declared = request.blueprint.resources.get(logicalId)?.properties[attribute]
      const before = request.resources.get(logicalId)?.properties[attribute]
      // An attribute that is a property about to change is not known before it has.
      if (before !== undefined && typeof declared === 'string' && declared !== before)
        return KNOWN_AFTER_APPLY
      return request.current.getAtt(logicalId, attribute)
    },
    // An export that is not there yet may be by the time the set is executed.
    importValue: (name) => request.current.importValue(name) ?? KNOWN_AFTER_APPLY,
  }
}

function addition(request: DiffRequest, logicalId: string, lookup: Lookup): ResourceChange {
  const { blueprint } = request
  const declaration = blueprint.resources.get(logicalId)
  return {
    Action: 'Add',
    LogicalResourceId: logicalId,
    ResourceType: declaration?.type,
    Scope: [],
    Details: [],
    ...(request.withValues
      ? {
          AfterContext: contextOf(
            masked(blueprint.properties(logicalId, lookup), request.secrets.after),
            membersOf(request, logicalId, lookup),
          ),
        }
      : {}),
  }
}

function removal(request: DiffRequest, resource: StackResource): ResourceChange {
  const policy = resource.definition['DeletionPolicy']
  return {
    PolicyAction:
      policy === 'Retain' || policy === 'RetainExceptOnCreate'
        ? 'Retain'
        : policy === 'Snapshot'
          ? 'Snapshot'
          : 'Delete',
    Action: 'Remove',
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    Scope: [],
    Details: [],
    ...(request.withValues
      ? {
          BeforeContext: contextOf(
            masked(withUnknownAttributes(resource), request.secrets.before),
            memberValues(resource),
          ),
        }
      : {}),
  }
}

interface Modification {
  change: ResourceChange
  replacement: 'True' | 'False' | 'Conditional'
}

function modification(
  request: DiffRequest,
  resource: StackResource,
  definition: JsonObject,
  { lookup, ...surrounding }: Surrounding & { lookup: Lookup },
): Modification | undefined {
  const { blueprint, withValues } = request
  const facts = request.facts.typeFacts(resource.type)
  const after = blueprint.properties(resource.logicalId, lookup)
  const members = membersOf(request, resource.logicalId, lookup)
  const details = [
    ...propertyDetails(request, resource, after, surrounding),
    ...memberDetails(resource, members, withValues),
    ...(request.tagsChanged && facts?.tags !== undefined
      ? [
          {
            target: { attribute: 'Tags', recreation: 'Never' as const },
            evaluation: 'Static' as const,
            source: 'DirectModification',
          },
        ]
      : []),
  ]
  const nested = resource.type === 'AWS::CloudFormation::Stack'
  if (details.length === 0 && nested) details.push(automatic())
  if (details.length === 0) return undefined
  const replacement = replacementOfDetails(details)
  const before = masked(resource.properties, request.secrets.before)
  return {
    replacement,
    change: {
      PolicyAction: replacement === 'True' ? replaceAction(definition) : undefined,
      Action: 'Modify',
      LogicalResourceId: resource.logicalId,
      PhysicalResourceId: resource.physicalId,
      ResourceType: resource.type,
      Replacement: replacement,
      Scope: [...new Set(details.map(({ target }) => target.attribute))].toSorted(),
      Details: details.map((detail) => describeDetail(maskedDetail(detail, request.secrets), withValues)),
      ...(withValues
        ? {
            BeforeContext: contextOf(before, memberValues(resource)),
            AfterContext: contextOf(masked(after, request.secrets.after), members),
          }
        : {}),
    },
  }
}

function automatic(): Detail {
  return {
    target: { attribute: 'Properties', recreation: 'Never' },
    evaluation: 'Dynamic',
    source: 'Automatic',
  }
}

function replaceAction(definition: JsonObject): string {
  const policy = definition['UpdateReplacePolicy']
  if (policy === 'Retain') return 'ReplaceAndRetain'
  return policy === 'Snapshot' ? 'ReplaceAndSnapshot' : 'ReplaceAndDelete'
}

const COMPARED_MEMBERS = [
  'Metadata',
  'CreationPolicy',
  'UpdatePolicy',
  'UpdateReplacePolicy',
  'DeletionPolicy',
]

function memberDetails(resource: StackResource, after: JsonObject, withValues: boolean): Detail[] {
  const before = memberValues(resource)
  return COMPARED_MEMBERS.flatMap((member) =>
    differencesOf(before[member], after[member])
      .slice(0, withValues ? undefined : 1)
      .map((spot) => ({
        target: memberTarget(member, spot),
        evaluation: 'Static' as const,
        source: 'DirectModification',
      })),
  )
}

function memberValues(resource: StackResource): JsonObject {
  const values: JsonObject = {}
  for (const member of COMPARED_MEMBERS)
    values[member] = member === 'Metadata' ? resource.metadata : resource.definition[member]
  return values
}

function membersOf(request: DiffRequest, logicalId: string, lookup: Lookup): JsonObject {
  const values: JsonObject = {}
  const definition = request.blueprint.resources.get(logicalId)?.definition
  for (const member of COMPARED_MEMBERS)
    values[member] =
      member === 'Metadata' ? request.blueprint.member(logicalId, member, lookup) : definition?.[member]
  return values
}

/** What is removed shows its properties with the attributes of others unknown, as AWS does. */
function withUnknownAttributes(resource: StackResource): JsonObject {
  const written = resource.definition['Properties'] ?? {}
  return unknownWhereAsked(written, resource.properties) as JsonObject
}

function unknownWhereAsked(written: unknown, value: unknown): unknown {
  if (isObject(written) && isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, child]) => [name, unknownWhereAsked(written[name], child)]),
    )
  if (Array.isArray(written) && Array.isArray(value))
    return value.map((item: unknown, index) => unknownWhereAsked(written[index], item))
  return [...referencesIn(written)].some(({ kind }) => kind === 'getAtt') ? KNOWN_AFTER_APPLY : value
}

function maskedDetail({ target, ...detail }: Detail, secrets: DiffRequest['secrets']): Detail {
  return {
    ...detail,
    target: {
      ...target,
      ...(target.before === undefined ? {} : { before: masked(target.before, secrets.before) }),
      ...(target.after === undefined ? {} : { after: masked(target.after, secrets.after) }),
    },
  }
}
