import type { Clock } from '../api/clock.ts'
import { parseAllowances, parseLimits, sourceOpener } from '../source/index.ts'
import type { OpenSource } from '../source/source.ts'
import type { SecretResolver } from '../secret/secret.ts'
import { cloudIdentities } from './identities.ts'
import type { Settings } from './settings.ts'

/** Opens sources as the settings let: the root that they name may be any place, what git names only what is allowed. */
export function sourcesOf(
  settings: Settings,
  ports: { clock: Clock; env: Readonly<Record<string, string | undefined>>; secrets: SecretResolver },
): OpenSource {
  const { source, sourceAllow, gitLimits } = settings
  const { clock, env, secrets } = ports
  return sourceOpener({
    clock,
    env,
    identities: cloudIdentities(settings, secrets),
    policy: {
      allow: parseAllowances(sourceAllow ?? ''),
      trusted: source === undefined ? [] : [source.url],
    },
    ...(gitLimits === undefined ? {} : { limits: parseLimits(gitLimits) }),
  })
}
