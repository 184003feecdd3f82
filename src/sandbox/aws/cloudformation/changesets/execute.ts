import { ApiError, validationError } from '../errors.ts'
import { type Input, flag, given, tokenOf } from '../input.ts'
import type { Stack, StackConfiguration } from '../model.ts'
import type { Run } from '../operations/run.ts'
import { startCreate, startImport, startUpdate } from '../operations/start.ts'
import { checkUpdatable } from '../stacks/lookup.ts'
import { createBlueprint } from '../templates/blueprint.ts'
import type { Process } from '../../../timeline.ts'
import type { Call } from '../world.ts'
import { dropReviewedChildren, nestedSets, removeSet } from './describe.ts'
import { importsOf } from './imports.ts'
import { changeSetOf, setsOf } from './lookup.ts'
import type { ChangeSet } from './model.ts'

/** ExecuteChangeSet: starts the operation; the stack's other sets go. */
export function executeChangeSet(call: Call, input: Input): Record<string, unknown> {
  const { world, place } = call
  const set = changeSetOf(call, input)
  const token = tokenOf(input)
  const stack = place.stacks.get(set.stackId)
  if (stack === undefined) throw validationError(`Stack [${set.stackName}] does not exist`)
  if (token !== undefined && stack.tokens.has(token)) return {}
  if (set.status !== 'CREATE_COMPLETE')
    throw new ApiError(
      'InvalidChangeSetStatus',
      `ChangeSet [${set.id}] cannot be executed in its current status of [${set.status}]`,
    )
  if (set.executionStatus !== 'AVAILABLE')
    throw new ApiError(
      'InvalidChangeSetStatus',
      `ChangeSet [${set.id}] cannot be executed in its current execution status of [${set.executionStatus}]`,
    )
  if (set.onStackFailure !== undefined && given(input, 'DisableRollback'))
    throw validationError('You cannot specify DisableRollback when the change set specifies OnStackFailure.')
  const creating = stack.status === 'REVIEW_IN_PROGRESS'
  if (!creating) checkUpdatable(stack)
  const run = start(call, stack, set, {
    token,
    creating,
    disableRollback: flag(input, 'DisableRollback'),
    retainExceptOnCreate: flag(input, 'RetainExceptOnCreate'),
  })
  for (const other of setsOf(call, stack.id)) if (other !== set) removeSet(call, other)
  for (const child of nestedSets(call, set)) {
    child.executionStatus = 'EXECUTE_IN_PROGRESS'
    world.timeline.start(follow(call, child, run))
  }
  set.executionStatus = 'EXECUTE_IN_PROGRESS'
  world.timeline.start(follow(call, set, run))
  return {}
}

interface Execution {
  token: string | undefined
  creating: boolean
  disableRollback: boolean
  retainExceptOnCreate: boolean
}

function start(call: Call, stack: Stack, set: ChangeSet, execution: Execution): Run {
  const { world, place } = call
  const configuration = configurationOf(set)
  const blueprint = createBlueprint({
    world,
    place,
    stackId: stack.id,
    stackName: stack.name,
    template: world.templates.check(set.template.processed),
    given: set.parameters.map(({ key, value }) => ({ key, value })),
    notificationArns: set.notificationArns,
  })
  stack.changeSetId = set.id
  const imports = importsOf(world, set, blueprint)
  if (set.type === 'IMPORT') {
    delete stack.underReview
    return startImport(world, stack, blueprint, configuration, { token: execution.token, imports })
  }
  const disableRollback = execution.disableRollback || set.onStackFailure === 'DO_NOTHING'
  if (execution.creating) {
    delete stack.underReview
    stack.configuration = configuration
    stack.updatedAtMs = world.timeline.now()
    stack.disableRollback = disableRollback
    stack.onFailure = set.onStackFailure ?? 'ROLLBACK'
    stack.retainExceptOnCreate = execution.retainExceptOnCreate
    return startCreate(world, stack, blueprint, { token: execution.token, imports })
  }
  stack.disableRollback = disableRollback
  return startUpdate(world, stack, blueprint, configuration, {
    token: execution.token,
    imports,
    disableRollback,
    revertDrift: set.deploymentMode === 'REVERT_DRIFT',
  })
}

function configurationOf(set: ChangeSet): StackConfiguration {
  return {
    template: set.template,
    parameters: set.parameters,
    tags: set.tags,
    capabilities: set.capabilities,
    notificationArns: set.notificationArns,
    roleArn: set.roleArn,
    rollbackConfiguration: set.rollbackConfiguration,
  }
}

function* follow(call: Call, set: ChangeSet, run: Run): Process {
  yield { gate: run.operation.ended }
  set.executionStatus = run.operation.failed === true ? 'EXECUTE_FAILED' : 'EXECUTE_COMPLETE'
  dropReviewedChildren(call, set)
}
