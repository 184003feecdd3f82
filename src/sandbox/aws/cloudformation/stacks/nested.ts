import { isObject, text } from '../input.ts'
import { randomText } from '../ids.ts'
import type { Stack, StackResource, Tag } from '../model.ts'
import type { Deployment } from '../operations/deployment.ts'
import { reasonOf } from '../operations/deployment.ts'
import type { NestedStacks } from '../operations/nested-stacks.ts'
import { rollbackUpdate } from '../operations/rollback-update.ts'
import { type Run, beginOperation, resourceStatus } from '../operations/run.ts'
import { carry, startCreate, startDelete, startFailingCreate, startUpdate } from '../operations/start.ts'
import { templateAt } from '../templates/load.ts'
import { type Process, settled } from '../../../timeline.ts'
import { prepareCreation } from './create.ts'
import { addStack, newStackId } from './new-stack.ts'
import type { StackSettings } from './settings.ts'
import { hasChanges, prepareUpdate } from './update.ts'

/** Stacks as resources of stacks: made, changed and deleted by the same operations as any other stack. */
export function createNestedStacks(): NestedStacks {
  return {
    *create(run, resource, making) {
      const { world, stack } = run
      const place = world.place(stack)
      const reviewed = reviewedChild(run, resource)
      const name =
        reviewed?.name ?? `${stack.name}-${resource.logicalId}-${randomText(world.random, 12, 'upper')}`
      const stackId = reviewed?.id ?? newStackId(world, place, name)
      yield world.pause(500)
      const prepared = yield* settled(
        (async () => {
          const body = await templateAt(world, String(resource.properties['TemplateURL']))
          return await prepareCreation(
            { world, place },
            { name, stackId, body, settings: settingsFor(run, resource), transformsNeedCapability: true },
          )
        })(),
      )
      if ('error' in prepared) {
        resourceStatus(run, resource, making.failed, { reason: reasonOf(prepared.error) })
        return false
      }
      const { configuration, blueprint, failure } = prepared.value
      const child = reviewed ?? addStack(world, place, { id: stackId, name, status: 'CREATE_IN_PROGRESS' })
      delete child.underReview
      child.parentId = stack.id
      child.rootId = stack.rootId ?? stack.id
      child.configuration = configuration
      child.disableRollback = stack.disableRollback
      child.onFailure = 'DO_NOTHING'
      const minutes = Number(resource.properties['TimeoutInMinutes'])
      if (Number.isFinite(minutes)) child.timeoutMinutes = minutes
      resource.physicalId = child.id
      resourceStatus(run, resource, making.running, { reason: 'Resource creation Initiated' })
      const { operation } =
        blueprint === undefined
          ? startFailingCreate(world, child, `${failure} `)
          : startCreate(world, child, blueprint)
      yield { gate: operation.ended }
      const fault = world.faults.failure(stack, resource.logicalId, 'create')
      if (child.status !== 'CREATE_COMPLETE' || fault !== undefined) {
        const reason =
          fault ?? `Embedded stack ${child.id} was not successfully created: ${child.reason ?? ''}`
        resourceStatus(run, resource, making.failed, { reason })
        return false
      }
      resourceStatus(run, resource, making.done)
      return true
    },

    *update(run, resource, changed, journal) {
      const { world, stack } = run
      const place = world.place(stack)
      const child = place.stacks.get(resource.physicalId)
      if (child === undefined) return true
      resourceStatus(run, resource, 'UPDATE_IN_PROGRESS')
      yield world.pause(500)
      const prepared = yield* settled(
        (async () => {
          const body = await templateAt(world, String(resource.properties['TemplateURL']))
          return await prepareUpdate({ world, place }, child, { body, settings: settingsFor(run, resource) })
        })(),
      )
      if ('error' in prepared) {
        resourceStatus(run, resource, 'UPDATE_FAILED', { reason: reasonOf(prepared.error) })
        return false
      }
      const { configuration, blueprint } = prepared.value
      if (!hasChanges(world, child, prepared.value)) {
        resourceStatus(run, resource, 'UPDATE_COMPLETE')
        return true
      }
      const ready = world.timeline.gate()
      const decision = world.timeline.gate()
      let verdict: 'commit' | 'rollback' = 'commit'
      const { operation } = startUpdate(world, child, blueprint, configuration, {
        disableRollback: stack.disableRollback,
        verdict: { ready: () => ready.open(), gate: decision, of: () => verdict },
      })
      journal.nested.set(resource.logicalId, (said) => {
        verdict = said
        decision.open()
        return operation.ended
      })
      // Either it stands and waits for the parent's word, or it has failed and taken itself back.
      world.timeline.start(
        (function* (): Process {
          yield { gate: operation.ended }
          ready.open()
        })(),
      )
      yield { gate: ready }
      if (operation.ended.opened) {
        journal.nested.delete(resource.logicalId)
        resourceStatus(run, resource, 'UPDATE_FAILED', {
          reason: `Embedded stack ${child.id} was not successfully updated. Currently in ${child.status} with reason: ${lastFailure(child)}`,
        })
        return false
      }
      resourceStatus(run, resource, 'UPDATE_COMPLETE')
      return true
    },

    *delete(run, resource, events) {
      const { world, stack } = run
      const child = world.place(stack).stacks.get(resource.physicalId)
      if (child !== undefined && child.status !== 'DELETE_COMPLETE') {
        const { operation } = startDelete(world, child, { retain: [], force: false })
        yield { gate: operation.ended }
      }
      if (child === undefined || child.status === 'DELETE_COMPLETE') {
        resourceStatus(run, resource, 'DELETE_COMPLETE', events)
        return true
      }
      resourceStatus(run, resource, 'DELETE_FAILED', {
        ...events,
        reason: `Embedded stack ${child.id} was not successfully deleted: ${child.reason ?? ''}`,
      })
      return false
    },

    cancel(run, resource) {
      const operation = childOf(run, resource)?.operation
      if (operation === undefined) return
      const reason = 'Resource creation cancelled'
      if (operation.interrupt === undefined) operation.cancelled = reason
      else operation.interrupt(reason)
    },

    *resume(run, resource, resourcesToSkip) {
      const child = childOf(run, resource)
      if (child?.operation !== undefined) yield { gate: child.operation.ended }
      if (child?.unfinished === undefined) return true
      const nested = beginOperation(run.world, child, 'CONTINUE_ROLLBACK', undefined)
      const rollback = { ...nested, journal: child.unfinished }
      carry(nested, rollbackUpdate(rollback, { reason: undefined, skip: resourcesToSkip }))
      yield { gate: nested.operation.ended }
      return child.status === 'UPDATE_ROLLBACK_COMPLETE'
    },

    *settle(run, resource) {
      const child = childOf(run, resource)
      if (child?.operation !== undefined) yield { gate: child.operation.ended }
      return child?.status !== 'UPDATE_ROLLBACK_FAILED'
    },
  }
}

