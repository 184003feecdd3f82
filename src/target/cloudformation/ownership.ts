import { blocked, isRecent, wait } from '../operation.ts'
import {
  ownerTag,
  parseStackId,
  pinnedId,
  pinOf,
  roleAccount,
  stackPlace,
  isOurs,
  type Context,
  type StackDecision,
} from './context.ts'
import type { StackView } from './observation.ts'

/** Whether a stack in REVIEW_IN_PROGRESS, which shows no tags yet, was made by us: pinned, or made by our change set. */
export function isReviewOurs(context: Context, stack: StackView): boolean {
  const { observation, mark, record } = context
  if (pinnedId(record) === stack.id || isOurs(context, stack)) return true
  if (observation.changeSet !== undefined && observation.changeSet.stackId === stack.id) return true
  return observation.reviewOwner === mark
}

/** Why nothing may be done with what was seen, if so; undefined: it is ours, or ours to take. */
export function refuseForeign(context: Context): StackDecision | undefined {
  return (
    refuseMoved(context) ?? refuseOtherAccount(context) ?? refuseStranger(context) ?? refuseUnmarked(context)
  )
}

/** The document names another stack than the one we made for it. */
function refuseMoved({ record, settings }: Context): StackDecision | undefined {
  const id = pinnedId(record)
  const pinned = id === undefined ? undefined : parseStackId(id)
  if (pinned === undefined) return undefined
  const { stackName, region } = stackPlace(settings, record)
  if (pinned.name === stackName && (region ?? pinned.region) === pinned.region) return undefined
  return blocked(
    'StackMoved',
    `this object's stack is ${pinned.name} in ${pinned.region}, the document now says ${stackName} in ${region ?? pinned.region}; put that back, or write a new document for the new stack`,
  )
}

/**
 * The document names a role of another account than the one the stack was made in, or none any more and the stack is
 * not to be seen without: it is neither gone nor ours to make once more.
 */
export function refuseOtherAccount(context: Context): StackDecision | undefined {
  const { record, spec, stack, observation } = context
  const id = pinnedId(record)
  const pinned = id === undefined ? undefined : parseStackId(id)
  if (pinned === undefined) return undefined
  const madeIn = pinOf(record)['account']
  const wanted = roleAccount(spec)
  const isUnseen = stack === undefined && observation.goneId === undefined
  const isOther =
    wanted === undefined ? madeIn !== undefined && isUnseen : wanted !== (madeIn ?? pinned.account)
  if (!isOther) return undefined
  const where = `${pinned.name} in ${pinned.region} of account ${pinned.account}`
  return blocked(
    'StackMoved',
    `this object's stack is ${where}, the document now says ${wanted === undefined ? 'no role to reach it by' : `a role of account ${wanted}`}; put spec.deployAs back, or write a new document for the new stack`,
  )
}

/** Our stack is gone and another has its name. */
function refuseStranger({ observation, spec, record, stack }: Context): StackDecision | undefined {
  const { stranger } = observation
  if (stranger === undefined || stack !== undefined || spec.adopt) return undefined
  return blocked(
    'Recreated',
    `stack ${stranger.name} was deleted and made again by somebody: it is ${stranger.id}, ours was ${pinnedId(record) ?? 'another'}; set spec.adopt to take it over`,
  )
}

function refuseUnmarked(context: Context): StackDecision | undefined {
  const { stack, spec, situation, operation } = context
  if (stack === undefined || spec.adopt) return undefined
  if (situation === 'review') {
    if (isReviewOurs(context, stack)) return undefined
    // Our own change set may have made the stack and not show yet.
    const mayBeOurs = operation?.phase === 'create-change-set' && isRecent(context, operation)
    if (mayBeOurs) return wait(context, 'Progressing', `change set ${operation.id} does not show yet`)
    return blocked(
      'Foreign',
      `stack ${stack.name} is in review by somebody else's change set; execute or delete that first, or set spec.adopt`,
    )
  }
  // Tags show only once the creation has begun, and a stale look may still be without them.
  const mayBeEarly = situation === 'busy' && operation?.data['stackId'] === stack.id
  if (isOurs(context, stack) || mayBeEarly) return undefined
  const owner = stack.tags[ownerTag]
  const whose = owner === undefined ? `carries no ${ownerTag} tag` : `belongs to ${owner}`
  return blocked(
    'Foreign',
    `stack ${stack.name} ${whose}; ours would be "${context.mark}": set spec.adopt to take it over`,
  )
}
