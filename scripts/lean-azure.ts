import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'esbuild'
import { absentFile } from './lean-aws.ts'

/**
 * Files of the storage and identity SDKs that no function runs: checksums beside TLS's own, shared access signatures,
 * batches, leases, queries in Avro, and the identities of a laptop. Who reaches one after all gets an error that names it.
 */
const unusedFiles = [
  /[\\/]@azure[\\/]storage-common[\\/].*[\\/](StorageCRC64Calculator|StructuredMessage(Encoding|Decoding)(Stream)?)\.js$/,
  /[\\/]@azure[\\/]storage-(blob|queue)[\\/].*[\\/]((Blob|Queue|Account)?SAS(SignatureValues|QueryParameters)|(Blob|Queue)SASSignatureValues|BlobBatch(Client)?|BlobLeaseClient|BlobQueryResponse|AvroReader(able)?|AvroParser)\.js$/,
  /[\\/]@azure[\\/]identity[\\/].*[\\/](defaultAzureCredential|chainedTokenCredential)\.js$/,
  /[\\/]@azure[\\/]msal-node[\\/].*[\\/](PublicClientApplication|DeviceCodeClient|UsernamePasswordClient|LoopbackClient|OnBehalfOfClient|UserFederatedIdentityCredentialClient)\.mjs$/,
  /[\\/]@azure[\\/]msal-common[\\/].*[\\/](AuthorizationCodeClient|RefreshTokenClient|SilentFlowClient)\.mjs$/,
  /[\\/]@azure[\\/]storage-queue[\\/].*[\\/]api[\\/]service[\\/]operations\.js$/,
]

/** Packages that none runs: blob lists in Arrow, certificates and browsers to log in with, and proxies, which a function app has none of. */
const unusedPackages = /^(apache-arrow(\/.*)?|jsonwebtoken|open|https?-proxy-agent)$/

/** What of blob storage's wire format `src/blob/azure-blob.ts` needs, as the SDK names its operations and their shapes. */
const usedOperations: Readonly<Record<string, RegExp>> = {
  blob: /^(download|getProperties)$/,
  blockBlob: /^upload$/,
  container: /^create$/,
}
const usedShapes =
  /^(StorageError|(BlobGetProperties|BlobDownload|BlockBlobUpload|ContainerCreate)(Headers|ExceptionHeaders))$/
/** Shapes that other files import by name, for parameters of operations that are left out. */
const namedShapes = ['BlobServiceProperties', 'KeyInfo', 'QueryRequest', 'BlobTags', 'BlockLookupList']

const blobOperations =
  /[\\/]@azure[\\/]storage-blob[\\/].*[\\/]operations[\\/](appendBlob|blob|blockBlob|container|pageBlob|service)\.js$/
const blobShapes = /[\\/]@azure[\\/]storage-blob[\\/].*[\\/]models[\\/]mappers\.js$/

/** Microsoft's own minified build, which is smaller than what a bundler makes of the other. */
const minifiedFunctions = fileURLToPath(
  new URL('../node_modules/@azure/functions/dist/azure-functions.min.js', import.meta.url),
)

/** An esbuild plugin that leaves out what no function of Azure runs. */
export const leanAzure: Plugin = {
  name: 'lean-azure',
  setup(build) {
    for (const filter of unusedFiles)
      build.onLoad({ filter }, async ({ path }) => ({
        contents: absentFile(basename(path), await readFile(path, 'utf8')),
      }))
    build.onResolve({ filter: /^@azure\/functions$/ }, () => ({ path: minifiedFunctions }))
    build.onResolve({ filter: unusedPackages }, ({ path }) => ({ path, namespace: 'absent' }))
    build.onLoad({ filter: blobOperations }, async ({ path }) => ({
      contents: withOperations(await readFile(path, 'utf8'), usedOperations[basename(path, '.js')]),
    }))
    build.onLoad({ filter: blobShapes }, async ({ path }) => ({
      contents: withShapes(await readFile(path, 'utf8')),
    }))
  },
}

/** Takes the description of its request and answer away from every operation that is not used: then it is left out. */
function withOperations(source: string, used: RegExp | undefined): string {
  return source.replaceAll(/, (\w+)OperationSpec\);/g, (whole, name: string) =>
    used?.test(name) === true ? whole : `, { notPartOfThisBundle: ${JSON.stringify(name)} });`,
  )
}

/** The shapes that are used, and those that they are made of. */
function withShapes(source: string): string {
  const shapes = new Map(
    [...source.matchAll(/^export const (\w+) = \{[^]*?^\};$/gm)].map(([text, name]) => [name ?? '', text]),
  )
  const kept = new Set<string>()
  const keep = (name: string): void => {
    const shape = shapes.get(name)
    if (shape === undefined || kept.has(name)) return
    kept.add(name)
    for (const [, part = ''] of shape.matchAll(/className: "(\w+)"/g)) keep(part)
  }
  for (const name of shapes.keys()) if (usedShapes.test(name)) keep(name)
  const empty = namedShapes.filter((name) => !kept.has(name)).map((name) => `export const ${name} = {};`)
  return [...empty, ...[...kept].map((name) => shapes.get(name) ?? '')].join('\n')
}
