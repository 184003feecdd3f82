import { AzureNamedKeyCredential, TableClient } from '@azure/data-tables'
import {
  azureCallOptions,
  azureClientOptions,
  azureConnection,
  azureRequestTimeoutMs,
} from '../api/azure-storage.ts'
import type { AzureStorageAccess } from '../api/azure-storage.ts'
import { fromAzureError } from '../api/azure-storage-error.ts'
import { conflict, HeadwaterError } from '../api/errors.ts'
import { keyOf } from '../api/record.ts'
import { createTableCalls } from './azure-table-call.ts'
import { readDue } from './azure-table-due.ts'
import type { DueEntry } from './azure-table-due.ts'
import { appendEvents, claimOnce, readEvents } from './azure-table-history.ts'
import { buryRecord, readDueRow, readRow, readRows, writeRecord } from './azure-table-record.ts'
import { sweepEveryMs, sweepTable } from './azure-table-sweep.ts'
import { createReading } from './reading.ts'
import type { Store, StorePorts } from './store.ts'

/** Which table, and how its account is reached. */
export interface AzureTableStoreOptions extends Pick<StorePorts, 'clock' | 'random'> {
  access: AzureStorageAccess
  table: string
  /** Makes the table when it is missing: for trying things out, an installation has it from a template. */
  create?: boolean
  /** Longest time for one call, in milliseconds; default 5,000. */
  requestTimeoutMs?: number
}

/** A store in one table of an Azure storage account, for many processes anywhere. Every read is strongly consistent. */
export async function createAzureTableStore(options: AzureTableStoreOptions): Promise<Store> {
  const { clock, random } = options
  const client = clientOf(options)
  const timeoutMs = options.requestTimeoutMs ?? azureRequestTimeoutMs
  const calls = createTableCalls(client, timeoutMs)
  if (options.create === true) await makeTable(client, timeoutMs)
  const reading = createReading(clock)
  let sweptAt = Number.NEGATIVE_INFINITY

  const dueEntries = (before: number, limit: number): Promise<DueEntry[]> =>
    readDue(calls, {
      before,
      limit,
      now: clock.now(),
      quiet: new Set(reading.quiet()),
      currentRow: (key) => readDueRow(calls, key),
    })

  /** One process in six hours, wherever it runs. What goes wrong is the next one's: nobody's step fails for it. */
  const sweep = async (): Promise<void> => {
    const now = clock.now()
    if (now < sweptAt + sweepEveryMs) return
    sweptAt = now
    try {
      const turn = { expiresAt: now + sweepEveryMs, nonce: random.uuid(), now }
      if (await claimOnce(calls, 'sweep of the table', turn)) await sweepTable(calls, now)
    } catch (error) {
      if (!(error instanceof HeadwaterError)) throw error
    }
  }

  const writeOptions = (expectedVersion: number) => ({
    expectedVersion,
    nonce: random.uuid(),
    now: clock.now(),
  })

  return {
    get: async (key) => {
      const row = await readRow(calls, key)
      return row && reading.one(row)
    },
    put: async (record, expectedVersion) => {
      const version = await writeRecord(calls, record, writeOptions(expectedVersion))
      reading.forget(keyOf(record))
      return version
    },
    delete: async (key, expectedVersion) => {
      if (expectedVersion === 0) {
        if ((await readRow(calls, key)) !== undefined) throw conflict(key)
        return
      }
      await buryRecord(calls, key, writeOptions(expectedVersion))
      reading.forget(key)
    },
    list: async (prefix) => reading.readable(await readRows(calls, prefix)),
    unreadable: async (prefix) => reading.unreadable(await readRows(calls, prefix)),
    due: async (before, limit) => (await dueEntries(before, limit)).map(({ key }) => key),
    nextDueAt: async () => reading.nextDueAt((await dueEntries(Number.MAX_SAFE_INTEGER, 1))[0]?.at),
    append: async (events) => {
      await appendEvents(calls, events)
      await sweep()
    },
    events: (filter) => readEvents(calls, filter, clock.now()),
    claim: (id, expiresAt) => claimOnce(calls, id, { expiresAt, nonce: random.uuid(), now: clock.now() }),
    close: async () => {},
  }
}

function clientOf({ access, table }: AzureTableStoreOptions): TableClient {
  if (access.by === 'identity')
    return new TableClient(access.url, table, access.credential, azureClientOptions)
  const { account, key, url } = azureConnection(access.connectionString, 'table')
  return new TableClient(url, table, new AzureNamedKeyCredential(account, key), {
    ...azureClientOptions,
    // A connection string names its own protocol; http is an emulator's.
    allowInsecureConnection: url.startsWith('http:'),
  })
}

async function makeTable(client: TableClient, timeoutMs: number): Promise<void> {
  try {
    // One that is there already is no error.
    await client.createTable(azureCallOptions(timeoutMs))
  } catch (error) {
    throw fromAzureError(error, `table ${client.tableName}`)
  }
}
