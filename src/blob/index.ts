import { awsLocationOf } from '../api/aws-client.ts'
import { azureStorageAccess, azureStorageName } from '../api/azure-storage.ts'
import { stalled } from '../api/errors.ts'
import { chooseByScheme } from '../api/scheme.ts'
import type { SchemedUrl } from '../api/scheme.ts'
import type { BlobPorts, BlobStore } from './blob.ts'

type OpenDriver = (parts: SchemedUrl, url: string, ports: BlobPorts) => Promise<BlobStore>

/** The drivers by their URL's scheme; each loads its own code when it is chosen. */
export const blobDrivers: Readonly<Record<string, OpenDriver>> = {
  file: async ({ rest }, url, ports) => {
    if (rest === '') throw stalled('InvalidSetting', `"${url}" names no folder; write file:///path/to/blobs`)
    const { createFileBlobStore } = await import('./file.ts')
    return createFileBlobStore({ folder: rest, random: ports.random })
  },
  s3: async ({ rest, query }, url, { env }) => {
    const [, bucket, prefix = ''] = /^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(rest) ?? []
    if (bucket === undefined)
      throw stalled('InvalidSetting', `"${url}" names no bucket; write s3://bucket or s3://bucket/prefix`)
    const location = awsLocationOf(query)
    const { createS3BlobStore, findRegion } = await import('./s3.ts')
    const region = location.region ?? (env['AWS_REGION'] || (await findRegion()))
    if (!region)
      throw stalled('InvalidSetting', `"${url}" names no region; add ?region=eu-west-1 or set AWS_REGION`)
    return createS3BlobStore({ ...location, bucket, prefix: prefix.replace(/^\/+|\/+$/g, ''), region })
  },
  azblob: async (parts, url, { azure }) => {
    const { name: container, prefix, ...named } = azureStorageName('blob', parts.rest, url)
    const access = await azureStorageAccess('blob', { name: container, prefix, ...named }, parts, azure)
    const { createAzureBlobStore } = await import('./azure-blob.ts')
    return createAzureBlobStore({ access, container, prefix, create: parts.query.get('create') === 'true' })
  },
  memory: async () => {
    const { createMemoryBlobStore } = await import('./memory.ts')
    return createMemoryBlobStore()
  },
}

/**
 * Opens the place for bodies that a setting names: `file:///path`, `s3://bucket/prefix?region=&endpoint=`,
 * `azblob://account/container/prefix?connection=&endpoint=&create=true` or `memory:`. What is wrong with the setting is a `stalled` error, `InvalidSetting`.
 */
export async function openBlobStore(url: string, ports: BlobPorts): Promise<BlobStore> {
  const { entry, parts } = chooseByScheme(url, blobDrivers)
  return entry(parts, url, ports)
}
