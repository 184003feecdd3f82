import { isDeepStrictEqual } from 'node:util'
import { diff } from '../changesets/diff.ts'
import { obsoleteSets } from '../changesets/obsolete.ts'
import { ApiError, validationError } from '../errors.ts'
import { type Input, flag, given, text, tokenOf } from '../input.ts'
import type { Stack, StackConfiguration } from '../model.ts'
import { lookupOf } from '../operations/deployment.ts'
import { startUpdate } from '../operations/start.ts'
import { type Blueprint, createBlueprint } from '../templates/blueprint.ts'
import { isTransformed, requiredTemplateText } from '../templates/load.ts'
import { TransformError, processTemplate } from '../templates/process.ts'
import type { Call, World } from '../world.ts'
import { checkUpdatable, livingStackOf, noStack } from './lookup.ts'
import { policyTextOf } from './policy.ts'
import { type StackSettings, checkCapabilities, checkResourceTypes, settingsOf } from './settings.ts'

/** UpdateStack. */
export async function updateStackAction(call: Call, input: Input): Promise<Record<string, unknown>> {
  const { world, place } = call
  const stack = updatableStackOf(call, input)
  const token = tokenOf(input)
  if (token !== undefined && stack.tokens.has(token)) {
    if (stack.tokens.get(token) === 'UPDATE_STACK') return { StackId: stack.id }
    throw new ApiError('TokenAlreadyExistsException', `Token already exists: ${token}`)
  }
  const settings = settingsOf(place, input)
  const policy = await policyTextOf(world, input, 'StackPolicyBody', 'StackPolicyURL')
  const override = await policyTextOf(
    world,
    input,
    'StackPolicyDuringUpdateBody',
    'StackPolicyDuringUpdateURL',
  )
  const body = await requiredTemplateText(world, input, stack.configuration?.template)
  const prepared = await prepareUpdate(call, stack, { body, settings }).catch((error: unknown) => {
    throw error instanceof TransformError ? validationError(error.message) : error
  })
  if (!hasChanges(world, stack, prepared)) throw validationError('No updates are to be performed.')
  if (policy !== undefined) stack.policy = policy
  delete stack.changeSetId
  obsoleteSets(place, stack)
  if (given(input, 'DisableRollback')) stack.disableRollback = flag(input, 'DisableRollback')
  startUpdate(world, stack, prepared.blueprint, prepared.configuration, {
    token,
    disableRollback: flag(input, 'DisableRollback'),
    policy: override ?? stack.policy,
  })
  return { StackId: stack.id }
}

function updatableStackOf(call: Call, input: Input): Stack {
  const named = text(input, 'StackName') ?? ''
  if (named.startsWith('arn:')) {
    const stack = call.place.stacks.get(named)
    if (stack !== undefined) {
      checkUpdatable(stack)
      return stack
    }
  }
  const stack = livingStackOf(call, input, noStack)
  checkUpdatable(stack)
  return stack
}

/** An update that passed all that is checked on the call. */
export interface PreparedUpdate {
  configuration: StackConfiguration
  blueprint: Blueprint
}

/** What an update asks for. */
export interface UpdateRequest {
  body: string
  settings: StackSettings
  /** A change set's capabilities are its own; an update's that are not passed stay. */
  ownCapabilities?: boolean
  /** A change set may be made without CAPABILITY_AUTO_EXPAND. */
  autoExpandNotNeeded?: boolean
}

/** What is checked before a stack is updated, by a call, a change set or as a nested one. Rejects with TransformError too. */
export async function prepareUpdate(
  call: Pick<Call, 'world' | 'place'>,
  stack: Stack,
  request: UpdateRequest,
): Promise<PreparedUpdate> {
  const { world, place } = call
  const { settings } = request
  const former = stack.configuration
  const read = world.templates.read(request.body)
  const capabilities = settings.capabilities ?? []
  if (
    isTransformed(read) &&
    request.autoExpandNotNeeded !== true &&
    !capabilities.includes('CAPABILITY_AUTO_EXPAND')
  )
    throw new ApiError(
      'InsufficientCapabilitiesException',
      'Requires capabilities : [CAPABILITY_AUTO_EXPAND]',
    )
  const template = await processTemplate({
    world,
    place,
    stackId: stack.id,
    stackName: stack.name,
    read,
    given: settings.given,
    ...(former === undefined ? {} : { previous: former.parameters }),
  })
  const checked = world.templates.check(template.processed)
  checkCapabilities(checked, capabilities)
  checkResourceTypes(checked, settings.resourceTypes)
  const notificationArns = settings.notificationArns ?? former?.notificationArns ?? []
  const blueprint = createBlueprint({
    world,
    place,
    stackId: stack.id,
    stackName: stack.name,
    template: checked,
    given: settings.given,
    ...(former === undefined ? {} : { previous: former.parameters }),
    notificationArns,
  })
  checkTypes(stack, blueprint)
  return {
    blueprint,
    configuration: {
      template,
      parameters: blueprint.parameters,
      tags: settings.tags ?? former?.tags ?? [],
      capabilities:
        request.ownCapabilities === true
          ? settings.capabilities
          : (settings.capabilities ?? former?.capabilities),
      notificationArns,
      roleArn: settings.roleArn ?? former?.roleArn,
      rollbackConfiguration: settings.rollbackConfiguration ?? former?.rollbackConfiguration ?? {},
    },
  }
}

function checkTypes(stack: Stack, blueprint: Blueprint): void {
  const changed = [...blueprint.resources]
    .filter(([logicalId, { type }]) => {
      const resource = stack.resources.get(logicalId)
      return resource !== undefined && resource.type !== type
    })
    .map(([logicalId]) => logicalId)
  if (changed.length > 0)
    throw validationError(
      `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${changed.join(', ')}]`,
    )
}

/** Whether an update would do anything at all. */
export function hasChanges(world: World, stack: Stack, prepared: PreparedUpdate): boolean {
  const { configuration, blueprint } = prepared
  const former = stack.configuration
  if (former === undefined || stack.unfinished !== undefined || stack.status.endsWith('FAILED')) return true
  if (!sameTags(former, configuration)) return true
  if (!isDeepStrictEqual(former.notificationArns, configuration.notificationArns)) return true
  if (!isDeepStrictEqual(former.rollbackConfiguration, configuration.rollbackConfiguration)) return true
  const current = lookupOf(world, stack)
  const changes = diff({
    facts: world.facts,
    resources: stack.resources,
    parameters: former.parameters,
    tagsChanged: false,
    blueprint,
    current,
    secrets: { before: [], after: [] },
    withValues: true,
  })
  return changes.length > 0 || !isDeepStrictEqual(stack.outputs, blueprint.outputs(current))
}

/** Whether two configurations have the same tags, in any order. */
export function sameTags(one: StackConfiguration, other: StackConfiguration): boolean {
  const text = ({ tags }: StackConfiguration): string[] =>
    tags.map((tag) => `${tag.key}\0${tag.value}`).toSorted()
  return isDeepStrictEqual(text(one), text(other))
}
