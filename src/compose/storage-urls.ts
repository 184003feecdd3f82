import { isAbsolute, resolve } from 'node:path'
import { azureStorageName } from '../api/azure-storage.ts'
import type { AzureStorageService } from '../api/azure-storage.ts'
import { stalled } from '../api/errors.ts'
import type { SchemedUrl } from '../api/scheme.ts'
import { chooseByScheme } from '../api/scheme.ts'

type Normalize = (url: string, parts: SchemedUrl, cwd: string) => string

/** A url whose driver wants something after the scheme: a table, a bucket. */
function named(what: string, example: string): Normalize {
  return (url, { rest }) => {
    if (rest === '') throw stalled('InvalidSetting', `"${url}" names no ${what}; write ${example}`)
    return url
  }
}

/** A file or folder of this machine; a relative one is meant from the working directory. */
function path(scheme: string, example: string): Normalize {
  return (url, { rest }, cwd) => {
    if (rest === '') throw stalled('InvalidSetting', `"${url}" names no path; write ${example}`)
    return isAbsolute(rest) ? url : `${scheme}://${resolve(cwd, rest)}`
  }
}

/** A table, queue or container of a storage account: its names are checked here already, so that a typing error is told at once. */
function inAzure(service: AzureStorageService): Normalize {
  return (url, { rest }) => {
    azureStorageName(service, rest, url)
    return url
  }
}

const asIs: Normalize = (url) => url

const stores: Readonly<Record<string, Normalize>> = {
  sqlite: path('sqlite', 'sqlite:///path/to/state.db'),
  dynamodb: named('table', 'dynamodb://table'),
  aztable: inAzure('table'),
  memory: asIs,
}

const blobs: Readonly<Record<string, Normalize>> = {
  file: path('file', 'file:///path/to/folder'),
  s3: named('bucket', 's3://bucket/prefix'),
  azblob: inAzure('blob'),
  memory: asIs,
}

const queues: Readonly<Record<string, Normalize>> = {
  https: named('queue', 'https://sqs.<region>.amazonaws.com/<account>/<name>'),
  http: named('queue', 'http://127.0.0.1:<port>/<account>/<name>'),
  sqs: named('queue', 'sqs://sqs.<region>.amazonaws.com/<account>/<name>'),
  azqueue: inAzure('queue'),
}

/** A store's url, its path made absolute. Throws `stalled` errors to be put after the setting's name. Pure. */
export function storeUrl(url: string, cwd: string): string {
  return normalize(url, stores, cwd)
}

/** A blob store's url, its path made absolute. Pure. */
export function blobsUrl(url: string, cwd: string): string {
  return normalize(url, blobs, cwd)
}

/** A queue's url. Pure. */
export function queueUrl(url: string, cwd: string): string {
  return normalize(url, queues, cwd)
}

function normalize(url: string, known: Readonly<Record<string, Normalize>>, cwd: string): string {
  const { entry, parts } = chooseByScheme(url, known)
  return entry(url, parts, cwd)
}
