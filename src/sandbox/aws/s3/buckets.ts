import { createHash } from 'node:crypto'

/** An object as it is kept. */
export interface StoredObject {
  key: string
  bytes: Uint8Array
  /** With its quotes. */
  etag: string
  modifiedAt: number
  /** What is answered again with the object: content type, user metadata, checksums; names in lower case. */
  headers: Record<string, string>
}

/** A bucket; its name is one for all accounts, as in AWS. */
export interface Bucket {
  name: string
  account: string
  region: string
  createdAt: number
  objects: Map<string, StoredObject>
}

/** Everything that is in the sandbox's S3. */
export interface Buckets {
  get(name: string): Bucket | undefined
  /** The account's, by name. */
  list(account: string): Bucket[]
  create(bucket: Omit<Bucket, 'objects'>): Bucket
  delete(name: string): void
  clear(): void
}

/** An empty S3, in memory. */
export function createBuckets(): Buckets {
  const buckets = new Map<string, Bucket>()
  return {
    get: (name) => buckets.get(name),
    list: (account) =>
      [...buckets.values()]
        .filter((bucket) => bucket.account === account)
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    create(bucket) {
      const made = { ...bucket, objects: new Map<string, StoredObject>() }
      buckets.set(bucket.name, made)
      return made
    },
    delete(name) {
      buckets.delete(name)
    },
    clear() {
      buckets.clear()
    },
  }
}

/** The ETag of an object that was not uploaded in parts. */
export function etagOf(bytes: Uint8Array): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`
}

/** A page of a listing. */
export interface ListPage {
  objects: StoredObject[]
  commonPrefixes: string[]
  /** The last key or common prefix of a truncated page: the next one starts behind it. */
  nextAfter?: string
}

/** A page of the bucket's keys in UTF-8 order, rolled up to common prefixes where a delimiter is given. */
export function listObjects(
  bucket: Bucket,
  options: { prefix: string; delimiter: string; after: string; limit: number },
): ListPage {
  const { prefix, delimiter, after, limit } = options
  const page: ListPage = { objects: [], commonPrefixes: [] }
  let last = ''
  const keys = [...bucket.objects.values()]
    .filter(({ key }) => key.startsWith(prefix))
    .sort((a, b) => compareUtf8(a.key, b.key))
  for (const object of keys) {
    const cut = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length)
    const entry = cut < 0 ? object.key : object.key.slice(0, cut + delimiter.length)
    const seen = entry === last && cut >= 0
    if (!seen && compareUtf8(entry, after) > 0) {
      if (page.objects.length + page.commonPrefixes.length >= limit) return { ...page, nextAfter: last }
      if (cut < 0) page.objects.push(object)
      else page.commonPrefixes.push(entry)
      last = entry
    }
  }
  return page
}

function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
