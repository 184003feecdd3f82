import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { HeadwaterError, stalled } from '../api/errors.ts'
import { splitScheme } from '../api/scheme.ts'
import { openSecrets } from '../compose/azure-ports.ts'
import { settingTable, type SettingName } from '../compose/setting-table.ts'
import { readSettings, type SettingFlags, type Settings } from '../compose/settings.ts'
import { openStore } from '../store/index.ts'
import type { Store } from '../store/store.ts'
import { readDemoFile } from './demo-file.ts'
import { replaceCloudEnvironment } from './process-env.ts'
import { lineLog } from './line-log.ts'
import { createProgressWriter, type ProgressWriter } from './progress.ts'
import type { OpenedController } from '../compose/controller.ts'
import type { Io } from './io.ts'

/** Adds the settings that have a flag to a command that runs the controller: all of them, or those it needs. */
export function addSettingOptions(
  command: Command,
  names = Object.keys(settingTable) as readonly SettingName[],
): Command {
  command.optionsGroup('Settings (each is also an environment variable):')
  for (const name of names) {
    const setting: { flag?: string; variable: string; description: string } = settingTable[name]
    const { flag, variable, description } = setting
    if (flag !== undefined) command.option(`--${flag} <value>`, `${description} [${variable}]`)
  }
  return command
}

/** The settings of a command: its flags, then the environment. */
export async function settingsOf(io: Io, flags: SettingFlags): Promise<Settings> {
  return readSettings(await environmentOf(io, flags), flags, io.cwd)
}

/** Opens the store for one command and closes it again, whatever happens. */
export async function withStore<Answer>(
  io: Io,
  flags: SettingFlags,
  use: (store: Store) => Promise<Answer>,
): Promise<Answer> {
  const settings = await settingsOf(io, { store: flags.store })
  const isThere = existsHere(settings.store)
  if (!isThere)
    io.stderr(`no state at ${settings.store} yet: headwater run makes it (HEADWATER_STORE names another)\n`)
  const store = await openStoreOf(io, isThere ? settings : { ...settings, store: 'memory:' }, flags)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

/** Looking must not leave an empty store behind in whatever folder one happens to stand in. */
function existsHere(url: string): boolean {
  const parts = splitScheme(url)
  return parts?.scheme !== 'sqlite' || existsSync(parts.rest)
}

async function openStoreOf(io: Io, settings: Settings, flags: SettingFlags): Promise<Store> {
  try {
    const { azure } = openSecrets(settings, io)
    return await openStore(settings.store, { clock: io.clock, random: io.random, azure })
  } catch (error) {
    if (!(error instanceof HeadwaterError && error.reason === 'InvalidSetting')) throw error
    const setting = flags.store === undefined ? 'HEADWATER_STORE' : '--store'
    throw stalled('InvalidSetting', `${setting}: ${error.message}`, error)
  }
}

/**
 * The environment that settings are read from: the process's own, and below it what a demo that runs from this folder
 * left behind, so that every command printed by the demo works as it is printed. Whoever names a store means that one.
 */
export async function environmentOf(io: Io, flags: SettingFlags = {}): Promise<Io['env']> {
  if (io.env['HEADWATER_STORE'] || flags.store !== undefined) return io.env
  const demo = await readDemoFile(io)
  if (demo === undefined) return io.env
  // A profile or an endpoint of the person's own must not lead a call out of the demo.
  const own = Object.entries(io.env).filter(([name]) => !name.startsWith('AWS_'))
  return { ...Object.fromEntries(own), ...demo.env }
}

/** Opens a whole controller for one command, told about on a progress writer, and closes it again. */
export async function withController<Answer>(
  io: Io,
  flags: SettingFlags,
  use: (opened: OpenedController, writer: ProgressWriter) => Promise<Answer>,
): Promise<Answer> {
  const env = await environmentOf(io, flags)
  const settings = readSettings(env, flags, io.cwd)
  if (env !== io.env) replaceCloudEnvironment(env)
  const writer = createProgressWriter(io)
  const { openController } = await import('../compose/controller.ts')
  const { clock, random } = io
  const opened = await openController(settings, { clock, random, env, log: lineLog(writer) })
  try {
    return await use(opened, writer)
  } finally {
    writer.end()
    await opened.close()
  }
}
