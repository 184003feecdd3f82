import { createChangeSet } from './changesets/create.ts'
import { deleteChangeSet, describeChangeSet, listChangeSets } from './changesets/describe.ts'
import { executeChangeSet } from './changesets/execute.ts'
import { updateStackAction } from './stacks/update.ts'
import {
  describeStackDriftDetectionStatus,
  describeStackResourceDrifts,
  detectStackDrift,
  detectStackResourceDrift,
} from './drift/detect.ts'
import { describeAccountLimits, estimateTemplateCost } from './stacks/account.ts'
import { listExports, listImports } from './stacks/exports.ts'
import { cancelUpdateStack, continueUpdateRollback, rollbackStack, signalResource } from './stacks/recover.ts'
import { getTemplate } from './templates/get-template.ts'
import { getTemplateSummary, validateTemplate } from './templates/summary.ts'
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
  CancelUpdateStack: cancelUpdateStack,
  ContinueUpdateRollback: continueUpdateRollback,
  CreateChangeSet: createChangeSet,
  CreateStack: createStackAction,
  DeleteChangeSet: deleteChangeSet,
  DeleteStack: deleteStackAction,
  DescribeAccountLimits: describeAccountLimits,
  DescribeChangeSet: describeChangeSet,
  DescribeEvents: describeEvents,
  DescribeStackDriftDetectionStatus: describeStackDriftDetectionStatus,
  DescribeStackEvents: describeStackEvents,
  DescribeStackResource: describeStackResource,
  DescribeStackResourceDrifts: describeStackResourceDrifts,
  DescribeStackResources: describeStackResources,
  DescribeStacks: describeStacks,
  DetectStackDrift: detectStackDrift,
  DetectStackResourceDrift: detectStackResourceDrift,
  EstimateTemplateCost: estimateTemplateCost,
  ExecuteChangeSet: executeChangeSet,
  GetStackPolicy: getStackPolicy,
  GetTemplate: getTemplate,
  GetTemplateSummary: getTemplateSummary,
  ListChangeSets: listChangeSets,
  ListExports: listExports,
  ListImports: listImports,
  ListStackResources: listStackResources,
  ListStacks: listStacks,
  RollbackStack: rollbackStack,
  SetStackPolicy: setStackPolicy,
  SignalResource: signalResource,
  UpdateStack: updateStackAction,
  UpdateTerminationProtection: updateTerminationProtection,
  ValidateTemplate: validateTemplate,
}

/** The handler of an action; refuses one that the sandbox does not have. */
export function actionOf(name: string): Action {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
  if (action === undefined)
    throw new ApiError('InvalidAction', `Could not find operation ${name} for version 2010-05-15`)
  return action
}
