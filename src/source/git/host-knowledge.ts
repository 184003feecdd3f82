import type { HostFacts } from '../source.ts'
import type { GitClient } from './wire/client.ts'
import type { Capabilities } from './wire/capabilities.ts'

/** What the repositories of one host tell one another. */
export interface SharedKnowledge {
  /** By host. */
  facts: Map<string, HostFacts>
  /** Greetings under way, by host. */
  greetings: Map<string, Promise<unknown>>
}

/** What is known of a host by now, from earlier, from this repository, or from another on the same host. */
export interface HostKnowledge {
  /** What this repository may rely on. */
  known(): HostFacts | undefined
  /** What is worth keeping for the next process. */
  kept(): HostFacts | undefined
  /** Waits, once, for a greeting that another repository is about to hear; the first one lets others hear its own. */
  share(client: GitClient): void
  heard(): Promise<unknown> | undefined
  told(capabilities: Capabilities): void
  refused(filter: string): void
  isRefused(filter: string): boolean
  /** How long a small answer took, in milliseconds. */
  took(ms: number): void
  /** What is known proved wrong. */
  forget(): void
}

/** A turnaround is worth writing down anew when it is this many times off. */
const tolerance = 4

/** Begins with what was known earlier; `refusedFilters` are those that the host is known to refuse whatever it says. */
export function createHostKnowledge(options: {
  facts: HostFacts | undefined
  refusedFilters: readonly string[]
  shared: (SharedKnowledge & { host: string }) | undefined
}): HostKnowledge {
  const { shared, refusedFilters } = options
  let facts = options.facts
  let quickestMs: number | undefined
  const known = (): HostFacts | undefined => facts ?? shared?.facts.get(shared.host)
  const learn = (next: HostFacts): void => {
    facts = next
    shared?.facts.set(shared.host, next)
  }
  const told = ({ version, features }: Capabilities): void => {
    const before = known()
    const written = before?.turnaroundMs
    const measured = quickestMs === undefined ? undefined : Math.max(1, quickestMs)
    const isOff =
      measured !== undefined &&
      (written === undefined || measured * tolerance < written || measured > written * tolerance)
    const turnaroundMs = isOff ? measured : written
    learn({
      version,
      features: Object.fromEntries(features),
      refusedFilters: before?.refusedFilters ?? [],
      ...(turnaroundMs === undefined ? {} : { turnaroundMs }),
    })
  }
  return {
    known,
    kept: () => facts,
    told,
    share(client) {
      if (shared === undefined || known() !== undefined || shared.greetings.has(shared.host)) return
      const greeting = client.capabilities().then(told, () => undefined)
      shared.greetings.set(shared.host, greeting)
      void greeting.finally(() => shared.greetings.delete(shared.host))
    },
    heard: () => (known() === undefined ? shared?.greetings.get(shared.host) : undefined),
    refused(filter) {
      const before = known() ?? { version: 2 as const, features: {}, refusedFilters: [] }
      facts = { ...before, refusedFilters: [...before.refusedFilters, filter] }
    },
    isRefused: (filter) =>
      refusedFilters.includes(filter) || known()?.refusedFilters.includes(filter) === true,
    took(ms) {
      quickestMs = Math.min(ms, quickestMs ?? ms)
    },
    forget() {
      facts = undefined
      shared?.facts.delete(shared.host)
    },
  }
}