function childOf(run: Run, resource: StackResource): Stack | undefined {
  if (resource.type !== 'AWS::CloudFormation::Stack') return undefined
  return run.world.place(run.stack).stacks.get(resource.physicalId)
}

/** A child that a change set of the parent has put under review already. */
function reviewedChild(run: Run, resource: StackResource): Stack | undefined {
  const prefix = `${run.stack.name}-${resource.logicalId}-`
  return [...run.world.place(run.stack).named.values()].find(
    (child) => child.parentId === run.stack.id && child.underReview === true && child.name.startsWith(prefix),
  )
}

/** What its parent says of a nested stack, as a request would. */
function settingsFor(run: Deployment, resource: StackResource): StackSettings {
  const { Parameters: parameters, NotificationARNs: arns, Tags: own } = resource.properties
  const { configuration } = run.stack
  return {
    given: Object.entries(isObject(parameters) ? parameters : {}).map(([key, value]) => ({
      key,
      value: Array.isArray(value) ? value.join(',') : String(value),
    })),
    tags: [...tagsIn(own), ...(configuration?.tags ?? [])].filter(
      (tag, index, all) => all.findIndex((other) => other.key === tag.key) === index,
    ),
    capabilities: configuration?.capabilities,
    notificationArns: Array.isArray(arns) ? arns.map(String) : configuration?.notificationArns,
    roleArn: configuration?.roleArn,
    rollbackConfiguration: undefined,
    resourceTypes: undefined,
  }
}

function tagsIn(value: unknown): Tag[] {
  if (!Array.isArray(value)) return []
  return value
    .filter(isObject)
    .map((tag) => ({ key: text(tag, 'Key') ?? '', value: text(tag, 'Value') ?? '' }))
}

/** Why a stack's last update failed: the reason of the rollback it began. */
function lastFailure(stack: Stack): string {
  const event = stack.events.findLast(
    (event) =>
      event.physicalId === stack.id &&
      (event.status === 'UPDATE_ROLLBACK_IN_PROGRESS' || event.status === 'UPDATE_FAILED'),
  )
  return event?.reason ?? ''
}
