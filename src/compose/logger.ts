import { pino } from 'pino'
import type { DestinationStream } from 'pino'
import { HeadwaterError } from '../api/errors.ts'

/** Levels that a person may choose. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Structured log lines. */
export interface Logger {
  debug(fields: Record<string, unknown>, message: string): void
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
}

const maxTextLength = 4096

/**
 * Text from outside as it may stand in a log: control characters and the marks that reorder text are left out, so that
 * no commit subject forges a line; cut at 4096 characters.
 */
export function logText(text: string): string {
  const clean = text.replace(
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    ' ',
  )
  return clean.length <= maxTextLength ? clean : `${clean.slice(0, maxTextLength)}…`
}

type Serializer = (value: unknown) => unknown

const text: Serializer = (value) => (typeof value === 'string' ? logText(value) : undefined)
const number: Serializer = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined
const flag: Serializer = (value) => (typeof value === 'boolean' ? value : undefined)
const texts: Serializer = (value) => (Array.isArray(value) ? value.slice(0, 100).map(text) : undefined)

/** Never the whole error: SDK errors carry requests, headers and the environment with them. */
const error: Serializer = (value) => {
  if (value instanceof HeadwaterError) {
    return { reason: value.reason, class: value.class, message: logText(value.message) }
  }
  if (value instanceof Error) return { reason: value.name, message: logText(value.message) }
  return { message: logText(String(value)) }
}

/**
 * Every field that a log line may carry. An allow-list, because a deny-list forgets: specs, parameters, payloads and
 * headers never stand in a log, whatever a caller hands over.
 */
const serializers: Record<string, Serializer> = {
  key: text,
  keys: texts,
  kind: text,
  namespace: text,
  name: text,
  object: text,
  reason: text,
  message: text,
  event: text,
  type: text,
  phase: text,
  action: text,
  decision: text,
  status: text,
  operation: text,
  revision: text,
  digest: text,
  url: (value) => (typeof value === 'string' ? logText(withoutCredentials(value)) : undefined),
  account: text,
  region: text,
  stack: text,
  requestId: text,
  delivery: text,
  provider: text,
  function: text,
  file: text,
  version: text,
  error,
  err: error,
  errors: number,
  steps: number,
  calls: number,
  count: number,
  attempt: number,
  attempts: number,
  failures: number,
  marked: number,
  sent: number,
  durationMs: number,
  dueAt: number,
  dueInMs: number,
  nextDueAt: number,
  retryAfterMs: number,
  requeueAfterMs: number,
  deadline: number,
  code: number,
  force: flag,
  changed: flag,
}

function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/@\s]*@/, '//')
}

/** The fields as they may be logged; names of those that may not are listed under `dropped`. */
export function allowedFields(fields: Record<string, unknown>): Record<string, unknown> {
  const allowed: Record<string, unknown> = {}
  const dropped: string[] = []
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    const serialize = Object.hasOwn(serializers, name) ? serializers[name] : undefined
    const shown = serialize?.(value)
    if (shown === undefined) dropped.push(logText(name))
    else allowed[name] = shown
  }
  return dropped.length === 0 ? allowed : { ...allowed, dropped }
}

/** Where lines go and which. */
export interface LoggerOptions {
  level: LogLevel
  /** Milliseconds since the epoch, for the lines' time. */
  now: () => number
  /** Default: standard output of the process. */
  destination?: DestinationStream
}

/** A logger that writes one JSON object a line: time, level, message and the allowed fields. */
export function createLogger({ level, now, destination = process.stdout }: LoggerOptions): Logger {
  const options = {
    level,
    base: null,
    messageKey: 'message',
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
  }
  const sink = pino(options, destination)
  const write = (name: 'debug' | 'info' | 'warn' | 'error') => {
    return (fields: Record<string, unknown>, message: string): void => {
      const { message: own, ...rest } = allowedFields(fields)
      sink[name](own === undefined ? rest : { ...rest, detail: own }, logText(message))
    }
  }
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}
