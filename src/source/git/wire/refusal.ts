import { HeadwaterError, stalled, transient } from '../../../api/errors.ts'

/** The reason of a refusal that names a filter: whoever asked may ask again with another. Never leaves this room. */
export const filterRefused = 'FilterRefused'

/** Whether a server does not hand out an object by its id. */
export function isRefused(error: unknown): boolean {
  return error instanceof HeadwaterError && error.reason === 'RefNotFound'
}

/**
 * What a server says when it refuses (an `ERR` packet, the error side band), as an error of ours. Its words are told
 * only where they are known: they may repeat a url with credentials.
 */
export function remoteRefusal(where: string, text: string): HeadwaterError {
  const missing = /not our ref ([0-9a-f]{40})/.exec(text)?.[1]
  if (missing !== undefined) {
    return stalled('RefNotFound', `${where} has no commit ${missing}; it was never pushed, or is gone`)
  }
  if (/filter|unexpected line/i.test(text)) {
    return new HeadwaterError(`${where} refuses the filter`, { class: 'backoff', reason: filterRefused })
  }
  if (
    /not found|does not exist|not appear to be a git repository|access denied|could not be found|cannot find/i.test(
      text,
    )
  ) {
    return stalled(
      'RepositoryNotFound',
      `${where} does not exist, or these credentials may not see it; correct url or secretRef`,
    )
  }
  if (/not authorized|unauthorized|permission denied|forbidden/i.test(text)) {
    return stalled('AuthenticationFailed', `${where} refuses the credentials; check secretRef and its rights`)
  }
  if (/unadvertised object/i.test(text)) {
    return stalled('RefNotFound', `${where} does not hand out a commit that no ref points at; name a branch`)
  }
  return transient('GitOperationFailed', `${where} refuses to send what was asked for; trying again`)
}
