/** An object in S3; an empty key is the bucket itself. */
export interface ObjectAddress {
  bucket: string
  key: string
}

// s3, s3-eu-west-1, s3.eu-west-1, s3.dualstack.eu-west-1, s3-fips.eu-west-1, s3-external-1, s3-accelerate
const serviceHost = String.raw`s3(?:[.-][a-z0-9-]+){0,3}\.amazonaws\.com(?:\.cn)?`
const pathStyleHost = new RegExp(`^${serviceHost}$`)
const virtualHost = new RegExp(String.raw`^(.+)\.${serviceHost}$`)
const loopback = /^(?:127(?:\.\d+){3}|\[::1\]|localhost|s3(?:\.[a-z0-9-]+)?\.localhost)$/

/**
 * The bucket that a Host header names, for requests in virtual-hosted style: `BUCKET.s3.REGION.amazonaws.com` (through
 * a proxy) or `BUCKET.localhost`, `BUCKET.s3.localhost`. Undefined: the bucket is the path's first segment.
 */
export function bucketOfHost(host: string): string | undefined {
  const name = host.replace(/:\d+$/, '').toLowerCase()
  if (loopback.test(name) || pathStyleHost.test(name)) return undefined
  return virtualHost.exec(name)?.[1] ?? /^(.+?)(?:\.s3(?:\.[a-z0-9-]+)?)?\.localhost$/.exec(name)?.[1]
}

/** Where in S3 a request goes: the host's bucket, or else the path's first segment; both parts decoded. Undefined for a path that is not well encoded. */
export function addressOf(host: string, pathname: string): ObjectAddress | undefined {
  try {
    const path = decodeURIComponent(pathname.replace(/^\//, ''))
    const bucket = bucketOfHost(host)
    if (bucket !== undefined) return { bucket, key: path }
    const slash = path.indexOf('/')
    return slash < 0
      ? { bucket: path, key: '' }
      : { bucket: path.slice(0, slash), key: path.slice(slash + 1) }
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

/**
 * The object behind the URL of a template, in every shape that people write: path style and virtual-hosted style,
 * global, regional, legacy (`s3-REGION`), dual-stack and FIPS endpoints, `s3://BUCKET/KEY`, and this machine's own
 * address. Undefined for a URL that is no object's.
 */
export function objectOfUrl(url: string): ObjectAddress | undefined {
  const plain = /^s3:\/\/([^/]+)\/(.+)$/.exec(url)
  if (plain?.[1] !== undefined && plain[2] !== undefined) return { bucket: plain[1], key: plain[2] }
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return undefined
  const { hostname, pathname } = new URL(url)
  const known =
    loopback.test(hostname) || pathStyleHost.test(hostname) || bucketOfHost(hostname) !== undefined
  const address = known ? addressOf(hostname, pathname) : undefined
  return address === undefined || address.bucket === '' || address.key === '' ? undefined : address
}
