import type { Clock, Random } from '../../src/api/clock.ts'
import { stalled } from '../../src/api/errors.ts'
import { openController } from '../../src/compose/controller.ts'
import type { OpenedController } from '../../src/compose/controller.ts'
import { readSettings } from '../../src/compose/settings.ts'
import type { Settings } from '../../src/compose/settings.ts'
import { createSystemClock, createSystemRandom } from '../../src/compose/system.ts'

/** What every handler works with: the opened controller, and what it was opened from. */
export interface Application extends OpenedController {
  settings: Settings
  clock: Clock
  random: Random
}

type Environment = Readonly<Record<string, string | undefined>>

/** What is the cloud's own in opening an application. */
export interface Surroundings {
  /** What a person writes here for the settings that must be there. */
  examples: Readonly<Record<'HEADWATER_STORE' | 'HEADWATER_BLOBS', string>>
}

/** Opens the application from an environment. A function keeps no files, so where its state lives must be said. */
export async function openApplication(env: Environment, { examples }: Surroundings): Promise<Application> {
  for (const [name, example] of Object.entries(examples)) {
    if (!env[name])
      throw stalled('InvalidSettings', `${name}: not set; a function keeps no files, write ${example}`)
  }
  const settings = readSettings(env)
  const clock = createSystemClock()
  const random = createSystemRandom()
  const opened = await openController(settings, { clock, random, env })
  return { ...opened, settings, clock, random }
}

/**
 * The application of this execution environment: opened by its first event and kept, so that a warm start costs
 * nothing. An opening that failed is tried again by the next event.
 */
export function createApplicationOpener(
  env: Environment,
  surroundings: Surroundings,
): () => Promise<Application> {
  let opened: Promise<Application> | undefined
  return () => {
    opened ??= openApplication(env, surroundings).catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }
}

/** Work is not begun in the last minute of an invocation: a step that is cut off is found again, but it costs a look. */
export const reservedMs = 60_000

/** The time after which nothing new is begun, in milliseconds since the epoch, when so many are left. */
export function deadlineIn(clock: Clock, remainingMs: number): number {
  return clock.now() + remainingMs - reservedMs
}
