import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatDuration } from '../../api/duration.ts'
import { keyOf, type ObjectRecord } from '../../api/record.ts'
import { openController, type OpenedController } from '../../compose/controller.ts'
import { readSettings } from '../../compose/settings.ts'
import { findBicep } from '../../target/azure/bicep/find.ts'
import { createBoard, type Board } from '../board.ts'
import { writeDemoFile } from '../demo-file.ts'
import { drive } from '../drive.ts'
import { exitCodes } from '../exit.ts'
import type { Io } from '../io.ts'
import { lineLog } from '../line-log.ts'
import { paintFor } from '../paint.ts'
import { replaceCloudEnvironment } from '../process-env.ts'
import { listRecords } from '../select.ts'
import { tally } from '../settled.ts'
import { openDemoClouds, type DemoClouds } from './clouds.ts'
import { demoEnvironment } from './environment.ts'
import { createDemoRepository } from './repository.ts'
import { suggestions } from './suggestions.ts'

/** How the demo is run. */
export interface DemoOptions {
  /** End once everything is as declared. */
  once?: boolean
  /** How much faster than the real clouds the pretend ones are. */
  speed: number
}

/** No demo takes longer to converge, in milliseconds. */
const patienceMs = 120_000
/** The pretend clouds are quick, so they are looked at more often than the real ones. */
const pollFloorMs = 150

/** Everything a running demo consists of. */
interface Demo {
  io: Io
  dir: string
  clouds: DemoClouds
  opened: OpenedController
  board: Board
  env: Record<string, string>
}

/** Runs the demo: two pretend clouds, a repository, a controller on all three. Everything it makes is gone when it ends. */
export async function runDemo(options: DemoOptions, io: Io): Promise<void> {
  const paint = paintFor(io)
  const { clock, random } = io
  io.stdout(
    `${paint.strong('Headwater demo')}: a pretend AWS and Azure on 127.0.0.1, nothing leaves this machine, no account needed.\n\n`,
  )
  const dir = await mkdtemp(join(tmpdir(), 'headwater-demo-'))
  const clouds = await openDemoClouds({ clock, random, speed: options.speed })
  try {
    const env = demoEnvironment({ dir, clouds: clouds.urls })
    replaceCloudEnvironment(env)
    const bicep = await findBicep({ env: io.env })
    const hasBicep = bicep.type === 'found'
    if (!hasBicep)
      io.stdout(
        'no Bicep compiler was found: what is in Azure is deployed from the ARM JSON that lies beside each .bicep\n\n',
      )
    await createDemoRepository(join(dir, 'fleet'), { hasBicep })
    const board = createBoard(io)
    const log = lineLog(board.writer)
    const opened = await openController(readSettings(env), { clock, random, env, log, pollFloorMs })
    try {
      await show({ io, dir, clouds, opened, board, env }, options)
    } finally {
      board.writer.end()
      await opened.close()
    }
  } finally {
    await clouds.close()
    await rm(dir, { recursive: true, force: true })
  }
}

async function show(demo: Demo, options: DemoOptions): Promise<void> {
  const { io } = demo
  await demo.opened.bootstrap()
  const isGood = await converge(demo)
  if (io.signal?.aborted === true) return
  io.exitWith(isGood ? exitCodes.ok : exitCodes.no)
  if (options.once === true) return
  const forget = await leaveWord(demo)
  try {
    io.stdout(
      suggestions({ repository: join(demo.dir, 'fleet'), paint: paintFor(io), platform: process.platform }),
    )
    await follow(demo)
  } finally {
    await forget()
    io.exitWith(exitCodes.ok)
    io.stdout('\nThe demo is over; nothing of it is left.\n')
  }
}

/** Works until nothing is left to do, then once more to see what that costs. */
async function converge(demo: Demo): Promise<boolean> {
  const { io, opened, clouds, board } = demo
  const { controller, store } = opened
  const startedAt = io.clock.now()
  await drive({
    controller,
    store,
    io,
    onLook: board.update,
    isOver: (records) => tally(records, io.clock.now()).open === 0,
    deadline: startedAt + patienceMs,
  })
  board.writer.end()
  if (io.signal?.aborted === true) return false
  const took = formatDuration(io.clock.now() - startedAt)
  const calls = clouds.calls()

  await controller.markDue((await listRecords(store)).map(keyOf))
  await controller.runDue()
  const again = clouds.calls() - calls
  const deployed = (await listRecords(store)).filter(isDeployable)
  const { total, ready } = tally(deployed, io.clock.now())
  const { good, bad } = paintFor(io)
  const counts = `${ready} of ${total} Ready in ${took}.`
  io.stdout(
    `${ready === total ? good(counts) : bad(counts)} ${calls} cloud calls; a second pass now costs ${again}.\n`,
  )
  return total > 0 && ready === total
}

function isDeployable({ kind }: ObjectRecord): boolean {
  return kind === 'CloudFormationStack' || kind === 'AzureDeployment'
}

/** Keeps the clouds as the repository says until the person has enough. */
async function follow({ io, opened, board }: Demo): Promise<void> {
  const { controller, store } = opened
  await drive({ controller, store, io, onLook: board.update })
  board.writer.end()
}

/** Tells other commands where the demo is; answers how to take that back. */
async function leaveWord({ io, dir, clouds, env }: Demo): Promise<() => Promise<void>> {
  const { pid } = process
  return writeDemoFile(io, { pid, repository: join(dir, 'fleet'), clouds: clouds.urls, env })
}
