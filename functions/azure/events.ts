import { app } from '@azure/functions'
import type { EventGridEvent } from '@azure/functions'
import { keyOf } from '../../src/api/record.ts'
import type { ObjectRecord } from '../../src/api/record.ts'
import type { Application } from '../shared/application.ts'
import { open } from './application.ts'

/** What an event marked due. */
export interface EventsAnswer {
  marked: string[]
}

/** https://learn.microsoft.com/azure/event-grid/event-schema-subscriptions: the ends of writes, deletes and actions. */
const ends = /^Microsoft\.Resources\.Resource(Write|Delete|Action)(Success|Failure|Cancel)$/

/**
 * A resource of the resource manager was written or deleted: an object whose deployment or stack it is, or whose resource
 * group, is due. Nothing of the event is believed but which known object to look at, so one that is lost, doubled, late
 * or forged does no harm.
 */
export async function handleEvent(
  application: Application,
  { eventType, subject }: Pick<EventGridEvent, 'eventType' | 'subject'>,
): Promise<EventsAnswer> {
  const { controller, store, log } = application
  if (!ends.test(eventType)) return { marked: [] }
  const records = await store.list('AzureDeployment/')
  const keys = records
    .map(({ record }) => record)
    .filter((record) => idsOf(record).includes(subject.toLowerCase()))
    .map(keyOf)
  const marked = await controller.markDue(keys)
  await application.flush()
  log.info({ function: 'events', event: eventType, keys: marked }, 'a resource changed')
  return { marked }
}

/** The resource ids that an object is known by: its deployment's, once it has one, and its resource group's. Lower case. */
function idsOf({ status, operation, spec }: ObjectRecord): string[] {
  return [status.identity?.['id'], operation?.data['id'], groupOf(spec)].flatMap((id) =>
    id === undefined ? [] : [id.toLowerCase()],
  )
}

function groupOf(spec: Record<string, unknown>): string | undefined {
  const scope = spec['scope'] as { resourceGroup?: { subscriptionId: string; name: string } } | undefined
  const group = scope?.resourceGroup
  return group && `/subscriptions/${group.subscriptionId}/resourceGroups/${group.name}`
}

app.eventGrid('events', { handler: async (event) => handleEvent(await open(), event) })
