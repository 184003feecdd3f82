import type { DescribeChangeSetOutput } from '@aws-sdk/client-cloudformation'
import type { CloudFormationStackSpec } from '../../api/kinds/cloud-formation-stack.ts'
import type { Operation } from '../../api/record.ts'
import type { Subject } from '../target.ts'
import { cleanText } from '../clean-text.ts'
import { allPages, type CloudFormationApi } from './api.ts'
import { ownerTag, pinnedId, type Settings } from './context.ts'
import { policyDigest } from './digest.ts'
import { isNotFound } from './errors.ts'
import { findFirstCause, validationText } from './failure.ts'
import { findStack } from './find-stack.ts'
import type { ChangeSetView, Observation, StackView } from './observation.ts'
import { readDrift } from './read-drift.ts'
import { readProgress } from './progress.ts'
import { situationOf } from './stack-status.ts'

/** Reads what the next decision needs, and no more: most looks are one or two calls. */
export async function observe(
  api: CloudFormationApi,
  settings: Settings,
  subject: Subject,
): Promise<Observation> {
  const { record, wish } = subject
  const pending = wish === 'present' ? await readPending(api, record.operation) : undefined
  if (pending !== undefined && isBeingCreated(pending)) return { changeSet: pending }
  const found = await findStack(api, settings, record)
  const stack = found.stack ?? found.stranger
  if (stack === undefined) return found
  const situation = situationOf(stack.status)
  const { operation } = record

  if (situation === 'busy') {
    const isOurs = operation !== undefined && operation.type !== 'drift'
    const progress = isOurs ? await readProgress(api, stack.id, operation) : undefined
    return progress === undefined ? found : { ...found, progress }
  }
  const changeSet = pending ?? (await readChangeSet(api, stack, operation))
  const seen: Observation = changeSet === undefined ? found : { ...found, changeSet }
  if (situation === 'review' && changeSet === undefined && pinnedId(record) !== stack.id) {
    const owner = await readReviewOwner(api, stack)
    if (owner !== undefined) seen.reviewOwner = owner
  }
  if (wish === 'absent') return seen

  const cause = await readCause(api, stack, operation, changeSet)
  if (cause !== undefined) seen.cause = cause
  if (mustReadPolicy(subject, stack, changeSet)) {
    const { StackPolicyBody } = await api.getStackPolicy({ StackName: stack.id })
    seen.policy = policyDigest(StackPolicyBody)
  }
  const drift = await readDrift(api, stack.id, operation)
  if (drift !== undefined) seen.drift = drift
  return seen
}

/** A change set that was asked for, before the stack is looked at: while it is being created nothing else matters. */
async function readPending(
  api: CloudFormationApi,
  operation: Operation | undefined,
): Promise<ChangeSetView | undefined> {
  const isAwaited = operation?.type === 'apply' && operation.phase === 'create-change-set'
  const id = operation?.data['changeSetId']
  const stackId = operation?.data['stackId']
  if (!isAwaited || id === undefined || stackId === undefined) return undefined
  return readChangeSetOf(api, { ChangeSetName: id }, stackId)
}

function isBeingCreated({ status }: ChangeSetView): boolean {
  return status === 'CREATE_PENDING' || status === 'CREATE_IN_PROGRESS'
}

/** The operation's change set: by ARN when that is known, else by its name, so that a lost answer is found again. */
async function readChangeSet(
  api: CloudFormationApi,
  stack: StackView,
  operation: Operation | undefined,
): Promise<ChangeSetView | undefined> {
  if (
    operation?.type !== 'apply' ||
    (operation.data['held'] !== undefined && operation.data['executing'] === undefined)
  )
    return undefined
  const id = operation.data['changeSetId']
  const where =
    id === undefined ? { ChangeSetName: operation.id, StackName: stack.id } : { ChangeSetName: id }
  return readChangeSetOf(api, where, stack.id)
}

