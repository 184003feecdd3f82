import * as git from 'isomorphic-git'
import { HeadwaterError, stalled, transient } from '../../api/errors.ts'

/**
 * What went wrong on the way to a repository, as an error of ours. The text of the other side is left out on purpose:
 * it may repeat a url with credentials, or be a page of HTML.
 */
export function asGitError(error: unknown, where: string): HeadwaterError {
  if (error instanceof HeadwaterError) return error
  if (error instanceof git.Errors.HttpError) return fromStatus(error.data.statusCode, where, error)
  if (error instanceof git.Errors.SmartHttpError || error instanceof git.Errors.ParseError) {
    return stalled(
      'RepositoryNotFound',
      `${where} does not answer like a git repository; correct the url`,
      error,
    )
  }
  const code = networkCode(error)
  if (code !== undefined)
    return transient('NetworkError', `${where} cannot be reached (${code}); trying again`, error)
  return transient('GitOperationFailed', `${where} cannot be read (${nameOf(error)}); trying again`, error)
}

function fromStatus(status: number, where: string, cause: unknown): HeadwaterError {
  if (status === 401 || status === 403) {
    const message = `${where} refuses the credentials (HTTP ${status}); check secretRef and its rights`
    return stalled('AuthenticationFailed', message, cause)
  }
  if (status === 404 || status === 410) {
    const message = `${where} does not exist, or these credentials may not see it (HTTP ${status}); correct url or secretRef`
    return stalled('RepositoryNotFound', message, cause)
  }
  return transient('NetworkError', `${where} answers HTTP ${status}; trying again`, cause)
}

/** `fetch` says only "fetch failed"; what failed stands in its cause. */
function networkCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(error.code))
    return error.code
  if (error.cause !== undefined) return networkCode(error.cause)
  return error instanceof TypeError && error.message === 'fetch failed' ? 'fetch failed' : undefined
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
