import type { Json } from './json.ts'

/** An error as ARM writes it: `{error:{code,message,target,details,additionalInfo}}`. */
export interface ErrorDetail {
  code: string
  message: string
  target?: string
  details?: ErrorDetail[]
  additionalInfo?: { type: string; info: Json }[]
}

/** What ARM refuses a request with. */
export class ArmError extends Error {
  readonly status: number
  readonly detail: ErrorDetail
  /** More headers of the answer: `retry-after`, `www-authenticate`, `x-ms-failure-cause`. */
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, detail: ErrorDetail, headers: Readonly<Record<string, string>> = {}) {
    super(`${detail.code}: ${detail.message}`)
    this.status = status
    this.detail = detail
    this.headers = headers
  }
}

/** A refusal by ARM itself, before any provider was asked: `x-ms-failure-cause: gateway`. */
export function gatewayError(
  status: number,
  code: string,
  message: string,
  more: Partial<ErrorDetail> = {},
): ArmError {
  return new ArmError(status, { code, message, ...more }, { 'x-ms-failure-cause': 'gateway' })
}

/** The body of an error's answer. */
export function errorBody(detail: ErrorDetail): Json {
  return { error: detailJson(detail) }
}

/** An error as JSON, its members in ARM's order. */
export function detailJson(detail: ErrorDetail): Json {
  const { code, message, target, details, additionalInfo } = detail
  return {
    code,
    message,
    ...(target === undefined ? {} : { target }),
    ...(details === undefined ? {} : { details: details.map((each) => detailJson(each)) }),
    ...(additionalInfo === undefined ? {} : { additionalInfo: additionalInfo.map((each) => ({ ...each })) }),
  }
}

/** 404: the group is not there. */
export function groupNotFound(name: string): ArmError {
  return gatewayError(404, 'ResourceGroupNotFound', `Resource group '${name}' could not be found.`)
}

/** 404: the subscription is not there. */
export function subscriptionNotFound(id: string): ArmError {
  return gatewayError(404, 'SubscriptionNotFound', `The subscription '${id}' could not be found.`)
}

/** 404: a resource is not there. */
export function resourceNotFound(type: string, name: string, group: string | undefined): ArmError {
  const full = interleave(type, name)
  const where = group === undefined ? '' : ` under resource group '${group}'`
  return gatewayError(
    404,
    'ResourceNotFound',
    `The Resource '${full}'${where} was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  )
}

/** `NS/a/x/b/y` of the type `NS/a/b` and the name `x/y`: how ARM names a resource in its sentences. */
export function interleave(type: string, name: string): string {
  const [namespace = '', ...types] = type.split('/')
  const names = name.split('/')
  return [namespace, ...types.flatMap((part, index) => [part, names[index] ?? ''])].join('/')
}
