import { findCondition } from '../api/condition.ts'
import { formatDuration } from '../api/duration.ts'
import { keyOf, type ObjectRecord } from '../api/record.ts'
import { shortRevision } from '../api/revision.ts'
import { kindByWord } from '../api/kinds/index.ts'
import { parseKey } from '../api/reference.ts'
import { shortName } from './board.ts'
import { brief, withProgress } from './describe.ts'
import { printable, type Io } from './io.ts'
import { paintFor } from './paint.ts'
import { spinner, type ProgressWriter } from './progress.ts'

/** Tells one object's reconciliation line by line. */
export interface Narrator {
  /** A source or Kustomization on the way to the object is done. */
  passed(before: ObjectRecord, after: ObjectRecord, outcome: string): void
  begin(key: string, changes: readonly string[], force: boolean): void
  /** The object as it is now; only what is new is said. */
  look(record: ObjectRecord): void
  finished(record: ObjectRecord, outcome: string): void
  gone(key: string): void
  stopped(key: string): void
}

/** A narrator on a writer. */
export function createNarrator(io: Io, writer: ProgressWriter): Narrator {
  const paint = paintFor(io)
  const startedAt = io.clock.now()
  let said = ''
  const say = (line: string) => {
    if (line === said) return
    said = line
    writer.say(line)
  }
  const took = () => formatDuration(io.clock.now() - startedAt)
  return {
    passed(before, after, outcome) {
      const name = `${label(keyOf(after))} ${printable(shortName(keyOf(after)))}`
      if (outcome !== 'ready') {
        say(`${paint.bad('✗')} ${name}  ${printable(messageOf(after))}`)
        return
      }
      const was = revisionOf(before)
      const is = revisionOf(after)
      const moved = was === is ? '(no change)' : was === '' ? '' : `(was ${was.replace(/^.*sha1:/, '')})`
      say(`${paint.busy('►')} ${name}  ${printable(`${is} ${moved}`.trim())}`)
    },
    begin(key, changes, force) {
      const what = changes.length === 0 ? 'inputs unchanged' : `inputs changed: ${changes.join(', ')}`
      say(
        `${paint.busy('►')} ${label(key)} ${printable(shortName(key))}  ${printable(what)}${force ? ', forced' : ''}`,
      )
    },
    look(record) {
      const { operation, status } = record
      const isUnderWay =
        operation !== undefined || findCondition(status.conditions, 'Reconciling') !== undefined
      const message = messageOf(record)
      if (isUnderWay && message !== '') {
        say(`${paint.busy('◎')} ${printable(withProgress(message, status.progress))}`)
      }
      writer.live(isUnderWay ? [paint.dim(`${spinner(io.clock.now())} ${took()}`)] : [])
    },
    finished(record, outcome) {
      writer.end()
      const name = printable(shortName(keyOf(record)))
      const isGood = outcome === 'ready'
      const mark = isGood ? paint.good('✔') : paint.bad('✗')
      const parts = [name, printable(messageOf(record)), revisionOf(record), isGood ? took() : '']
      writer.say(`${mark} ${parts.filter((part) => part !== '').join('  ')}`)
    },
    gone(key) {
      writer.end()
      writer.say(`${paint.good('✔')} ${printable(shortName(key))}  is gone`)
    },
    stopped(key) {
      writer.end()
      writer.say(`  stopped watching ${printable(shortName(key))}; the work goes on, headwater get shows it`)
    },
  }
}

function label(key: string): string {
  const { kind } = parseKey(key)
  return kindByWord(kind)?.shortNames[0] ?? kind.toLowerCase()
}

function messageOf(record: ObjectRecord): string {
  return brief(findCondition(record.status.conditions, 'Ready')?.message ?? '')
}

function revisionOf({ status }: ObjectRecord): string {
  return shortRevision(status.lastAppliedRevision ?? status.artifact?.revision ?? '')
}