/** One change set; why its validation failed is fetched when it only points there. */
async function readChangeSetOf(
  api: CloudFormationApi,
  where: { ChangeSetName: string; StackName?: string },
  stackId: string,
): Promise<ChangeSetView | undefined> {
  const answer = await describeChangeSet(api, where)
  if (answer === undefined) return undefined
  const view = changeSetView(answer, stackId)
  if (view.status === 'FAILED' && view.statusReason?.includes('AWS::EarlyValidation') === true) {
    const details = await validationText(api, view.id)
    if (details !== undefined) return { ...view, statusReason: details }
  }
  return view
}

/** A change set with the changes of all its pages; undefined when there is none. */
async function describeChangeSet(
  api: CloudFormationApi,
  where: { ChangeSetName: string; StackName?: string },
): Promise<DescribeChangeSetOutput | undefined> {
  try {
    let first: DescribeChangeSetOutput | undefined
    const changes = await allPages(async (token) => {
      const page = await api.describeChangeSet(token === undefined ? where : { ...where, NextToken: token })
      first ??= page
      return { items: page.Changes ?? [], nextToken: page.NextToken }
    })
    return first === undefined ? undefined : { ...first, Changes: changes }
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** A change set as the SDK describes it, in the shape that decisions are made from. Pure. */
export function changeSetView(answer: DescribeChangeSetOutput, stackId: string): ChangeSetView {
  const owner = (answer.Tags ?? []).find(({ Key }) => Key === ownerTag)?.Value
  return {
    id: answer.ChangeSetId ?? '',
    stackId: answer.StackId ?? stackId,
    status: answer.Status ?? 'UNKNOWN',
    executionStatus: answer.ExecutionStatus ?? 'UNAVAILABLE',
    ...(answer.StatusReason === undefined ? {} : { statusReason: cleanText(answer.StatusReason) }),
    ...(owner === undefined ? {} : { owner }),
    changes: (answer.Changes ?? []).map(({ ResourceChange: change }) => ({
      action: change?.Action ?? 'Modify',
      resource: change?.LogicalResourceId ?? '?',
      replacement: change?.Replacement === 'True' || change?.PolicyAction?.startsWith('Replace') === true,
      ...(change?.Replacement === 'Conditional' ? { mayReplace: true } : {}),
    })),
  }
}

/** Whose change set made a stack that is still in review: its tags tell, as the stack shows none yet. */
async function readReviewOwner(api: CloudFormationApi, stack: StackView): Promise<string | undefined> {
  if (stack.changeSetId === undefined) return undefined
  const answer = await describeChangeSet(api, { ChangeSetName: stack.changeSetId })
  return answer === undefined ? undefined : changeSetView(answer, stack.id).owner
}

/** The first cause, once our execution has come to a bad end. */
async function readCause(
  api: CloudFormationApi,
  stack: StackView,
  operation: Operation | undefined,
  changeSet: ChangeSetView | undefined,
): Promise<Observation['cause']> {
  if (operation?.type !== 'apply' || operation.data['executing'] === undefined) return undefined
  const isOver = changeSet === undefined || changeSet.executionStatus.startsWith('EXECUTE_')
  const isBad = situationOf(stack.status) !== 'stable' || changeSet?.executionStatus === 'EXECUTE_FAILED'
  if (!isOver || !isBad || changeSet?.executionStatus === 'EXECUTE_IN_PROGRESS') return undefined
  return findFirstCause(api, stack.id, { token: operation.token, startedAt: operation.startedAt })
}

/** Whether the policy in force matters now: it is declared, and either something is about to be changed or it is time to look for drift. */
function mustReadPolicy(subject: Subject, stack: StackView, changeSet: ChangeSetView | undefined): boolean {
  const { record, driftDue } = subject
  const { stackPolicy } = record.spec as CloudFormationStackSpec
  const situation = situationOf(stack.status)
  if (stackPolicy === undefined || (situation !== 'stable' && situation !== 'rolled-back')) return false
  const { operation } = record
  if (operation === undefined) return driftDue || record.status.lastAppliedDigest !== record.inputs?.digest
  if (operation.type !== 'apply' || operation.data['policy'] !== undefined) return false
  return (
    changeSet === undefined ||
    !changeSet.status.startsWith('CREATE_') ||
    changeSet.status === 'CREATE_COMPLETE'
  )
}
