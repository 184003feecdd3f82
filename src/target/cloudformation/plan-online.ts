import type { DescribeChangeSetOutput } from '@aws-sdk/client-cloudformation'
import type { Clock } from '../../api/clock.ts'
import { stalled, transient } from '../../api/errors.ts'
import type { CloudFormationStackSpec } from '../../api/kinds/cloud-formation-stack.ts'
import type { ObjectRecord } from '../../api/record.ts'
import { cleanText } from '../clean-text.ts'
import { sha256 } from '../canonical.ts'
import { changeSetInput, templateInput, type TemplatePorts } from './act.ts'
import { allPages, type CloudFormationApi } from './api.ts'
import { ownerMark } from '../operation.ts'
import { ownerTag, type Settings } from './context.ts'
import { isNotFound } from './errors.ts'
import { validationText } from './failure.ts'
import { findStack } from './find-stack.ts'
import type { StackView } from './observation.ts'
import { plannedChanges, type StackPlan } from './plan.ts'
import { situationOf } from './stack-status.ts'
import { isEmptyChangeSet } from './words.ts'

/** What a plan needs besides the API. */
export interface PlanPorts extends TemplatePorts {
  clock: Clock
}

/** A change set is ready in seconds; nested ones take longer. */
const planTimeoutMs = 5 * 60_000
const firstPollMs = 500
const lastPollMs = 5_000
/** CloudFormation leaves changes out when it cannot compute their values, and says so. */
const incompleteWarning = '[WARN] --include-property-values option can return incomplete ChangeSet data'

/**
 * What CloudFormation would do for an object's inputs: a change set of its own name is made, read and deleted, never
 * executed. A stack that only came to be by it goes too. Throws `stalled` when CloudFormation would not take the inputs.
 */
export async function planOnline(
  api: CloudFormationApi,
  settings: Settings,
  ports: PlanPorts,
  record: ObjectRecord,
): Promise<StackPlan> {
  const { stack: pinned, stranger } = await findStack(api, settings, record)
  const stack = pinned ?? stranger
  const situation = situationOf(stack?.status)
  const isNew = situation === 'missing' || situation === 'review'
  const id = `headwater-plan-${sha256(`${ownerMark(settings, record)} ${ports.clock.now()}`).slice(0, 12)}`
  const spec = record.spec as CloudFormationStackSpec
  const input = changeSetInput({
    settings,
    record,
    operation: { id, token: id, revision: '' },
    action: {
      type: 'create-change-set',
      stack: stack?.id ?? spec.stackName ?? record.name,
      changeSetType: isNew ? 'CREATE' : 'UPDATE',
      clearRollbackTriggers: stack?.hasRollbackTriggers === true && spec.rollbackTriggers === undefined,
    },
    template: await templateInput(record, ports),
  })
  const { Id: changeSetId = id, StackId: stackId } = await api.createChangeSet(input)
  try {
    const described = await untilReady(api, ports.clock, changeSetId)
    const notes = notesOn(settings, record, stack)
    if (isEmptyChangeSet(viewOf(described))) return { isNew, changes: [], notes }
    if (described.Status === 'FAILED') throw await refusal(api, changeSetId, described)
    return { isNew, changes: plannedChanges(await readChanges(api, changeSetId)), notes }
  } finally {
    await api.deleteChangeSet({ ChangeSetName: changeSetId })
    if (situation === 'missing' && stackId !== undefined) await removeReviewStack(api, stackId)
  }
}

function viewOf({ Status = 'CREATE_PENDING', StatusReason }: DescribeChangeSetOutput) {
  return { status: Status, ...(StatusReason === undefined ? {} : { statusReason: StatusReason }) }
}

async function refusal(api: CloudFormationApi, changeSetId: string, described: DescribeChangeSetOutput) {
  const reason = described.StatusReason ?? 'no reason given'
  const details = reason.includes('AWS::EarlyValidation') ? await validationText(api, changeSetId) : undefined
  return stalled('ChangeSetFailed', `the change set failed: ${details ?? cleanText(reason)}`)
}

async function untilReady(
  api: CloudFormationApi,
  clock: Clock,
  changeSetId: string,
): Promise<DescribeChangeSetOutput> {
  const deadline = clock.now() + planTimeoutMs
  for (let pollMs = firstPollMs; ; pollMs = Math.min(lastPollMs, pollMs * 2)) {
    const described = await api.describeChangeSet({ ChangeSetName: changeSetId })
    if (described.Status !== 'CREATE_PENDING' && described.Status !== 'CREATE_IN_PROGRESS') return described
    if (clock.now() >= deadline)
      throw transient('ChangeSetSlow', `change set ${changeSetId} was not ready after 5 minutes`)
    await clock.sleep(pollMs)
  }
}

/** The changes with their values; those that CloudFormation left out for want of a value come without. */
async function readChanges(api: CloudFormationApi, changeSetId: string) {
  let isIncomplete = false
  const read = async (withValues: boolean) =>
    allPages(async (token) => {
      const page = await api.describeChangeSet({
        ChangeSetName: changeSetId,
        ...(withValues ? { IncludePropertyValues: true } : {}),
        ...(token === undefined ? {} : { NextToken: token }),
      })
      isIncomplete ||= page.StatusReason?.includes(incompleteWarning) === true
      return { items: page.Changes ?? [], nextToken: page.NextToken }
    })
  const changes = await read(true)
  if (!isIncomplete) return changes
  const known = new Set(changes.map((change) => change.ResourceChange?.LogicalResourceId))
  const others = await read(false)
  return [...changes, ...others.filter((change) => !known.has(change.ResourceChange?.LogicalResourceId))]
}

/** The stack that our change set made goes again, unless somebody has come to use it. */
async function removeReviewStack(api: CloudFormationApi, stackId: string): Promise<void> {
  try {
    const { Stacks = [] } = await api.describeStacks({ StackName: stackId })
    if (Stacks[0]?.StackStatus !== 'REVIEW_IN_PROGRESS') return
    const { Summaries = [] } = await api.listChangeSets({ StackName: stackId })
    if (Summaries.length === 0) await api.deleteStack({ StackName: stackId })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

function notesOn(settings: Settings, record: ObjectRecord, stack: StackView | undefined): string[] {
  if (stack === undefined || situationOf(stack.status) === 'review') return []
  const mark = ownerMark(settings, record)
  const owner = stack.tags[ownerTag]
  const { adopt } = record.spec as CloudFormationStackSpec
  if (owner === mark || adopt) return []
  const whose = owner === undefined ? `carries no ${ownerTag} tag` : `belongs to ${owner}`
  return [`stack ${stack.name} ${whose}: it is refused unless spec.adopt is set`]
}
