import type { ArmError, ErrorDetail } from '../errors.ts'
import { detailJson } from '../errors.ts'

const listOperations = 'Please list deployment operations for details.'

/** Why a deployment failed: the failures of what it deployed, each down to its leaf. */
export function deploymentFailure(
  id: string,
  apiVersion: string,
  details: readonly ErrorDetail[],
): ErrorDetail {
  const help = tellsTarget(apiVersion)
    ? 'Please see https://aka.ms/arm-deployment-operations for usage details.'
    : 'Please see https://aka.ms/DeployOperations for usage details.'
  return {
    code: 'DeploymentFailed',
    ...(tellsTarget(apiVersion) ? { target: id } : {}),
    message: `At least one resource deployment operation failed. ${listOperations} ${help}`,
    details: [...details],
  }
}

/** A resource whose provider took the write and failed at it. */
export function laterFailure(id: string, apiVersion: string, error: ErrorDetail): ErrorDetail {
  return {
    code: 'ResourceDeploymentFailure',
    ...(tellsTarget(apiVersion) ? { target: id } : {}),
    message: `The resource write operation failed to complete successfully, because it reached terminal provisioning state 'Failed'.`,
    details: [error],
  }
}

/** A nested deployment that failed: in the old way as text of JSON, since 2021 as details. */
export function nestedFailure(id: string, apiVersion: string, error: ErrorDetail): ErrorDetail {
  const failure = laterFailure(id, apiVersion, error)
  return tellsTarget(apiVersion)
    ? failure
    : { code: 'Conflict', message: asText({ status: 'Failed', error: detailJson(failure) }) }
}

/** A provider's refusal that is not in ARM's form: the reason of its status, and its body as text. */
export function textFailure(status: number, error: ErrorDetail): ErrorDetail {
  return { code: reasonOf(status), message: asText({ error: detailJson(error) }) }
}

/** The refusal of a resource as the deployment tells it. */
export function requestFailure(error: ArmError, isText: boolean): ErrorDetail {
  return isText ? textFailure(error.status, error.detail) : error.detail
}

const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  412: 'PreconditionFailed',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  503: 'ServiceUnavailable',
}

/** `BadRequest`, `Conflict` …: how operations and errors name an HTTP status. */
export function reasonOf(status: number): string {
  return reasons[status] ?? (status < 500 ? 'BadRequest' : 'InternalServerError')
}

// Seen in recordings: none in 2020, there in 2023.
function tellsTarget(apiVersion: string): boolean {
  return apiVersion >= '2021-01-01'
}

function asText(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', '\r\n')
}
