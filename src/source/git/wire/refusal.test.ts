import { expect, test } from 'vitest'
import { remoteRefusal } from './refusal.ts'

const oid = 'deadbeef'.repeat(5)
const missing = 'RepositoryNotFound'
const denied = 'AuthenticationFailed'

/** What servers say, in their own words. */
const said: { who: string; text: string; reason: string; class?: string }[] = [
  { who: 'git', text: `upload-pack: not our ref ${oid}`, reason: 'RefNotFound' },
  {
    who: 'git before v2',
    text: `Server does not allow request for unadvertised object ${oid}`,
    reason: 'RefNotFound',
  },
  { who: 'git over ssh', text: "fatal: '/srv/gone' does not appear to be a git repository", reason: missing },
  {
    who: 'git without filters',
    text: "unexpected line: 'filter tree:0'",
    reason: 'FilterRefused',
    class: 'backoff',
  },
  {
    who: 'git with some filters',
    text: "filter 'tree' not supported",
    reason: 'FilterRefused',
    class: 'backoff',
  },
  { who: 'GitHub', text: 'ERROR: Repository not found.', reason: missing },
  {
    who: 'GitLab',
    text: "ERROR: The project you were looking for could not be found or you don't have permission to view it.",
    reason: missing,
  },
  { who: 'Bitbucket', text: 'repository does not exist / access denied.', reason: missing },
  { who: 'Gitea', text: 'Gitea: Cannot find repository: ana/gone', reason: missing },
  { who: 'Gitea', text: 'Gitea: Repository does not exist or you do not have access to it', reason: missing },
  {
    who: 'Gitea',
    text: 'Gitea: Unauthorized\nDeploy Key: 1:deploy is not authorized to read ana/other.',
    reason: denied,
  },
  {
    who: 'Azure DevOps',
    text: 'remote: TF401019: The Git repository with name or identifier x does not exist',
    reason: missing,
  },
  {
    who: 'a disk full',
    text: 'fatal: write error: No space left',
    reason: 'GitOperationFailed',
    class: 'backoff',
  },
]
test.each(said)('$who: $text', ({ text, reason, class: errorClass = 'stalled' }) => {
  const error = remoteRefusal('host', `${text}\ncanary`)
  expect(error).toMatchObject({ reason, class: errorClass })
  expect(error.message).not.toContain('canary')
})
