/** What is particular about a git host. A host that is not here works by asking it. */
export interface GitHost {
  name: string
  /** Matches the host of a url. */
  pattern: RegExp
  /** The user that a bare token is sent with; others take any. */
  tokenUser?: string
  /** Filters that it is known to refuse, though it says that it can filter: spares a request. */
  refusedFilters?: readonly string[]
  /** A url that ends with `.git` is another repository, which does not exist. */
  isBareName?: boolean
}

/**
 * The quirks of hosts, from their documentation; a person's view of the same is docs/git-hosts.md. GitHub and Azure
 * DevOps filter by `blob:none` and `tree:0` alone; Bitbucket Cloud and CodeCommit do not say that they can filter.
 */
export const gitHosts: readonly GitHost[] = [
  {
    name: 'GitHub',
    pattern: /^(github\.com|[^.]+\.ghe\.com)$/,
    tokenUser: 'x-access-token',
    refusedFilters: ['combine', 'tree:1'],
  },
  { name: 'GitLab', pattern: /^gitlab\.com$/, tokenUser: 'oauth2' },
  { name: 'Bitbucket Cloud', pattern: /^bitbucket\.org$/, tokenUser: 'x-token-auth' },
  {
    name: 'Azure DevOps',
    pattern: /^(dev\.azure\.com|[^.]+\.visualstudio\.com)$/,
    refusedFilters: ['combine', 'tree:1'],
    isBareName: true,
  },
  { name: 'AWS CodeCommit', pattern: /^git-codecommit\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/ },
  { name: 'Codeberg (Forgejo)', pattern: /^codeberg\.org$/ },
]

/** The host of a url, if its quirks are known. */
export function findGitHost(url: string): GitHost | undefined {
  const { hostname } = new URL(url)
  return gitHosts.find(({ pattern }) => pattern.test(hostname))
}
