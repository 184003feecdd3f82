import { parseDuration } from '../api/duration.ts'
import type { GitRepositorySpec } from '../api/kinds/git-repository.ts'
import { openSecrets } from '../compose/azure-ports.ts'
import { cloudIdentities } from '../compose/identities.ts'
import type { Settings } from '../compose/settings.ts'
import { readCredentials } from '../reconcile/credentials.ts'
import { createGitSource, personalPolicy } from '../source/index.ts'
import type { Source } from '../source/source.ts'
import type { Io } from './io.ts'

/** Opens a repository as a person at this machine may, with the credentials and the provider of its declaration. */
export async function openDeclared(spec: GitRepositorySpec, settings: Settings, io: Io): Promise<Source> {
  const { secrets } = openSecrets(settings, io)
  const credentials = await readCredentials(secrets, spec.secretRef)
  return createGitSource(
    {
      url: spec.url,
      ...(spec.provider === undefined ? {} : { provider: spec.provider }),
      timeoutMs: parseDuration(spec.timeout),
      ...(credentials === undefined ? {} : { credentials }),
    },
    { clock: io.clock, env: io.env, policy: personalPolicy, identities: cloudIdentities(settings, secrets) },
  )
}
