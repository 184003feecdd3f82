import { stalled } from './errors.ts'

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Milliseconds of a Go-style duration as Flux's users write it: `30s`, `1m30s`, `24h`, `500ms`, `1.5h`, also `7d`.
 * Throws a `stalled` error that names the wrong value.
 */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)]
  const isWhole = parts.length > 0 && parts.map((part) => part[0]).join('') === text
  if (!isWhole) {
    throw stalled('InvalidDuration', `"${text}" is not a duration; write it like 30s, 5m, 1h30m or 24h`)
  }
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? 0), 0)
}

/** The shortest usual way to say a span to a person: `48s`, `12m`, `3h`, `5d`, `1.2s` below ten seconds. */
export function formatDuration(spanMs: number): string {
  if (spanMs < 10_000) return `${Math.round(spanMs / 100) / 10}s`
  if (spanMs < 120_000) return `${Math.round(spanMs / 1000)}s`
  if (spanMs < 7_200_000) return `${Math.round(spanMs / 60_000)}m`
  if (spanMs < 172_800_000) return `${Math.round(spanMs / 3_600_000)}h`
  return `${Math.round(spanMs / 86_400_000)}d`
}
