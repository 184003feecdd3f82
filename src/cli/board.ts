import { formatDuration } from '../api/duration.ts'
import { kindByWord } from '../api/kinds/index.ts'
import { keyOf, type ObjectRecord } from '../api/record.ts'
import { parseKey } from '../api/reference.ts'
import { byKindAndName, doing, formatProgress } from './describe.ts'
import { printable, type Io } from './io.ts'
import { paintFor, type Paint } from './paint.ts'
import { createProgressWriter, spinner, type ProgressWriter } from './progress.ts'
import { newsOf, type Mark } from './news.ts'
import { tally } from './settled.ts'

/** Shows what a controller does, object by object, from what stands in the store. */
export interface Board {
  /** The whole store as it is now. */
  update: (records: readonly ObjectRecord[]) => void
  writer: ProgressWriter
}

/** A board on a command's output. */
export function createBoard(io: Io): Board {
  const paint = paintFor(io)
  const writer = createProgressWriter(io)
  const since = io.clock.now()
  let before = new Map<string, ObjectRecord>()
  const totals = new Map<string, number>()
  return {
    writer,
    update(records) {
      const now = io.clock.now()
      const sorted = records.toSorted(rootsFirst)
      const width = Math.max(12, ...sorted.map((record) => shortName(keyOf(record)).length))
      const lineOf = (key: string, mark: string, text: string) =>
        `  ${label(key)} ${printable(shortName(key)).padEnd(width)}  ${mark} ${text}`
      for (const record of sorted) {
        const key = keyOf(record)
        const { operation, status } = record
        if (operation?.id !== undefined && operation.id !== before.get(key)?.operation?.id) totals.delete(key)
        if (status.progress !== undefined) totals.set(key, status.progress.total)
        for (const { mark, words, text } of newsOf(before.get(key), record, {
          since,
          resources: totals.get(key),
        })) {
          if (mark === 'begun' && io.terminal !== undefined) continue
          const lines = text.split('\n')
          const [first = '', ...rest] = lines
          writer.say(lineOf(key, sign(paint, mark), `${words.padEnd(9)}  ${printable(first)}`).trimEnd())
          for (const line of rest) writer.say(`${' '.repeat(width + 14)}${printable(line)}`)
        }
      }
      const after = new Map(records.map((record) => [keyOf(record), record]))
      for (const [key, record] of before) {
        if (after.has(key)) continue
        const words = record.deletion === undefined ? 'forgotten' : 'deleted'
        writer.say(lineOf(key, sign(paint, 'done'), words))
      }
      before = after
      writer.live(liveLines(sorted, { paint, now, lineOf }))
    },
  }
}

/** What the settings declare comes before what it declares. */
function rootsFirst(left: ObjectRecord, right: ObjectRecord): number {
  const isNested = ({ owner }: ObjectRecord) => Number(owner !== undefined)
  return left.kind === right.kind && isNested(left) !== isNested(right)
    ? isNested(left) - isNested(right)
    : byKindAndName(left, right)
}

function sign(paint: Paint, mark: Mark): string {
  if (mark === 'done') return paint.good('✔')
  if (mark === 'failed') return paint.bad('✗')
  return mark === 'warned' ? paint.bad('!') : paint.busy('◎')
}

function liveLines(
  records: readonly ObjectRecord[],
  options: { paint: Paint; now: number; lineOf: (key: string, mark: string, text: string) => string },
): string[] {
  const { paint, now, lineOf } = options
  const running = records.filter(({ operation }) => operation !== undefined && operation.type !== 'drift')
  const waiting = records.filter(
    ({ operation, status }) => operation === undefined && (status.blockedBy?.length ?? 0) > 0,
  )
  const lines = [
    ...running.map((record) => {
      const { progress } = record.status
      const parts = [
        doing(record).padEnd(9),
        progress === undefined ? '' : printable(formatProgress(progress)),
        paint.dim(formatDuration(Math.max(0, now - (record.operation?.startedAt ?? now)))),
      ]
      return lineOf(keyOf(record), paint.busy(spinner(now)), parts.filter((part) => part !== '').join('  '))
    }),
    ...waiting.map((record) => {
      const names = (record.status.blockedBy ?? []).map((key) => printable(shortName(key)))
      return lineOf(
        keyOf(record),
        paint.dim('◌'),
        paint.dim(`${'waiting'.padEnd(9)}  for ${names.join(', ')}`),
      )
    }),
  ]
  if (lines.length === 0) return []
  const { ready, total } = tally(records, now)
  return [...lines, paint.dim(`  ${ready} of ${total} Ready`)]
}

/** `eu/web`, as a person calls an object once its kind is said. */
export function shortName(key: string): string {
  const { namespace, name } = parseKey(key)
  return namespace === name ? name : `${namespace}/${name}`
}

function label(key: string): string {
  const { kind } = parseKey(key)
  return (kindByWord(kind)?.shortNames[0] ?? kind.toLowerCase()).padEnd(8)
}
