import type { Log } from '../reconcile/ports.ts'
import { printable } from './io.ts'
import type { ProgressWriter } from './progress.ts'

/** A log for people beside a board: what the board shows as news of objects is left out, only stumbles are said. */
export function lineLog(writer: ProgressWriter): Log {
  return {
    debug: () => {},
    info: () => {},
    warn({ reason, object, key }, message) {
      if (reason !== undefined) return
      const about = typeof object === 'string' ? object : key
      writer.say(`  ! ${typeof about === 'string' ? `${printable(about)}: ` : ''}${printable(message)}`)
    },
  }
}
