import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin, PluginBuild } from 'esbuild'
import { absentFile } from './lean-aws.ts'

/** Files of the identity SDK that no function runs: the identities of a laptop, and of machines that run no functions. */
const unusedIdentities = [
  /[\\/]@azure[\\/]identity[\\/].*[\\/](defaultAzureCredential|chainedTokenCredential)\.js$/,
  /[\\/]@azure[\\/]msal-node[\\/].*[\\/](PublicClientApplication|DeviceCodeClient|UsernamePasswordClient|LoopbackClient|OnBehalfOfClient|UserFederatedIdentityCredentialClient)\.mjs$/,
  /[\\/]@azure[\\/]msal-common[\\/].*[\\/](AuthorizationCodeClient|RefreshTokenClient|SilentFlowClient)\.mjs$/,
]

/** Packages that none runs: certificates and browsers to log in with. */
const unusedLogins = /^(jsonwebtoken|open)$/

/**
 * Files of the storage SDKs that no function runs: checksums beside TLS's own, shared access signatures, batches, leases,
 * copies, queries in Avro, lists in Arrow. Who reaches one after all gets an error that names it.
 */
const unusedFiles = [
  /[\\/]@azure[\\/]storage-common[\\/].*[\\/](StorageCRC64Calculator|BufferScheduler|StructuredMessage(Encoding|Decoding)(Stream)?)\.js$/,
  /[\\/]@azure[\\/]storage-(blob|queue)[\\/].*[\\/]((Blob|Queue|Account)?SAS(SignatureValues|QueryParameters)|(Blob|Queue)SASSignatureValues|BlobBatch(Client)?|BlobLeaseClient|BlobQueryResponse|BlobStartCopyFromUrlPoller|blobListArrowParser|AvroReader(able)?|AvroParser)\.js$/,
  /[\\/]@azure[\\/]storage-queue[\\/].*[\\/]api[\\/]service[\\/]operations\.js$/,
]

/** Packages that none runs: blob lists in Arrow, and proxies, which a function app has none of. */
const unusedPackages = /^(apache-arrow(\/.*)?|https?-proxy-agent)$/

/** What a parser of XML imports of patterns that it does not look for. */
const unusedPatterns =
  /[\\/]is-unsafe[\\/]src[\\/]contexts[\\/](svg|sql|sql-strict|shell|redos|nosql|log)\.js$/

/** What of a storage service's wire format its driver needs, as the SDK names operations and their shapes. */
interface WireFormat {
  /** By file of operations; a file that is not here has none that are used. */
  operations: Readonly<Record<string, RegExp>>
  shapes: RegExp
  /** Shapes that other files import by name, for parameters of operations that are left out. */
  named: readonly string[]
}

/** By package: what `src/blob/azure-blob.ts` and `src/store/azure-table.ts` need. */
const wireFormats: Readonly<Record<string, WireFormat>> = {
  'storage-blob': {
    operations: { blob: /^(download|getProperties)$/, blockBlob: /^upload$/, container: /^create$/ },
    shapes:
      /^(StorageError|(BlobGetProperties|BlobDownload|BlockBlobUpload|ContainerCreate)(Headers|ExceptionHeaders))$/,
    named: ['BlobServiceProperties', 'KeyInfo', 'QueryRequest', 'BlobTags', 'BlockLookupList'],
  },
  'data-tables': {
    operations: {
      table:
        /^(create|queryEntities|queryEntitiesWithPartitionAndRowKey|insertEntity|updateEntity|deleteEntity)$/,
    },
    shapes:
      /^(TableProperties|TableResponse|TableServiceError|TableEntityQueryResponse|Table(Create|QueryEntities|QueryEntitiesWithPartitionAndRowKey|InsertEntity|UpdateEntity|DeleteEntity)(Headers|ExceptionHeaders))$/,
    named: ['TableServiceProperties'],
  },
}

const operationFiles =
  /[\\/]@azure[\\/](storage-blob|data-tables)[\\/].*[\\/]operations[\\/](appendBlob|blob|blockBlob|container|pageBlob|service|table)\.js$/
const shapeFiles = /[\\/]@azure[\\/](storage-blob|data-tables)[\\/].*[\\/]models[\\/]mappers\.js$/

/** Microsoft's own minified build, which is smaller than what a bundler makes of the other. */
const minifiedFunctions = fileURLToPath(
  new URL('../node_modules/@azure/functions/dist/azure-functions.min.js', import.meta.url),
)

/** An esbuild plugin that leaves out what no function runs of the library that gives tokens for Azure. */
export const leanIdentity: Plugin = {
  name: 'lean-identity',
  setup(build) {
    for (const filter of unusedIdentities) leaveOut(build, filter)
    build.onResolve({ filter: unusedLogins }, ({ path }) => ({ path, namespace: 'absent' }))
  },
}

/** An esbuild plugin that leaves out what no function of Azure runs. */
export const leanAzure: Plugin = {
  name: 'lean-azure',
  setup(build) {
    for (const filter of unusedFiles) leaveOut(build, filter)
    build.onLoad({ filter: unusedPatterns }, () => ({ contents: 'export default []' }))
    build.onResolve({ filter: /^@azure\/functions$/ }, () => ({ path: minifiedFunctions }))
    build.onResolve({ filter: unusedPackages }, ({ path }) => ({ path, namespace: 'absent' }))
    build.onLoad({ filter: operationFiles }, async ({ path }) => ({
      contents: withOperations(
        await readFile(path, 'utf8'),
        formatOf(path, operationFiles).operations[basename(path, '.js')],
      ),
    }))
    build.onLoad({ filter: shapeFiles }, async ({ path }) => ({
      contents: withShapes(await readFile(path, 'utf8'), formatOf(path, shapeFiles)),
    }))
  },
}

function formatOf(path: string, files: RegExp): WireFormat {
  const name = files.exec(path)?.[1] ?? ''
  const format = wireFormats[name]
  if (format === undefined) throw new Error(`nothing is known of what is used of ${name}`)
  return format
}

function leaveOut(build: PluginBuild, filter: RegExp): void {
  build.onLoad({ filter }, async ({ path }) => ({
    contents: absentFile(basename(path), await readFile(path, 'utf8')),
  }))
}

/** Takes the description of its request and answer away from every operation that is not used: then it is left out. */
function withOperations(source: string, used: RegExp | undefined): string {
  return source.replaceAll(/, (\w+)OperationSpec\);/g, (whole, name: string) =>
    used?.test(name) === true ? whole : `, { notPartOfThisBundle: ${JSON.stringify(name)} });`,
  )
}

/** The shapes that are used, and those that they are made of. */
function withShapes(source: string, { shapes: used, named }: WireFormat): string {
  const shapes = new Map(
    [...source.matchAll(/^export const (\w+) = \{[^]*?^\};$/gm)].map(([text, name]) => [name ?? '', text]),
  )
  const kept = new Set<string>()
  const keep = (name: string): void => {
    const shape = shapes.get(name)
    if (shape === undefined || kept.has(name)) return
    kept.add(name)
    for (const [, part = ''] of shape.matchAll(/(?:className: "|\.\.\.)(\w+)/g)) keep(part)
  }
  for (const name of shapes.keys()) if (used.test(name)) keep(name)
  const empty = named.filter((name) => !kept.has(name)).map((name) => `export const ${name} = {};`)
  const texts = [...shapes].filter(([name]) => kept.has(name)).map(([, text]) => text)
  return [...empty, ...texts].join('\n')
}
