import { expect, test } from 'vitest'
import { translateError } from './errors.ts'

/** Name and message as the SDK throws them, then class and reason as ours. */
const cases: [string, string, number, string, string][] = [
  ['Throttling', 'Rate exceeded', 400, 'backoff', 'Throttled'],
  ['ThrottlingException', 'Rate exceeded', 400, 'backoff', 'Throttled'],
  ['InternalFailure', 'We had a problem', 500, 'backoff', 'CloudUnavailable'],
  ['TimeoutError', 'socket hang up', 0, 'backoff', 'CloudUnavailable'],
  [
    'AccessDenied',
    'User is not authorized to perform: cloudformation:CreateChangeSet',
    403,
    'backoff',
    'AccessDenied',
  ],
  [
    'ExpiredToken',
    'The security token included in the request is expired',
    403,
    'backoff',
    'AuthenticationFailed',
  ],
  [
    'CredentialsProviderError',
    'Could not load credentials from any providers',
    0,
    'backoff',
    'CredentialsUnavailable',
  ],
  ['Error', 'Region is missing', 0, 'stalled', 'RegionMissing'],
  ['ValidationError', 'Stack with id web does not exist', 400, 'wait', 'NotFound'],
  ['ValidationError', 'Stack [web] does not exist', 400, 'wait', 'NotFound'],
  ['ChangeSetNotFoundException', 'ChangeSet [x] does not exist', 404, 'wait', 'NotFound'],
  ['ValidationError', 'S3 error: The specified bucket does not exist', 400, 'stalled', 'ValidationError'],
  ['AlreadyExistsException', 'ChangeSet x already exists', 400, 'wait', 'OperationInProgress'],
  ['TokenAlreadyExistsException', 'token', 400, 'wait', 'OperationInProgress'],
  ['OperationInProgressException', 'another one', 400, 'wait', 'OperationInProgress'],
  ['StaleRequestException', 'stale', 400, 'wait', 'OperationInProgress'],
  [
    'InvalidChangeSetStatusException',
    'ChangeSet [x] cannot be executed in its current status of [FAILED]',
    400,
    'wait',
    'OperationInProgress',
  ],
  [
    'ValidationError',
    'Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.',
    400,
    'wait',
    'OperationInProgress',
  ],
  [
    'ValidationError',
    'Stack:arn is in ROLLBACK_COMPLETE state and can not be updated.',
    400,
    'wait',
    'OperationInProgress',
  ],
  [
    'ValidationError',
    'Stack [web] already exists and cannot be created again with the changeSet [x].',
    400,
    'wait',
    'OperationInProgress',
  ],
  ['ValidationError', 'Parameters: [Input] must have values', 400, 'stalled', 'ValidationError'],
  ['ValidationError', 'Template format error: unsupported structure.', 400, 'stalled', 'ValidationError'],
  [
    'InsufficientCapabilitiesException',
    'Requires capabilities : [CAPABILITY_IAM]',
    400,
    'stalled',
    'InsufficientCapabilities',
  ],
  ['LimitExceededException', 'too many stacks', 400, 'stalled', 'LimitExceeded'],
  ['SomethingNew', 'no', 400, 'stalled', 'CallRefused'],
]

test.each(cases)('%s: %s', (name, message, httpStatusCode, wantClass, wantReason) => {
  const error = Object.assign(new Error(message), { name, $metadata: { httpStatusCode } })
  const translated = translateError('CreateChangeSet', error)
  expect([translated.class, translated.reason]).toEqual([wantClass, wantReason])
  expect(translated.cause).toBe(error)
})

test('what is thrown without a name is transient, and said', () => {
  expect(translateError('X', 'boom')).toMatchObject({ class: 'backoff', message: 'X: boom (unknown error)' })
})

test('control characters of a message are taken out', () => {
  expect(translateError('X', new Error('a\u001b[31mb\nc')).message).toBe('X: a [31mb c (Error)')
})
