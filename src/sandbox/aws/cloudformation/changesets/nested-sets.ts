import { isObject } from '../input.ts'
import { arn, randomText } from '../ids.ts'
import type { Stack } from '../model.ts'
import { lookupOf, reasonOf } from '../operations/deployment.ts'
import { beginOperation, endOperation, stackStatus } from '../operations/run.ts'
import { secretsOf } from '../secrets.ts'
import { addStack, newStackId } from '../stacks/new-stack.ts'
import { prepareUpdate } from '../stacks/update.ts'
import type { Blueprint } from '../templates/blueprint.ts'
import { templateAt } from '../templates/load.ts'
import { type Process, settled } from '../../../timeline.ts'
import type { Call } from '../world.ts'
import { diff } from './diff.ts'
import type { ChangeSet } from './model.ts'

/**
 * With IncludeNestedStacks every nested stack gets a set of its own, and the parent's change names it. A nested stack
 * that is not there yet is put under review, as a stack is whose first set is made.
 */
export function* nestedChangeSets(
  call: Pick<Call, 'world' | 'place'>,
  set: ChangeSet,
  stack: Stack,
  blueprint: Blueprint,
): Process {
  for (const [logicalId, { type }] of blueprint.resources) {
    if (type !== 'AWS::CloudFormation::Stack') continue
    const child = yield* childSet(call, set, stack, { logicalId, blueprint })
    for (const changes of [set.changes, set.changesWithValues])
      for (const change of changes)
        if (change['LogicalResourceId'] === logicalId && child !== undefined) change['ChangeSetId'] = child.id
  }
}

function* childSet(
  call: Pick<Call, 'world' | 'place'>,
  parent: ChangeSet,
  stack: Stack,
  { logicalId, blueprint }: { logicalId: string; blueprint: Blueprint },
): Process<ChangeSet | undefined> {
  const { world, place } = call
  const properties = blueprint.properties(logicalId, lookupOf(world, stack))
  const existing = stack.resources.get(logicalId)
  const holder = existing === undefined ? undefined : place.stacks.get(existing.physicalId)
  const child = holder ?? underReview(call, stack, logicalId)
  const parameters = isObject(properties['Parameters']) ? properties['Parameters'] : {}
  const prepared = yield* settled(
    (async () =>
      await prepareUpdate(call, child, {
        body: await templateAt(world, String(properties['TemplateURL'])),
        settings: {
          given: Object.entries(parameters).map(([key, value]) => ({
            key,
            value: Array.isArray(value) ? value.join(',') : String(value),
          })),
          tags: parent.tags,
          capabilities: parent.capabilities,
          notificationArns: parent.notificationArns,
          roleArn: parent.roleArn,
          rollbackConfiguration: undefined,
          resourceTypes: undefined,
        },
        ownCapabilities: true,
        autoExpandNotNeeded: true,
      }))(),
  )
  const { description: _description, statusReason: _reason, ...inherited } = parent
  const set: ChangeSet = {
    ...inherited,
    id: arn(
      place,
      'cloudformation',
      `changeSet/${parent.name}-${logicalId}-${randomText(world.random, 12, 'upper')}/${world.random.uuid()}`,
    ),
    name: `${parent.name}-${logicalId}`,
    stackId: child.id,
    stackName: child.name,
    createdAtMs: world.timeline.now(),
    status: 'CREATE_COMPLETE',
    executionStatus: 'AVAILABLE',
    parentId: parent.id,
    rootId: parent.rootId ?? parent.id,
    changes: [],
    changesWithValues: [],
  }
  set.name = set.id.split('/')[1] ?? set.name
  place.changeSets.set(set.id, set)
  if ('error' in prepared) {
    set.status = 'FAILED'
    set.executionStatus = 'UNAVAILABLE'
    set.statusReason = reasonOf(prepared.error)
    return set
  }
  const { configuration, blueprint: own } = prepared.value
  set.template = configuration.template
  set.parameters = configuration.parameters
  const request = {
    facts: world.facts,
    resources: child.resources,
    parameters: child.configuration?.parameters ?? [],
    tagsChanged: false,
    blueprint: own,
    current: lookupOf(world, child),
    secrets: {
      before: secretsOf(child.configuration?.parameters ?? []),
      after: secretsOf(configuration.parameters),
    },
  }
  set.changes = diff({ ...request, withValues: false })
  set.changesWithValues = diff({ ...request, withValues: true })
  yield* nestedChangeSets(call, set, child, own)
  return set
}

function underReview(
  { world, place }: Pick<Call, 'world' | 'place'>,
  parent: Stack,
  logicalId: string,
): Stack {
  const name = `${parent.name}-${logicalId}-${randomText(world.random, 12, 'upper')}`
  const child = addStack(world, place, {
    id: newStackId(world, place, name),
    name,
    status: 'REVIEW_IN_PROGRESS',
  })
  child.parentId = parent.id
  child.rootId = parent.rootId ?? parent.id
  child.underReview = true
  const run = beginOperation(world, child, 'CREATE_CHANGESET', undefined)
  stackStatus(run, 'REVIEW_IN_PROGRESS', 'User Initiated')
  endOperation(run, 'succeeded')
  return child
}
