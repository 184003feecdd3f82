import type { ArmError } from '../errors.ts'
import { ArmError as ArmRefusal } from '../errors.ts'
import type { Attempt } from '../guards.ts'
import { groupType, isBelow, keyOf, parseResourceId } from '../ids.ts'
import { guidOf } from '../resources/body.ts'
import type { StackBook } from './book.ts'
import type { Stack } from './model.ts'

/** What a stack's deny assignment answers to an attempt; undefined when none forbids it. */
export function denyRefusal(book: StackBook, attempt: Attempt): ArmError | undefined {
  const stack = book.all().find((each) => forbids(each, attempt))
  if (stack === undefined) return undefined
  const { id, caller } = attempt
  const denial = guidOf(`deny|${keyOf(stack.id)}|${keyOf(id)}`)
  return new ArmRefusal(
    403,
    {
      code: 'DenyAssignmentAuthorizationFailed',
      message: `The client '${caller.clientId}' with object id '${caller.objectId}' has permission to perform action '${actionOf(attempt)}' on scope '${id}'; however, the access is denied because of the deny assignment with name 'Deny assignment '${denial}' created by Deployment Stack '${stack.id}'.' and Id '${denial.replaceAll('-', '')}' at scope '${id}'.`,
    },
    { 'x-ms-failure-cause': 'gateway' },
  )
}

function forbids(stack: Stack, attempt: Attempt): boolean {
  const { mode, applyToChildScopes, excludedPrincipals = [], excludedActions = [] } = stack.denied
  if (mode === 'none' || (mode === 'denyDelete' && attempt.operation === 'write')) return false
  if (attempt.stackId !== undefined && keyOf(attempt.stackId) === keyOf(stack.id)) return false
  if (excludedPrincipals.some((each) => each.toLowerCase() === attempt.caller.objectId.toLowerCase())) {
    return false
  }
  if (excludedActions.some((each) => matches(each, actionOf(attempt)))) return false
  return stack.managed.some((id) => reaches(id, attempt, applyToChildScopes))
}

/** A deny assignment holds for the resource, for what deleting above it would take along, and below if it is said so. */
function reaches(managed: string, { id, operation }: Attempt, applyToChildScopes: boolean): boolean {
  if (keyOf(managed) === keyOf(id)) return true
  if (operation === 'delete' && isBelow(managed, id)) return true
  const isGroup = parseResourceId(managed)?.type === groupType
  return applyToChildScopes && !isGroup && isBelow(id, managed)
}

/** `Microsoft.Storage/storageAccounts/delete`. */
function actionOf({ id, operation }: Attempt): string {
  return `${parseResourceId(id)?.type ?? 'Microsoft.Resources/unknown'}/${operation}`
}

function matches(pattern: string, action: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(action)
}
