import { describe, expect, test } from 'vitest'
import { firstLeaf, leafErrors } from './arm-error.ts'
import { errorOfAnswer, isPassing } from './errors.ts'

/** Status and code, then the class and reason. */
const table: [number, string, string, string][] = [
  [409, 'DeploymentActive', 'wait', 'OperationInProgress'],
  [409, 'DeploymentStackInNonTerminalState', 'wait', 'OperationInProgress'],
  [409, 'AnotherOperationInProgress', 'wait', 'OperationInProgress'],
  [409, 'ResourceGroupBeingDeleted', 'wait', 'OperationInProgress'],
  [429, 'RetryableErrorDueToAnotherOperation', 'wait', 'OperationInProgress'],
  [409, 'RetryableError', 'wait', 'OperationInProgress'],
  [429, 'SubscriptionRequestsThrottled', 'backoff', 'Throttled'],
  [429, 'TooManyRequests', 'backoff', 'Throttled'],
  [403, 'AuthorizationFailed', 'backoff', 'AccessDenied'],
  [400, 'PrincipalNotFound', 'backoff', 'AccessDenied'],
  [401, 'ExpiredAuthenticationToken', 'backoff', 'AuthenticationFailed'],
  [403, 'RequestDisallowedByPolicy', 'stalled', 'PolicyRefused'],
  [404, 'DeploymentNotFound', 'wait', 'NotFound'],
  [404, 'DeploymentStackResourceNotFound', 'wait', 'NotFound'],
  [404, 'ResourceGroupNotFound', 'wait', 'ScopeNotFound'],
  [404, 'SubscriptionNotFound', 'wait', 'ScopeNotFound'],
  [404, 'InvalidResourceNamespace', 'stalled', 'CallRefused'],
  [400, 'InvalidTemplate', 'stalled', 'InvalidTemplate'],
  [400, 'InvalidTemplateDeployment', 'stalled', 'InvalidTemplate'],
  [409, 'QuotaExceeded', 'stalled', 'QuotaExceeded'],
  [409, 'DeploymentQuotaExceeded', 'stalled', 'QuotaExceeded'],
  [409, 'SkuNotAvailable', 'stalled', 'QuotaExceeded'],
  [409, 'StorageAccountAlreadyTaken', 'stalled', 'CallRefused'],
  [408, 'RequestTimeout', 'backoff', 'CloudUnavailable'],
  [500, 'InternalServerError', 'backoff', 'CloudUnavailable'],
  [503, 'ServiceUnavailable', 'backoff', 'CloudUnavailable'],
  [504, 'GatewayTimeout', 'backoff', 'CloudUnavailable'],
]

describe('what ARM refuses with is classed by what comes next', () => {
  test.each(table)('%i %s: %s %s', (status, code, errorClass, reason) => {
    const body = { error: { code, message: 'words' } }
    expect(errorOfAnswer('PUT deployment x', { status, body })).toMatchObject({
      class: errorClass,
      reason,
      message: `PUT deployment x: ${code}: words`,
    })
  })
  test('a busy stack is told by words', () => {
    const message = "x could not be deployed as it is already in a non-terminal state 'Deploying'"
    const body = { error: { code: 'Conflict', message } }
    expect(errorOfAnswer('PUT', { status: 409, body })).toMatchObject({ class: 'wait' })
  })
  test('what is nested decides too', () => {
    const details = [{ code: 'AuthorizationFailed', message: 'no right' }]
    const body = { error: { code: 'InvalidTemplateDeployment', message: 'see details', details } }
    expect(errorOfAnswer('PUT', { status: 400, body })).toMatchObject({
      reason: 'AccessDenied',
      message: 'PUT: AuthorizationFailed: no right',
    })
  })
  test('an answer that is no JSON, and none at all', () => {
    expect(errorOfAnswer('GET', { status: 502, body: '<html>\u0007bad</html>' }).message).toBe(
      'GET: Unknown: <html> bad</html>',
    )
    expect(errorOfAnswer('GET', { status: 502, body: '' }).message).toBe('GET: Unknown: no details')
  })
})

describe('the innermost error', () => {
  const deep = {
    code: 'DeploymentFailed',
    message: 'At least one resource deployment operation failed.',
    details: [
      {
        code: 'Conflict',
        message: JSON.stringify({
          status: 'Failed',
          error: {
            code: 'ResourceDeploymentFailure',
            message: 'The resource write operation failed.',
            details: [{ code: 'AllocationFailed', message: 'no room', target: 'vm' }],
          },
        }),
      },
      {
        code: 'BadRequest',
        message: 'Failed: {"Error":{"Code":"InvalidSize","Message":"too big"}} after all',
      },
    ],
  }
  test('through details and JSON in texts, in any letter case', () => {
    expect(leafErrors({ error: deep })).toEqual([
      { code: 'AllocationFailed', message: 'no room', target: 'vm' },
      { code: 'InvalidSize', message: 'too big' },
    ])
    expect(firstLeaf(deep).code).toBe('AllocationFailed')
  })
  test('JSON that is no error is left as it is', () => {
    const message = `disallowed: '[{"policyAssignment":{"name":"p"}}]'`
    expect(leafErrors({ error: { code: 'RequestDisallowedByPolicy', message } })).toEqual([
      { code: 'RequestDisallowedByPolicy', message },
    ])
  })
  test('errors in errors without end', () => {
    let error: Record<string, unknown> = { code: 'Last', message: 'm' }
    for (let depth = 0; depth < 100; depth++) error = { code: `C${depth}`, message: 'm', details: [error] }
    expect(leafErrors(error)).toHaveLength(1)
  })
})

test.each([
  ['PrincipalNotFound', true],
  ['AuthorizationFailed', true],
  ['RetryableErrorDueToAnotherOperation', true],
  ['ServiceUnavailable', true],
  ['InvalidTemplate', false],
  ['RequestDisallowedByPolicy', false],
])('%s may pass: %s', (code, want) => {
  expect(isPassing(code)).toBe(want)
})
