import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '../../api/clock.ts'
import type { CloudFormationEngine } from './cloudformation/engine.ts'
import { ApiError } from './cloudformation/errors.ts'
import type { Credential } from './credential.ts'
import type { Identities, Identity } from './identity.ts'
import type { QueryRequest } from './query.ts'
import { decodeQuery } from './query.ts'
import { addressOf } from './s3/address.ts'
import type { Buckets } from './s3/buckets.ts'
import { S3Error } from './s3/errors.ts'
import { handleS3, s3ErrorBody, s3Operation } from './s3/handle.ts'
import type { HttpAnswer } from '../http.ts'
import type { StackNames } from './stack-names.ts'
import { handleSts } from './sts.ts'
import { queryAnswer, queryError } from './xml.ts'

/** A request, read to its end. */
export interface HttpRequest {
  method: string
  /** Host and path as the client wrote them. */
  url: URL
  headers: IncomingHttpHeaders
  body: Uint8Array
}

/** The services behind the front. */
export interface Services {
  clock: Clock
  engine: CloudFormationEngine
  identities: Identities
  buckets: Buckets
  stackNames: StackNames
}

const queryServices: Record<string, { version: string; xmlns: string }> = {
  cloudformation: { version: '2010-05-15', xmlns: 'http://cloudformation.amazonaws.com/doc/2010-05-15/' },
  sts: { version: '2011-06-15', xmlns: 'https://sts.amazonaws.com/doc/2011-06-15/' },
}

/** One call: what it is, how it is answered, and how an error of it looks. */
export interface Call {
  service: string
  action: string
  stack?: string | undefined
  act(who: Identity): HttpAnswer | Promise<HttpAnswer>
  refuse(error: ApiError): HttpAnswer
}

/** What the signature says of a request, and the id it was given. */
export interface CallPlace {
  credential: Credential | undefined
  region: string
  requestId: string
}

/** Which call a request is: its service by the signature's scope, else by the API version it names, else S3. */
export function callOf(services: Services, request: HttpRequest, place: CallPlace): Call {
  const query = queryOf(request)
  const service =
    place.credential?.service ??
    Object.keys(queryServices).find((name) => queryServices[name]?.version === query?.version) ??
    's3'
  if (query !== undefined && queryServices[service] !== undefined) {
    return queryCall(services, service, query, place)
  }
  return service === 's3' ? s3Call(services, request, place) : unknownCall(service, request, query, place)
}

function queryOf(request: HttpRequest): QueryRequest | undefined {
  const type = request.headers['content-type'] ?? ''
  const form =
    request.method === 'POST' && type.startsWith('application/x-www-form-urlencoded')
      ? new URLSearchParams(Buffer.from(request.body).toString('utf8'))
      : request.url.searchParams
  return decodeQuery(form)
}

function queryCall(services: Services, service: string, query: QueryRequest, place: CallPlace): Call {
  const { action, input } = query
  const { requestId, region } = place
  const xmlns = queryServices[service]?.xmlns ?? ''
  const xml = (status: number, body: string): HttpAnswer => ({
    status,
    headers: { 'content-type': 'text/xml' },
    body,
  })
  return {
    service,
    action,
    stack: service === 'cloudformation' ? services.stackNames.of(input) : undefined,
    async act(who) {
      if (service === 'sts') {
        const result = handleSts(action, input, who, services.identities)
        return xml(200, queryAnswer({ action, xmlns, result, requestId }))
      }
      const context = { account: who.account, region, principalArn: who.arn, requestId }
      const result = await services.engine.handle(action, input, context)
      services.stackNames.learn(input, result)
      return xml(200, queryAnswer({ action, xmlns, result, requestId }))
    },
    refuse: ({ code, message, status }) =>
      xml(status, queryError({ code, message, status, xmlns, requestId })),
  }
}

function s3Call(services: Services, request: HttpRequest, place: CallPlace): Call {
  const { method, url, headers, body } = request
  const { region, requestId } = place
  const address = addressOf(url.host, url.pathname) ?? { bucket: '', key: '' }
  const call = { method, address, query: url.searchParams, headers }
  const action = s3Operation(call)
  return {
    service: 's3',
    action,
    act: ({ account }) =>
      handleS3(services.buckets, action, {
        ...call,
        body,
        account,
        region,
        requestId,
        now: services.clock.now(),
      }),
    refuse: (error) => ({
      status: error.status,
      headers: { 'content-type': 'application/xml' },
      body:
        method === 'HEAD'
          ? ''
          : s3ErrorBody({
              code: error.code,
              message: error.message,
              requestId,
              members: error instanceof S3Error ? error.members : {},
            }),
    }),
  }
}

/** A service that is not here: said in the form that its client reads. */
function unknownCall(
  service: string,
  request: HttpRequest,
  query: QueryRequest | undefined,
  place: CallPlace,
): Call {
  const target = String(request.headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1)
  return {
    service,
    action: query?.action ?? (target === undefined || target === '' ? request.method : target),
    act: () => {
      throw new ApiError(
        'NotImplemented',
        `the sandbox has no ${service}; it has cloudformation, sts and s3`,
        501,
      )
    },
    refuse: ({ code, message, status }) =>
      query === undefined
        ? {
            status,
            headers: { 'content-type': 'application/x-amz-json-1.1' },
            body: JSON.stringify({ __type: code, message }),
          }
        : {
            status,
            headers: { 'content-type': 'text/xml' },
            body: queryError({ code, message, status, xmlns: '', requestId: place.requestId }),
          },
  }
}
