import { azureDevOpsHost, codeCommitHost, type GitProvider } from '../../api/git-provider.ts'

/** What is particular about a git host. A host that is not here works by asking it. */
export interface GitHost {
  name: string
  /** Matches the host of a url, by https and by ssh; absent for what people run themselves, under any name. */
  pattern?: RegExp
  /** How its urls look. */
  form: string
  /** Its page in docs/git-hosts. */
  page: string
  /** The user that a bare token is sent with; others take any. */
  tokenUser?: string
  /** Filters that it is known to refuse, though it says that it can filter: spares a request. */
  refusedFilters?: readonly string[]
  /** A url that ends with `.git` is another repository, which does not exist. */
  isBareName?: boolean
  /** Who may sign in besides what a secret holds. */
  provider?: GitProvider
}

/**
 * The one table of hosts and their quirks, from their documentation; a person's view of the same is docs/git-hosts.
 * GitHub and Azure DevOps filter by `blob:none` and `tree:0` alone; Bitbucket Cloud and CodeCommit do not say that they can
 * filter. How each says no is in `http/http-wire.ts` and `http/throttled.ts`.
 */
export const gitHosts: readonly GitHost[] = [
  {
    name: 'GitHub',
    pattern: /^((ssh\.)?github\.com|[^.]+\.ghe\.com)$/,
    form: 'https://github.com/OWNER/NAME',
    page: 'github.md',
    // https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation
    tokenUser: 'x-access-token',
    refusedFilters: ['combine', 'tree:1'],
    provider: 'github',
  },
  {
    name: 'GitHub Enterprise Server',
    form: 'https://HOST/OWNER/NAME',
    page: 'github.md',
    provider: 'github',
  },
  {
    name: 'GitLab',
    pattern: /^(altssh\.)?gitlab\.com$/,
    form: 'https://gitlab.com/GROUP/NAME.git',
    page: 'gitlab.md',
    // Any user will do: https://docs.gitlab.com/user/profile/personal_access_tokens/#clone-repository-using-personal-access-token
    tokenUser: 'oauth2',
  },
  {
    name: 'Bitbucket Cloud',
    pattern: /^(altssh\.)?bitbucket\.org$/,
    form: 'https://bitbucket.org/WORKSPACE/NAME.git',
    page: 'bitbucket-cloud.md',
    // https://support.atlassian.com/bitbucket-cloud/docs/using-access-tokens/
    tokenUser: 'x-token-auth',
  },
  {
    // Tokens of a project or repository go as bearer tokens alone:
    // https://confluence.atlassian.com/bitbucketserver/http-access-tokens-939515499.html
    name: 'Bitbucket Data Center',
    form: 'https://HOST/scm/PROJECT/NAME.git',
    page: 'bitbucket-data-center.md',
  },
  {
    name: 'Codeberg (Forgejo)',
    pattern: /^codeberg\.org$/,
    form: 'https://codeberg.org/OWNER/NAME.git',
    page: 'gitea-forgejo.md',
  },
  { name: 'Gitea and Forgejo', form: 'https://HOST/OWNER/NAME.git', page: 'gitea-forgejo.md' },
  {
    // `multi_ack` that it wants to be offered (TF401041) is offered to all, see wire/fetch.ts.
    name: 'Azure DevOps',
    pattern: azureDevOpsHost,
    form: 'https://dev.azure.com/ORGANIZATION/PROJECT/_git/NAME',
    page: 'azure-devops.md',
    refusedFilters: ['combine', 'tree:1'],
    isBareName: true,
    provider: 'azure',
  },
  {
    name: 'AWS CodeCommit',
    pattern: codeCommitHost,
    form: 'https://git-codecommit.REGION.amazonaws.com/v1/repos/NAME',
    page: 'aws-codecommit.md',
    provider: 'aws',
  },
  { name: 'git http-backend', form: 'https://HOST/PATH', page: 'http-backend.md' },
  { name: 'sshd', form: 'ssh://git@HOST/PATH', page: 'sshd.md' },
]

/** The host of a url, if its quirks are known. */
export function findGitHost(url: string): GitHost | undefined {
  const { hostname } = new URL(url)
  return gitHosts.find(({ pattern }) => pattern?.test(hostname) === true)
}
