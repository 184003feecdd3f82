import type { Clock } from '../api/clock.ts'
import { parseAllowances, parseLimits, sourceOpener } from '../source/index.ts'
import type { OpenSource } from '../source/source.ts'
import type { Settings } from './settings.ts'

/** Opens sources as the settings let: the root that they name may be any place, what git names only what is allowed. */
export function sourcesOf(
  settings: Pick<Settings, 'source' | 'sourceAllow' | 'gitLimits'>,
  ports: { clock: Clock; env: Readonly<Record<string, string | undefined>> },
): OpenSource {
  const { source, sourceAllow, gitLimits } = settings
  return sourceOpener({
    ...ports,
    policy: {
      allow: parseAllowances(sourceAllow ?? ''),
      trusted: source === undefined ? [] : [source.url],
    },
    ...(gitLimits === undefined ? {} : { limits: parseLimits(gitLimits) }),
  })
}
