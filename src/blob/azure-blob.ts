import { ContainerClient, newPipeline, StorageSharedKeyCredential } from '@azure/storage-blob'
import { createHash } from 'node:crypto'
import { azureErrorCode, azureErrorStatus, fromAzureError } from '../api/azure-storage-error.ts'
import { azureConnection, boundEachCall } from '../api/azure-storage.ts'
import type { AzureStorageAccess, AzureTokenCredential } from '../api/azure-storage.ts'
import { stalled } from '../api/errors.ts'
import type { BlobStore } from './blob.ts'
import { checkBytes, checkName, sha256Of } from './sha256.ts'

/** Which container, where in it, and how its account is reached. */
export interface AzureBlobOptions {
  access: AzureStorageAccess
  container: string
  /** Without slashes at its ends; '' is the container's root. */
  prefix: string
  /** Makes the container when it is missing: for trying things out. */
  create?: boolean
}

/** A body of a few megabytes over a slow line, in milliseconds. */
const requestTimeoutMs = 60_000

/**
 * Bodies in a container of an Azure storage account. An upload of one call appears whole or not at all, and carries
 * its MD5. There is no `url`: ARM takes templates with the request, and CloudFormation reads only S3.
 */
export async function createAzureBlobStore(options: AzureBlobOptions): Promise<BlobStore> {
  const { container, prefix } = options
  const client = clientOf(options)
  const blobOf = (sha256: string) => {
    const name = checkName(sha256)
    return client.getBlockBlobClient(prefix === '' ? name : `${prefix}/${name}`)
  }
  /** Undefined for what is not there. */
  const call = async <Answer>(run: () => Promise<Answer>): Promise<Answer | undefined> => {
    try {
      return await run()
    } catch (error) {
      const code = azureErrorCode(error)
      if (code === 'ContainerNotFound')
        throw stalled('ContainerNotFound', `the container ${container} does not exist; check its name`, error)
      if (azureErrorStatus(error) === 404) return undefined
      throw fromAzureError(error, `container ${container}`)
    }
  }
  if (options.create === true) await call(() => client.createIfNotExists())
  return {
    put: async (bytes) => {
      const sha256 = sha256Of(bytes)
      const blob = blobOf(sha256)
      // A copy: the caller may change its array while the bytes are on their way.
      const body = Buffer.from(bytes)
      const md5 = createHash('md5').update(body).digest()
      await call(() => blob.upload(body, body.length, { blobHTTPHeaders: { blobContentMD5: md5 } }))
      return sha256
    },
    get: async (sha256) => {
      const blob = blobOf(sha256)
      const bytes = await call(async () => {
        const answer = await blob.download(0, undefined, { maxRetryRequests: 0 })
        return answer.readableStreamBody === undefined ? new Uint8Array() : readAll(answer.readableStreamBody)
      })
      return bytes && checkBytes(sha256, bytes)
    },
    has: async (sha256) => {
      const blob = blobOf(sha256)
      return (await call(() => blob.getProperties())) !== undefined
    },
    url: () => undefined,
  }
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array))
  return new Uint8Array(Buffer.concat(chunks))
}

function clientOf({ access, container }: AzureBlobOptions): ContainerClient {
  const clientAt = (url: string, credential: AzureTokenCredential | StorageSharedKeyCredential) => {
    const pipeline = newPipeline(credential, { retryOptions: { maxTries: 1 } })
    return new ContainerClient(`${url}/${container}`, boundEachCall(pipeline, requestTimeoutMs))
  }
  if (access.by === 'identity') return clientAt(access.url, access.credential)
  const { account, key, url } = azureConnection(access.connectionString, 'blob')
  return clientAt(url, new StorageSharedKeyCredential(account, key))
}
