import { Command } from 'commander'
import { parseDuration, formatDuration } from '../../api/duration.ts'
import type { ObjectRecord } from '../../api/record.ts'
import { readSettings, type SettingFlags } from '../../compose/settings.ts'
import { openController } from '../../compose/controller.ts'
import { rootKeys } from '../../compose/root.ts'
import { createBoard } from '../board.ts'
import { drive } from '../drive.ts'
import { exitCodes, usageError } from '../exit.ts'
import type { Io } from '../io.ts'
import { lineLog } from '../line-log.ts'
import { addSettingOptions } from '../open.ts'
import { listRecords } from '../select.ts'
import { tally } from '../settled.ts'

interface RunOptions extends SettingFlags {
  once?: boolean
  wait?: boolean
  timeout?: string
  output: 'text' | 'json'
  concurrency: string
}

/** `headwater run` */
export function createRunCommand(io: Io): Command {
  const command = new Command('run')
    .description(
      'Runs the controller: follows the repository and keeps the clouds as it says, until told to end (ctrl-c or SIGTERM: running steps are finished, operations in the clouds go on and are picked up by the next run).',
    )
    .option('--once', 'do what is due now, then end')
    .option('--wait', 'with --once: end when every object is Ready or has failed')
    .option('--timeout <duration>', 'with --wait: give up waiting after this long', '1h')
    .option('-o, --output <form>', 'text for people, json for log collectors (one object a line)', 'text')
    .option('--concurrency <count>', 'steps at once', '8')
    .addHelpText('after', help)
  addSettingOptions(command)
  return command.action((options: RunOptions) => run(options, io))
}

const help = `
Examples:
  headwater run --source-url https://github.com/acme/fleet --source-path ./clusters/production
  headwater run --source-url . --once --wait
  HEADWATER_SOURCE_URL=https://github.com/acme/fleet HEADWATER_STORE=dynamodb://headwater headwater run -o json

Exit codes: 0 ended as told, nothing failed (with --wait: everything is Ready); 1 something is not Ready;
2 could not run.`

async function run(options: RunOptions, io: Io): Promise<void> {
  if (options.wait && !options.once) throw usageError('--wait goes with --once')
  if (!['text', 'json'].includes(options.output))
    throw usageError(`-o: "${options.output}" is not known; allowed: text, json`)
  const concurrency = Number(options.concurrency)
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw usageError('--concurrency: write a whole number, 1 or more')
  // Not what a demo left: who runs a controller says what it is to follow.
  const settings = readSettings(io.env, options, io.cwd)
  const { clock, random, env } = io
  const isText = options.output === 'text'
  const board = isText ? createBoard(io) : undefined
  const opened = await openController(settings, {
    clock,
    random,
    env,
    ...(board === undefined ? {} : { log: lineLog(board.writer) }),
  })
  try {
    await opened.bootstrap()
    // Who runs one pass means the repository as it is now, not as it was when its interval last came round.
    if (options.once === true) await opened.controller.markDue([rootKeys.source])
    const startedAt = clock.now()
    const deadline = options.wait ? startedAt + parseDuration(options.timeout ?? '1h') : undefined
    const isOver = (records: readonly ObjectRecord[]) =>
      options.wait !== true || tally(records, clock.now()).open === 0
    const { controller, store } = opened
    const onStumble = (message: string) => opened.log.warn({}, `${message}; trying again`)
    const ended = await drive({
      controller,
      store,
      io,
      concurrency,
      ...(options.once === true ? { isOver } : { onStumble }),
      isRemote: !/^(sqlite|memory):/.test(settings.store),
      ...(board === undefined ? {} : { onLook: board.update }),
      ...(deadline === undefined ? {} : { deadline }),
    })
    board?.writer.end()
    if (options.once !== true) return
    const { total, ready, failed, open } = tally(await listRecords(store), clock.now())
    const took = formatDuration(clock.now() - startedAt)
    const isGood = options.wait ? ended === 'over' && failed === 0 && open === 0 : failed === 0
    io.exitWith(isGood ? exitCodes.ok : exitCodes.no)
    if (!isText) return
    const rest = [failed > 0 ? `${failed} failed` : '', open > 0 ? `${open} under way` : ''].filter(Boolean)
    io.stdout(
      `${ready} of ${total} Ready in ${took}.${rest.length > 0 ? ` ${rest.join(', ')}; headwater get all -A says why.` : ''}\n`,
    )
  } finally {
    board?.writer.end()
    await opened.close()
  }
}
