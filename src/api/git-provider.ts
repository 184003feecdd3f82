/**
 * Who signs in to a git host: what the secret holds (`generic`), a GitHub App (`github`), the controller's role in AWS
 * (`aws`), its identity in Azure (`azure`). Names as in Flux: https://fluxcd.io/flux/components/source/gitrepositories/#provider
 */
export const gitProviders = ['generic', 'github', 'aws', 'azure'] as const

/** One of them. */
export type GitProvider = (typeof gitProviders)[number]

/**
 * Hosts of CodeCommit, with the region as the first group: public, FIPS, China, and behind a VPC endpoint.
 * Source: https://docs.aws.amazon.com/codecommit/latest/userguide/regions.html#regions-git, `awscli` codecommit.py.
 */
export const codeCommitHost =
  /^(?:vpce-[a-z0-9-]+\.)?git-codecommit(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:vpce\.)?amazonaws\.com(?:\.cn)?$/

/** Hosts of Azure DevOps Services, that for ssh too. */
export const azureDevOpsHost = /^((ssh\.)?dev\.azure\.com|[^.]+\.visualstudio\.com)$/

/** Where each provider's sign-in is sent to, and nowhere else: it is the controller's own. */
const places: Partial<Record<GitProvider, { host: RegExp; form: string }>> = {
  aws: { host: codeCommitHost, form: 'https://git-codecommit.REGION.amazonaws.com/v1/repos/NAME' },
  azure: { host: azureDevOpsHost, form: 'https://dev.azure.com/ORG/PROJECT/_git/NAME' },
}

/** What is wrong with a provider for a url, in words that name both; undefined when nothing is. */
export function providerProblem(provider: GitProvider, url: string): string | undefined {
  if (provider === 'generic') return undefined
  const shown = url.replace(/\/\/[^/]*@/, '//')
  if (!/^https:/i.test(url) || !URL.canParse(url)) {
    return `provider ${provider} is for https:// urls, not for "${shown}"; correct the url or leave provider out`
  }
  const place = places[provider]
  if (place === undefined || place.host.test(new URL(url).hostname)) return undefined
  return `provider ${provider} is for ${place.form}, not for "${shown}"; correct one of them`
}
