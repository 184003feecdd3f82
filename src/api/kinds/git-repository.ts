import * as z from 'zod'
import { gitProviders, providerProblem } from '../git-provider.ts'
import { patternProblems } from '../ignore-patterns.ts'
import { durationSchema, scheduleFields, secretReferenceSchema } from './common.ts'

const refSchema = z
  .strictObject({
    branch: z.string().min(1).optional().describe('Branch to follow. Default when `ref` is absent: `main`.'),
    tag: z.string().min(1).optional().describe('Tag to stay at; an annotated tag stands for its commit.'),
    semver: z
      .string()
      .min(1)
      .optional()
      .describe('Range of versions, `>=1.2.0 <2.0.0`: the highest tag in it is followed.'),
    tagPrefix: z
      .string()
      .min(1)
      .optional()
      .describe(
        'With `semver`: only tags that begin with it, `web/v` for `web/v1.2.3`; the version is what follows.',
      ),
    name: z
      .string()
      .regex(/^refs\//, 'write a full ref name that starts with refs/')
      .optional()
      .describe('Full ref name, `refs/pull/420/head`.'),
    commit: z
      .string()
      .regex(/^[0-9a-f]{40}$/, 'write all 40 hex digits of the commit')
      .optional()
      .describe('Commit to stay at; with `branch` beside it, it must lie on that branch.'),
  })
  .refine(
    (ref) => Object.keys(ref).some((key) => key !== 'tagPrefix'),
    'name one of branch, tag, semver, name, commit',
  )
  .refine(
    (ref) => ref.tagPrefix === undefined || ref.semver !== undefined,
    'tagPrefix is for semver; name a range too',
  )

/** A login in a url would stand in every record and message that names it, so it is not even repeated here. */
function urlProblem(url: string): string {
  const shown = url.replace(/\/\/[^/]*@/, '//…@')
  if (shown !== url) return `"${shown}" holds credentials; leave them out and name them by secretRef`
  return `"${url}" is no repository url; write https://host/path, or the absolute path of a local repository`
}

const fields = z.strictObject({
  url: z
    .string()
    .regex(
      /^(https?:\/\/[^\s/?#@]+([/?#][^\s]*)?|ssh:\/\/([\w.-]+@)?[^\s/?#@]+\/[^\s]+|file:\/\/\/[^\s]+|\/[^\s]*)$/,
      {
        error: (issue) => urlProblem(String(issue.input)),
      },
    )
    .describe('`https://` or `ssh://` url, or the absolute path of a repository on this machine.'),
  ref: refSchema
    .default({ branch: 'main' })
    .describe('What to follow. Precedence as in Flux: commit, name, semver, tag, branch.'),
  secretRef: secretReferenceSchema
    .optional()
    .describe(
      'Reference to the credentials: a token, `user:password`, or JSON `{"username": …, "password": …}`; for ssh JSON `{"identity": …, "known_hosts": …}`; for a GitHub App JSON `{"githubAppID": …, "githubAppInstallationID": …, "githubAppPrivateKey": …}`.',
    ),
  provider: z
    .enum(gitProviders)
    .optional()
    .describe(
      'Who signs in: `generic` (default) sends what `secretRef` holds; `github` a token of the GitHub App that it holds; `aws` signs for CodeCommit by the role of the controller; `azure` sends a token of its Entra identity to Azure DevOps.',
    ),
  ignore: z
    .string()
    .max(65_536, 'is longer than 65,536 characters; leave out whole folders instead of single files')
    .superRefine((text, context) => {
      for (const message of patternProblems(text)) context.addIssue({ code: 'custom', message })
    })
    .optional()
    .describe(
      'What of the repository is not read: patterns as in `.gitignore`, a line each, from its root. They stand in place of the default exclusions. The `.sourceignore` files of the repository are always heeded; these patterns come after them, so these have the last word.',
    ),
  verify: z
    .strictObject({
      mode: z
        .enum(['HEAD', 'Tag', 'TagAndHEAD'])
        .default('HEAD')
        .describe('What must be signed: the commit, the annotated tag that it was found by, or both.'),
      signers: secretReferenceSchema.describe(
        'Reference to the keys that may sign: armored PGP public keys, lines of `allowed_signers`, or both in one text.',
      ),
    })
    .optional()
    .describe('Only signed revisions are handed on, and only those that descend from the last one.'),
  staleAfter: durationSchema
    .optional()
    .describe(
      'Warn, by an event, when the repository could not be read, or its head did not move, for longer than this.',
    ),
  forcePush: z
    .enum(['allow', 'refuse'])
    .default('allow')
    .describe(
      'Whether a rewritten history is followed, with an event that tells so. `refuse`: only descendants of the last revision are, until `spec` changes.',
    ),
  bicep: z
    .strictObject({
      registries: z
        .array(
          z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d{1,5})?$/, {
            error: (issue) =>
              `"${String(issue.input)}" is not the host of a registry; write it like mcr.microsoft.com`,
          }),
        )
        .max(20)
        .default([])
        .describe(
          'Hosts of the registries that Bicep files of this repository may take modules and extensions from (`br:`). With none the compiler has no network.',
        ),
    })
    .optional()
    .describe('What the Bicep compiler may do with files of this repository.'),
  timeout: durationSchema.default('60s').describe('Deadline of one look at the repository.'),
  ...scheduleFields,
  interval: durationSchema
    .default('1m')
    .describe('How often the remote head is compared with the last one seen.'),
})

/** Where truth lives. */
export const gitRepositorySpec = fields.check(({ value, issues }) => {
  const { provider = 'generic', url, secretRef } = value
  const tell = (path: string, message: string): void => {
    issues.push({ code: 'custom', path: [path], message, input: value })
  }
  const problem = providerProblem(provider, url)
  if (problem !== undefined) tell('provider', problem)
  if (provider === 'github' && secretRef === undefined)
    tell('secretRef', 'provider github needs a reference to the GitHub App')
})

/** The spec of a GitRepository, defaults filled in. */
export type GitRepositorySpec = z.infer<typeof gitRepositorySpec>
