import { createApplicationOpener, deadlineIn } from '../shared/application.ts'
import type { Application, Surroundings } from '../shared/application.ts'
import host from './host.json' with { type: 'json' }

/** What a function app's settings look like. */
export const onFunctions: Surroundings = {
  examples: {
    HEADWATER_STORE: 'aztable://account/table',
    HEADWATER_BLOBS: 'azblob://account/container',
  },
}

/** The application of this process: all five functions run in one, so they share it. */
export const open = createApplicationOpener(process.env, onFunctions)

/** The longest that an invocation may take, in milliseconds: the host ends it then. It tells nobody how much is left. */
export const functionTimeoutMs = durationMs(host.functionTimeout)

/** How often the host delivers a message before it moves it to the poison queue. */
export const maxDequeueCount = host.extensions.queues.maxDequeueCount

/** The time after which an invocation that begins now begins nothing new, in milliseconds since the epoch. */
export function deadlineOf({ clock }: Application, timeoutMs = functionTimeoutMs): number {
  return deadlineIn(clock, timeoutMs)
}

/** `hh:mm:ss` in milliseconds. */
function durationMs(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number)
  return ((hours * 60 + minutes) * 60 + seconds) * 1000
}
