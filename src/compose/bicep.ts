import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../api/clock.ts'
import type { BicepCompiler } from '../build/index.ts'

/** The Bicep compiler as composition roots hold it: nothing is loaded or started before the first deployment is met. */
export interface OpenedBicep {
  open(): Promise<BicepCompiler>
  close(): Promise<void>
}

/** What it is looked for with. */
export interface BicepPorts {
  clock: Clock
  /** `HEADWATER_BICEP`, PATH, and the folder that a function's runtime unpacks it to. */
  env: Readonly<Record<string, string | undefined>>
}

/** Makes the compiler's opener. */
export function bicepOpener({ clock, env }: BicepPorts): OpenedBicep {
  let opened: Promise<BicepCompiler> | undefined
  const load = async (): Promise<BicepCompiler> => {
    const { createBicepCompiler } = await import('../target/azure/bicep/index.ts')
    return createBicepCompiler({ clock, env, beside: besides(env) })
  }
  return {
    open: () => (opened ??= load()),
    close: async () => (await opened)?.close(),
  }
}

/** Folders that a function is unpacked to, by each runtime's own word, and where this code lies: a bundle's parts have a folder of their own. */
function besides(env: BicepPorts['env']): string[] {
  const own = dirname(fileURLToPath(import.meta.url))
  const told = [
    env['LAMBDA_TASK_ROOT'],
    env['AzureWebJobsScriptRoot'],
    env['FUNCTIONS_APPLICATION_DIRECTORY'],
  ]
  return [
    own,
    dirname(own),
    ...told.flatMap((folder) => (folder === undefined || folder === '' ? [] : [folder])),
  ]
}
