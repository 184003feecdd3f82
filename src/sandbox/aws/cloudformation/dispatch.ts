import { createChangeSet } from './changesets/create.ts'
import { deleteChangeSet, describeChangeSet, listChangeSets } from './changesets/describe.ts'
import { executeChangeSet } from './changesets/execute.ts'
import { updateStackAction } from './stacks/update.ts'
import { ApiError } from './errors.ts'
import type { Input } from './input.ts'
import { createStackAction } from './stacks/create.ts'
import { deleteStackAction, updateTerminationProtection } from './stacks/delete.ts'
import { describeStacks, listStacks } from './stacks/describe.ts'
import { describeEvents, describeStackEvents } from './stacks/events.ts'
import { getStackPolicy, setStackPolicy } from './stacks/policy.ts'
import { describeStackResource, describeStackResources, listStackResources } from './stacks/resources.ts'
import type { Call } from './world.ts'

type Answer = Record<string, unknown>
type Action = (call: Call, input: Input) => Answer | Promise<Answer>

const ACTIONS: Readonly<Record<string, Action>> = {
  CreateChangeSet: createChangeSet,
  CreateStack: createStackAction,
  DeleteChangeSet: deleteChangeSet,
  DeleteStack: deleteStackAction,
  DescribeChangeSet: describeChangeSet,
  DescribeEvents: describeEvents,
  DescribeStackEvents: describeStackEvents,
  DescribeStackResource: describeStackResource,
  DescribeStackResources: describeStackResources,
  DescribeStacks: describeStacks,
  ExecuteChangeSet: executeChangeSet,
  GetStackPolicy: getStackPolicy,
  ListChangeSets: listChangeSets,
  ListStackResources: listStackResources,
  ListStacks: listStacks,
  SetStackPolicy: setStackPolicy,
  UpdateStack: updateStackAction,
  UpdateTerminationProtection: updateTerminationProtection,
}

/** The handler of an action; refuses one that the sandbox does not have. */
export function actionOf(name: string): Action {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
  if (action === undefined)
    throw new ApiError('InvalidAction', `Could not find operation ${name} for version 2010-05-15`)
  return action
}
