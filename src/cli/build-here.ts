import { bicepOpener } from '../compose/bicep.ts'
import { bicepRegistries } from '../compose/settings.ts'
import type { BuildFacts, BuildResult } from '../build/index.ts'
import { buildFolder, type Folder } from './folder.ts'
import type { Io } from './io.ts'

/** Builds a folder with what this machine has: the Bicep compiler, if it is found, and AWS's own schemas. */
export async function buildHere(folder: Folder, io: Pick<Io, 'clock' | 'env'>): Promise<BuildResult> {
  const bicep = bicepOpener(io)
  try {
    return await buildFolder(folder, {
      loadFacts,
      bicep: await bicep.open(),
      registries: bicepRegistries(io.env),
    })
  } finally {
    await bicep.close()
  }
}

/** What AWS's own schemas say of resource types; 2.6 MB that only these commands and the sandbox want to read. */
async function loadFacts(): Promise<BuildFacts> {
  const { loadResourceFacts } = await import('../template/cloudformation/spec-facts.ts')
  return { cloudFormation: await loadResourceFacts() }
}
