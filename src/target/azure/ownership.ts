import { blocked } from '../operation.ts'
import {
  describePlace,
  isOurs,
  ownerTag,
  pinnedId,
  tagOf,
  type AzureDecision,
  type Context,
} from './context.ts'
import { isSameId } from './place.ts'

/** Why nothing may be done with what was seen, if so; undefined: it is ours, or ours to take. */
export function refuseForeign(context: Context): AzureDecision | undefined {
  return refuseMoved(context) ?? refuseUnmarked(context)
}

/** The document names another deployment than the one we made for it. */
export function refuseMoved({ record, place }: Context): AzureDecision | undefined {
  const pinned = pinnedId(record)
  if (pinned === undefined || isSameId(pinned, place.id)) return undefined
  const becomesStack =
    place.means === 'stack' &&
    isSameId(pinned.replace(/\/deployments\/([^/]+)$/i, '/deploymentStacks/$1'), place.id)
  if (becomesStack) return undefined
  return blocked(
    'DeploymentMoved',
    `this object's deployment is ${pinned}, the document now says ${place.id}; put that back, or write a new document for the new one`,
  )
}

/** Something that does not carry our mark has the name. */
function refuseUnmarked(context: Context): AzureDecision | undefined {
  const { view, spec, place, mark, record } = context
  if (view === undefined || spec.adopt || isOurs(context, view)) return undefined
  const owner = tagOf(view, ownerTag)
  const whose = owner === undefined ? `carries no ${ownerTag} tag` : `belongs to ${owner}`
  const wasOurs = isSameId(record.status.identity?.['id'], view.id)
  const by = view.correlationId === undefined ? '' : `, correlation id ${view.correlationId}`
  const what = wasOurs
    ? `was run by somebody else under our name since (${view.timestamp ?? 'time unknown'}${by}): it ${whose}`
    : whose
  return blocked(
    'Foreign',
    `${describePlace(place)} ${what}; ours would be "${mark}": set spec.adopt to take it over, or spec.deploymentName to another name`,
  )
}
