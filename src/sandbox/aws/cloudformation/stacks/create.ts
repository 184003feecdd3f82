import { ApiError, validationError, constraintError } from '../errors.ts'
import { type Input, choice, flag, given, integer, newStackNameOf, tokenOf } from '../input.ts'
import type { Stack, StackConfiguration } from '../model.ts'
import { startCreate, startFailingCreate } from '../operations/start.ts'
import { type Blueprint, createBlueprint } from '../templates/blueprint.ts'
import { isTransformed, requiredTemplateText } from '../templates/load.ts'
import { TransformError, processTemplate } from '../templates/process.ts'
import type { Call } from '../world.ts'
import { obsoleteSets } from '../changesets/obsolete.ts'
import { addStack, newStackId } from './new-stack.ts'
import { policyTextOf } from './policy.ts'
import { type StackSettings, checkCapabilities, checkResourceTypes, settingsOf } from './settings.ts'

/** CreateStack. */
export async function createStackAction(call: Call, input: Input): Promise<Record<string, unknown>> {
  const { world, place } = call
  const name = newStackNameOf(input)
  const token = tokenOf(input)
  const holder = place.named.get(name)
  if (holder !== undefined && holder.status !== 'REVIEW_IN_PROGRESS') {
    if (token !== undefined && holder.tokens.get(token) === 'CREATE_STACK') return { StackId: holder.id }
    throw new ApiError('AlreadyExistsException', `Stack [${name}] already exists`)
  }
  if (given(input, 'OnFailure') && given(input, 'DisableRollback'))
    throw validationError('You can specify either DisableRollback or OnFailure, but not both.')
  const onFailure = choice(input, 'OnFailure', ['ROLLBACK', 'DELETE', 'DO_NOTHING'])
  const timeout = integer(input, 'TimeoutInMinutes')
  if (timeout !== undefined && timeout < 1)
    throw constraintError(
      String(timeout),
      'timeoutInMinutes',
      'Member must have value greater than or equal to 1',
    )
  const settings = settingsOf(place, input)
  const policy = await policyTextOf(world, input, 'StackPolicyBody', 'StackPolicyURL')
  const body = await requiredTemplateText(world, input)
  const stackId = holder?.id ?? newStackId(world, place, name)
  const prepared = await prepareCreation(call, {
    name,
    stackId,
    body,
    settings,
    transformsNeedCapability: true,
  })

  const stack = holder ?? addStack(world, place, { id: stackId, name, status: 'CREATE_IN_PROGRESS' })
  forgetReview(call, stack)
  stack.configuration = prepared.configuration
  stack.onFailure = onFailure ?? 'ROLLBACK'
  stack.disableRollback = flag(input, 'DisableRollback') || onFailure === 'DO_NOTHING'
  stack.terminationProtection = flag(input, 'EnableTerminationProtection')
  stack.retainExceptOnCreate = flag(input, 'RetainExceptOnCreate')
  if (timeout !== undefined) stack.timeoutMinutes = timeout
  if (policy !== undefined) stack.policy = policy
  if (prepared.blueprint === undefined) startFailingCreate(world, stack, `${prepared.failure} `, { token })
  else startCreate(world, stack, prepared.blueprint, { token })
  return { StackId: stack.id }
}

/** A creation that passed all that is checked on the call. */
export interface PreparedCreation {
  configuration: StackConfiguration
  /** Undefined when a transform failed; then `failure` says how. */
  blueprint: Blueprint | undefined
  failure?: string
}

/** What is checked before a stack is created, by a call or as a nested one. */
export async function prepareCreation(
  call: Pick<Call, 'world' | 'place'>,
  options: {
    name: string
    stackId: string
    body: string
    settings: StackSettings
    transformsNeedCapability: boolean
  },
): Promise<PreparedCreation> {
  const { world, place } = call
  const { settings } = options
  const read = world.templates.read(options.body)
  const base = {
    tags: settings.tags ?? [],
    capabilities: settings.capabilities,
    notificationArns: settings.notificationArns ?? [],
    roleArn: settings.roleArn,
    rollbackConfiguration: settings.rollbackConfiguration ?? {},
  }
  if (isTransformed(read) && options.transformsNeedCapability) checkAutoExpand(settings.capabilities ?? [])
  let template
  try {
    template = await processTemplate({
      world,
      place,
      stackId: options.stackId,
      stackName: options.name,
      read,
      given: settings.given,
    })
  } catch (error) {
    if (!(error instanceof TransformError)) throw error
    const unprocessed = { body: read.body, processed: read.value, transforms: read.transforms }
    return {
      configuration: { ...base, template: unprocessed, parameters: [] },
      blueprint: undefined,
      failure: error.message,
    }
  }
  const checked = world.templates.check(template.processed)
  checkCapabilities(checked, settings.capabilities ?? [])
  checkResourceTypes(checked, settings.resourceTypes)
  const blueprint = createBlueprint({
    world,
    place,
    stackId: options.stackId,
    stackName: options.name,
    template: checked,
    given: settings.given,
    notificationArns: base.notificationArns,
  })
  return { configuration: { ...base, template, parameters: blueprint.parameters }, blueprint }
}

function checkAutoExpand(capabilities: readonly string[]): void {
  if (!capabilities.includes('CAPABILITY_AUTO_EXPAND'))
    throw new ApiError(
      'InsufficientCapabilitiesException',
      'Requires capabilities : [CAPABILITY_AUTO_EXPAND]',
    )
}

/** A stack under review that is created after all: the sets that waited are obsolete. */
export function forgetReview(call: Pick<Call, 'place'>, stack: Stack): void {
  delete stack.underReview
  delete stack.changeSetId
  obsoleteSets(call.place, stack)
}
