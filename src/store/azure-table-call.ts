import type { TableClient, TableEntity, TableEntityResult } from '@azure/data-tables'
import { azureCallOptions } from '../api/azure-storage.ts'
import {
  azureErrorCode,
  azureErrorStatus,
  azureMayHaveTakenEffect,
  fromAzureError,
} from '../api/azure-storage-error.ts'
import { stalled } from '../api/errors.ts'

/** An entity as it is read. */
export type Entity = TableEntityResult<Record<string, unknown>>

/** What a conditional write came to: `exists` an insert onto something, `stale` another ETag, `missing` nothing there. */
export type WriteOutcome = 'written' | 'exists' | 'stale' | 'missing'

/**
 * Calls to one table. An answer that was lost is asked for once more, at once – reads by nature and writes by their nonce
 * are safe to repeat – and errors become ours. Anything else is the controller's to try again.
 */
export interface TableCalls {
  get(partition: string, row: string, select?: readonly string[]): Promise<Entity | undefined>
  insert(entity: TableEntity): Promise<WriteOutcome>
  /** Replaces the entity, whatever it holds, if its ETag is still this one. */
  replace(entity: TableEntity, etag: string): Promise<WriteOutcome>
  /** Deletes it, whatever it is or, with an ETag, only that. */
  remove(partition: string, row: string, etag?: string): Promise<WriteOutcome>
  /** The entities of a condition in the order of their keys, page by page. */
  pages(filter: string, options?: { select?: readonly string[]; pageSize?: number }): AsyncIterable<Entity[]>
}

/** Wraps a client. */
export function createTableCalls(client: TableClient, timeoutMs: number): TableCalls {
  const options = azureCallOptions(timeoutMs)
  const write = (call: () => Promise<unknown>): Promise<WriteOutcome> =>
    send(client.tableName, async () => {
      try {
        await call()
        return 'written'
      } catch (error) {
        const outcome = outcomeOf(error)
        if (outcome === undefined) throw error
        return outcome
      }
    })
  return {
    get: (partition, row, select) =>
      send(client.tableName, async () => {
        try {
          return await client.getEntity(partition, row, {
            ...options,
            ...(select === undefined ? {} : { queryOptions: { select: [...select] } }),
          })
        } catch (error) {
          if (outcomeOf(error) === 'missing') return undefined
          throw error
        }
      }),
    insert: (entity) => write(() => client.createEntity(entity, options)),
    replace: (entity, etag) => write(() => client.updateEntity(entity, 'Replace', { ...options, etag })),
    remove: (partition, row, etag = '*') =>
      write(() => client.deleteEntity(partition, row, { ...options, etag })),
    async *pages(filter, { select, pageSize = 1000 } = {}) {
      const queryOptions = { filter, ...(select === undefined ? {} : { select: [...select] }) }
      let from: string | undefined
      do {
        const page = await send(client.tableName, () =>
          onePage(client, { ...options, queryOptions }, { pageSize, from }),
        )
        yield page?.entities ?? []
        from = page?.continuationToken
      } while (from !== undefined)
    },
  }
}

async function onePage(
  client: TableClient,
  options: NonNullable<Parameters<TableClient['listEntities']>[0]>,
  { pageSize, from }: { pageSize: number; from: string | undefined },
): Promise<{ entities: Entity[]; continuationToken: string | undefined } | undefined> {
  const settings = { maxPageSize: pageSize, ...(from === undefined ? {} : { continuationToken: from }) }
  for await (const page of client.listEntities(options).byPage(settings))
    return { entities: [...page], continuationToken: page.continuationToken }
  return undefined
}

/** The three answers that are values: https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes */
function outcomeOf(error: unknown): WriteOutcome | undefined {
  const status = azureErrorStatus(error)
  const code = azureErrorCode(error)
  if (status === 409 && code === 'EntityAlreadyExists') return 'exists'
  if (status === 412) return 'stale'
  if (status === 404 && (code === 'ResourceNotFound' || code === 'EntityNotFound')) return 'missing'
  return undefined
}

async function send<Answer>(table: string, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await repeatIfUnanswered(call)
  } catch (error) {
    throw translate(table, error)
  }
}

async function repeatIfUnanswered<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call()
  } catch (error) {
    if (!azureMayHaveTakenEffect(error)) throw error
    return call()
  }
}

const tooLarge = new Set(['PropertyValueTooLarge', 'EntityTooLarge', 'RequestBodyTooLarge'])

function translate(table: string, error: unknown): unknown {
  const what = `table ${table}`
  const code = azureErrorCode(error) ?? ''
  if (code === 'TableNotFound')
    return stalled(
      'StoreNotFound',
      `${what} does not exist here; make it from infra/azure, or check the account's name`,
      error,
    )
  if (tooLarge.has(code)) return stalled('RecordTooLarge', `${what}: ${code}`, error)
  return fromAzureError(error, what)
}
