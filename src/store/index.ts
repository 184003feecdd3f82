import { awsLocationOf } from '../api/aws-client.ts'
import { azureStorageAccess, azureStorageName } from '../api/azure-storage.ts'
import { stalled } from '../api/errors.ts'
import { chooseByScheme } from '../api/scheme.ts'
import type { SchemedUrl } from '../api/scheme.ts'
import type { Store, StorePorts } from './store.ts'

type OpenDriver = (parts: SchemedUrl, url: string, ports: StorePorts) => Promise<Store>

/** The drivers by their URL's scheme; each loads its own code when it is chosen. */
export const storeDrivers: Readonly<Record<string, OpenDriver>> = {
  sqlite: async ({ rest }, url, ports) => {
    if (rest === '')
      throw stalled('InvalidSetting', `"${url}" names no file; write sqlite:///path/to/state.db`)
    const { createSqliteStore } = await import('./sqlite.ts')
    return createSqliteStore({ file: rest, clock: ports.clock })
  },
  dynamodb: async ({ rest, query }, url, ports) => {
    if (!/^[A-Za-z0-9_.-]{3,255}$/.test(rest))
      throw stalled(
        'InvalidSetting',
        `"${url}" names no table; write dynamodb://table or dynamodb://table?region=…`,
      )
    const { createDynamodbStore } = await import('./dynamodb.ts')
    const create = query.get('create') === 'true'
    return createDynamodbStore({ table: rest, create, ...awsLocationOf(query), ...ports })
  },
  aztable: async (parts, url, { azure, ...ports }) => {
    const name = azureStorageName('table', parts.rest, url)
    const access = await azureStorageAccess('table', name, parts, azure)
    const { createAzureTableStore } = await import('./azure-table.ts')
    const create = parts.query.get('create') === 'true'
    return createAzureTableStore({ access, table: name.name, create, ...ports })
  },
  memory: async (_parts, _url, ports) => {
    const { createMemoryStore } = await import('./memory.ts')
    return createMemoryStore(ports)
  },
}

/**
 * Opens the store that a setting names: `sqlite:///path`, `dynamodb://table?region=&endpoint=&create=true`,
 * `aztable://account/table?connection=&endpoint=&create=true` or `memory:`. What is wrong with the setting is a `stalled`
 * error, `InvalidSetting`, to be put after the setting's name.
 */
export async function openStore(url: string, ports: StorePorts): Promise<Store> {
  const { entry, parts } = chooseByScheme(url, storeDrivers)
  return entry(parts, url, ports)
}
