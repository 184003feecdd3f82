import type { IncomingHttpHeaders } from 'node:http'

/** What a signature's scope says of a request. The signature itself is not checked. */
export interface Credential {
  accessKeyId: string
  region: string
  /** As in the scope: `cloudformation`, `sts`, `s3`. */
  service: string
}

const noRegion = 'us-east-1'

/**
 * The credential scope of a request: from the Authorization header (SigV4, or SigV4a, whose scope names no region) or
 * from a presigned URL. Undefined for an unsigned request.
 */
export function readCredential(headers: IncomingHttpHeaders, query: URLSearchParams): Credential | undefined {
  const scope =
    /^AWS4-\S+\s.*?Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ??
    query.get('X-Amz-Credential') ??
    undefined
  if (scope === undefined) return undefined
  const parts = scope.split('/')
  const accessKeyId = parts[0]
  const service = parts.at(-2)
  if (accessKeyId === undefined || service === undefined || parts.length < 4) return undefined
  // key/date/region/service/aws4_request, and without the region for SigV4a.
  const region = parts.length >= 5 ? (parts[2] ?? noRegion) : signingRegion(headers)
  return { accessKeyId, region, service }
}

function signingRegion(headers: IncomingHttpHeaders): string {
  const set = headers['x-amz-region-set']
  const first = (Array.isArray(set) ? set[0] : set)?.split(',')[0]?.trim()
  return first === undefined || first === '' || first === '*' ? noRegion : first
}
