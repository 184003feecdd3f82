import { ApiError, validationError } from '../errors.ts'
import { type Input, choice, flag, newStackNameOf, structures, text } from '../input.ts'
import { arn } from '../ids.ts'
import type { Stack } from '../model.ts'
import { beginOperation, endOperation, stackStatus } from '../operations/run.ts'
import { addStack, newStackId } from '../stacks/new-stack.ts'
import { checkUpdatable, noStack } from '../stacks/lookup.ts'
import { settingsOf } from '../stacks/settings.ts'
import { type PreparedUpdate, prepareUpdate } from '../stacks/update.ts'
import { requiredTemplateText } from '../templates/load.ts'
import { TransformError } from '../templates/process.ts'
import { type Call, findStack } from '../world.ts'
import { computeChanges } from './compute.ts'
import { newSetNameOf, setsOf } from './lookup.ts'
import type { ChangeSet } from './model.ts'

/** CreateChangeSet: what is wrong with the request is said at once, what changes is worked out afterwards. */
export async function createChangeSet(call: Call, input: Input): Promise<Record<string, unknown>> {
  const { world, place } = call
  const stackName = newStackNameOf(input)
  const name = newSetNameOf(input)
  const type = choice(input, 'ChangeSetType', ['CREATE', 'UPDATE', 'IMPORT']) ?? 'UPDATE'
  const onStackFailure = choice(input, 'OnStackFailure', ['ROLLBACK', 'DELETE', 'DO_NOTHING'])
  const deploymentMode = choice(input, 'DeploymentMode', ['REVERT_DRIFT'])
  const token = text(input, 'ClientToken')
  const settings = settingsOf(place, input)
  const holder = holderOf(call, stackName, name, type)
  const twin = holder === undefined ? undefined : setsOf(call, holder.id).find((set) => set.name === name)
  if (twin !== undefined) {
    if (token !== undefined && twin.token === token) return { Id: twin.id, StackId: twin.stackId }
    if (twin.executionStatus !== 'EXECUTE_COMPLETE')
      throw new ApiError('AlreadyExistsException', `ChangeSet [${name}] already exists`)
  }
  const reverting = deploymentMode === 'REVERT_DRIFT'
  if (reverting && type !== 'UPDATE')
    throw validationError('DeploymentMode REVERT_DRIFT is only supported for change sets of type UPDATE.')
  const body = await requiredTemplateText(world, input, holder?.configuration?.template)
  const stack: Stack = holder ?? addStackQuietly(call, stackName)
  let prepared: PreparedUpdate | TransformError
  try {
    prepared = await prepareUpdate(call, stack, {
      body,
      settings,
      ownCapabilities: true,
      autoExpandNotNeeded: true,
    })
  } catch (error) {
    if (!(error instanceof TransformError)) {
      if (holder === undefined) forget(call, stack)
      throw error
    }
    prepared = error
  }
  const configuration = prepared instanceof TransformError ? undefined : prepared.configuration
  const set: ChangeSet = {
    id: arn(place, 'cloudformation', `changeSet/${name}/${world.random.uuid()}`),
    name,
    stackId: stack.id,
    stackName: stack.name,
    type,
    createdAtMs: world.timeline.now(),
    status: 'CREATE_PENDING',
    executionStatus: 'UNAVAILABLE',
    template: configuration?.template ?? {
      body,
      processed: world.templates.read(body).value,
      transforms: [],
    },
    parameters: configuration?.parameters ?? [],
    tags: settings.tags ?? stack.configuration?.tags ?? [],
    tagsGiven: settings.tags !== undefined,
    capabilities: settings.capabilities,
    notificationArns: settings.notificationArns ?? stack.configuration?.notificationArns ?? [],
    roleArn: settings.roleArn ?? stack.configuration?.roleArn,
    rollbackConfiguration: settings.rollbackConfiguration ?? {},
    includeNestedStacks: flag(input, 'IncludeNestedStacks'),
    importExistingResources: flag(input, 'ImportExistingResources'),
    resourcesToImport: (structures(input, 'ResourcesToImport') ?? []).map((wanted) => ({
      logicalId: text(wanted, 'LogicalResourceId') ?? '',
      type: text(wanted, 'ResourceType') ?? '',
      identifier: identifierOf(wanted['ResourceIdentifier']),
    })),
    changes: [],
    changesWithValues: [],
    deleted: false,
    ...optional('description', text(input, 'Description')),
    ...optional('onStackFailure', onStackFailure),
    ...optional('deploymentMode', deploymentMode),
    ...optional('token', token),
  }
  place.changeSets.set(set.id, set)
  if (holder === undefined) review(call, stack)
  world.timeline.start(computeChanges(call, set, prepared))
  return { Id: set.id, StackId: stack.id }
}

/** The stack that a set is for; undefined when the set is to make a new one. */
function holderOf(
  call: Call,
  stackName: string,
  setName: string,
  type: ChangeSet['type'],
): Stack | undefined {
  const stack = findStack(call.place, stackName)
  if (type === 'CREATE' || (type === 'IMPORT' && stack === undefined)) {
    if (stack === undefined) {
      if (stackName.startsWith('arn:')) throw noStack(stackName)
      return undefined
    }
    if (stack.status !== 'REVIEW_IN_PROGRESS')
      throw validationError(
        `Stack [${stackName}] already exists and cannot be created again with the changeSet [${setName}].`,
      )
    return stack
  }
  if (stack === undefined) throw noStack(stackName)
  if (type === 'UPDATE') checkUpdatable(stack)
  return stack
}

function addStackQuietly(call: Call, name: string): Stack {
  return addStack(call.world, call.place, {
    id: newStackId(call.world, call.place, name),
    name,
    status: 'REVIEW_IN_PROGRESS',
  })
}

function forget({ place }: Call, stack: Stack): void {
  place.stacks.delete(stack.id)
  place.named.delete(stack.name)
}

function review({ world }: Call, stack: Stack): void {
  const run = beginOperation(world, stack, 'CREATE_CHANGESET', undefined)
  stackStatus(run, 'REVIEW_IN_PROGRESS', 'User Initiated')
  endOperation(run, 'succeeded')
  stack.underReview = true
}

function identifierOf(value: unknown): Record<string, string> {
  // A map on the wire is a list of entries with key and value; the front may have made an object of it already.
  if (Array.isArray(value))
    return Object.fromEntries(
      value.map((entry: Record<string, unknown>) => [String(entry['key']), String(entry['value'])]),
    )
  if (typeof value !== 'object' || value === null) return {}
  const entries: unknown = (value as Record<string, unknown>)['entry']
  if (Array.isArray(entries)) return identifierOf(entries)
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]))
}

function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [Key in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: Value }
}
