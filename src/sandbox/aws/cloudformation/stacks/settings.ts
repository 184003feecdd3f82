import type { GivenParameter } from '../../../../template/cloudformation/parameters.ts'
import { capabilityNeeds } from '../../../../template/cloudformation/capabilities.ts'
import type { Template } from '../../../../template/cloudformation/template.ts'
import { ApiError, constraintError, validationError } from '../errors.ts'
import {
  type Input,
  flag,
  integer,
  requiredText,
  structure,
  structures,
  tagsOf,
  text,
  texts,
} from '../input.ts'
import type { RollbackConfiguration, Tag } from '../model.ts'
import type { Place } from '../world.ts'

/** The members of a request that say what a stack shall be, besides its template. */
export interface StackSettings {
  given: GivenParameter[]
  tags: Tag[] | undefined
  capabilities: string[] | undefined
  notificationArns: string[] | undefined
  roleArn: string | undefined
  rollbackConfiguration: RollbackConfiguration | undefined
  resourceTypes: string[] | undefined
}

const CAPABILITIES = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND']

/** Reads those members, and refuses what is wrong with each by itself. */
export function settingsOf(place: Place, input: Input): StackSettings {
  const capabilities = texts(input, 'Capabilities')
  for (const capability of capabilities ?? [])
    if (!CAPABILITIES.includes(capability))
      throw constraintError(
        `[${(capabilities ?? []).join(', ')}]`,
        'capabilities',
        `Member must satisfy constraint: [Member must satisfy enum value set: [${CAPABILITIES.join(', ')}]]`,
      )
  const tags = tagsOf(input)
  if ((tags?.length ?? 0) > 50)
    throw constraintError(
      `[${(tags ?? []).map((tag) => `Tag(key=${tag.key}, value=${tag.value})`).join(', ')}]`,
      'tags',
      'Member must have length less than or equal to 50',
    )
  const duplicate = tags?.find((tag, index) => tags.findIndex((other) => other.key === tag.key) !== index)
  if (duplicate !== undefined)
    throw validationError(`Duplicate tag keys found. Please remove the duplicate tag key: ${duplicate.key}`)
  const reserved = tags?.find((tag) => tag.key.startsWith('aws:'))
  if (reserved !== undefined)
    throw validationError('aws: prefixed tag key names are not allowed for external use.')
  return {
    given: (structures(input, 'Parameters') ?? []).map((parameter) => ({
      key: requiredText(parameter, 'ParameterKey'),
      value: text(parameter, 'ParameterValue'),
      usePreviousValue: flag(parameter, 'UsePreviousValue'),
    })),
    tags,
    capabilities,
    notificationArns: texts(input, 'NotificationARNs'),
    roleArn: roleOf(place, input),
    rollbackConfiguration: rollbackOf(input),
    resourceTypes: texts(input, 'ResourceTypes'),
  }
}

/** A RoleARN that could be assumed: a role of this account. */
export function roleOf(place: Place, input: Input): string | undefined {
  const roleArn = text(input, 'RoleARN')
  if (roleArn === undefined) return undefined
  if (roleArn.length < 20)
    throw constraintError(roleArn, 'roleARN', 'Member must have length greater than or equal to 20')
  const account = /^arn:[\w-]+:iam::(\d{12}):role\/.+$/.exec(roleArn)?.[1]
  if (account !== place.account) throw validationError(`Role ${roleArn} is invalid or cannot be assumed`)
  return roleArn
}

const TRIGGER_TYPES = ['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm']

function rollbackOf(input: Input): RollbackConfiguration | undefined {
  const given = structure(input, 'RollbackConfiguration')
  if (given === undefined) return undefined
  const minutes = integer(given, 'MonitoringTimeInMinutes')
  const triggers = structures(given, 'RollbackTriggers')?.map((trigger) => {
    const type = requiredText(trigger, 'Type')
    const arn = requiredText(trigger, 'Arn')
    if (!TRIGGER_TYPES.includes(type)) throw validationError('Rollback Trigger Type not supported')
    if (!arn.includes(':alarm:')) throw validationError("RelativeId of a Rollback Trigger's ARN is incorrect")
    return { arn, type }
  })
  return {
    ...(minutes === undefined ? {} : { monitoringTimeInMinutes: minutes }),
    ...(triggers === undefined ? {} : { triggers }),
  }
}

/** Refuses a request that does not say what the template needs to be said. */
export function checkCapabilities(template: Template, capabilities: readonly string[]): void {
  const needs = new Set<string>(capabilityNeeds(template).map((need) => need.capability))
  // Transforms were asked for when they were run; a nested stack's own needs are looked at when its turn comes.
  needs.delete('CAPABILITY_AUTO_EXPAND')
  if (needs.has('CAPABILITY_NAMED_IAM')) needs.delete('CAPABILITY_IAM')
  const missing = [...needs].filter(
    (need) =>
      !capabilities.includes(need) &&
      !(need === 'CAPABILITY_IAM' && capabilities.includes('CAPABILITY_NAMED_IAM')),
  )
  if (missing.length > 0)
    throw new ApiError('InsufficientCapabilitiesException', `Requires capabilities : [${missing.join(', ')}]`)
}

/** Refuses a template with a type that the request's ResourceTypes leave out. */
export function checkResourceTypes(template: Template, allowed: readonly string[] | undefined): void {
  if (allowed === undefined || allowed.length === 0) return
  for (const { type } of template.resources.values())
    if (!allowed.some((pattern) => matches(pattern, type)))
      throw validationError(
        `Resource type ${type} is not allowed by parameter ResourceTypes [${allowed.join(', ')}]`,
      )
}

function matches(pattern: string, type: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : pattern === type
}
