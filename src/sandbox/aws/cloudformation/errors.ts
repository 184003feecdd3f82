/**
 * An error as CloudFormation answers it: `code` and `status` as on the wire, `message` AWS's own words. The HTTP front
 * turns it into an `<ErrorResponse>`; everything else that is thrown is a defect of the sandbox.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** As on the wire: `ValidationError`, `AlreadyExistsException`, `ChangeSetNotFound`. */
  readonly code: string
  /** HTTP status: 400 for nearly all, 404 for ChangeSetNotFound. */
  readonly status: number

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }
}

/** The answer to nearly everything that is wrong with a request. */
export function validationError(message: string): ApiError {
  return new ApiError('ValidationError', message)
}

/** How AWS's front door refuses one member of a request before the service looks at it. */
export function constraintError(value: string | undefined, member: string, constraint: string): ApiError {
  const shown = value === undefined ? 'null' : `'${value}'`
  return validationError(
    `1 validation error detected: Value ${shown} at '${member}' failed to satisfy constraint: ${constraint}`,
  )
}
