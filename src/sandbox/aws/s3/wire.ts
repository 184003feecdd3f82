import type { IncomingHttpHeaders } from 'node:http'
import type { ObjectAddress } from './address.ts'

/** One request to S3, as the HTTP front hands it over. */
export interface S3Request {
  method: string
  address: ObjectAddress
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Uint8Array
  account: string
  region: string
  requestId: string
  now: number
}

/** The XML namespace of S3's answers. */
export const s3Namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'
