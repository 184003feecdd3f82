import { gitRepositorySpec } from '../../api/kinds/git-repository.ts'
import type { ObjectRecord } from '../../api/record.ts'
import { shortRevision } from '../../api/revision.ts'
import { openBlobStore } from '../../blob/index.ts'
import { bicepOpener } from '../../compose/bicep.ts'
import { rootDeclarations } from '../../compose/root.ts'
import { readSettings, type SettingFlags, type Settings } from '../../compose/settings.ts'
import { openSecrets } from '../../compose/azure-ports.ts'
import type { RefSelector } from '../../source/source.ts'
import { checkAws } from './aws.ts'
import { checkAzure } from './azure.ts'
import type { Finding } from './finding.ts'
import { cloudsInUse } from './in-use.ts'
import type { Io } from '../io.ts'
import { withStore } from '../open.ts'
import { listRecords } from '../select.ts'
import { version } from '../version.ts'
import { openDeclared } from '../root-source.ts'

/** Looks at everything a controller needs, one after the other; a failure of one does not hide the next. */
export async function* checks(io: Io, flags: SettingFlags): AsyncGenerator<Finding> {
  yield {
    what: 'versions',
    outcome: 'good',
    message: `headwater ${await version()}, Node ${process.versions.node}`,
  }
  let settings: Settings
  try {
    settings = readSettings(io.env, flags, io.cwd)
  } catch (error) {
    yield { what: 'settings', outcome: 'bad', message: textOf(error) }
    return
  }
  yield { what: 'settings', outcome: 'good', message: summaryOf(settings) }
  let kinds = new Set<string>()
  yield looked('store', async () => {
    const records = await readStore(io, settings)
    kinds = new Set(records.map(({ kind }) => kind))
    return `${settings.store}, ${records.length} objects`
  })
  yield looked('repository', () => checkRepository(io, settings))
  yield looked('templates', () => checkBlobs(io, settings))
  const inUse = cloudsInUse(settings, kinds)
  yield checkAws(settings, inUse.aws)
  yield checkAzure(io, settings, inUse.azure)
  yield checkBicep(io)
}

/** Not having it is no fault: only Bicep files need it. */
async function checkBicep(io: Io): Promise<Finding> {
  const what = 'bicep'
  const opened = bicepOpener(io)
  const compiler = await opened.open()
  try {
    const found = await compiler.find()
    if (found.type === 'missing') {
      const isNamed = (io.env['HEADWATER_BICEP'] ?? '') !== ''
      return { what, outcome: isNamed ? 'bad' : 'skipped', message: found.message }
    }
    return { what, outcome: 'good', message: `bicep ${await compiler.version()} at ${found.path}` }
  } catch (error) {
    return { what, outcome: 'bad', message: textOf(error) }
  } finally {
    await opened.close()
  }
}

async function looked(what: string, look: () => Promise<string | undefined>): Promise<Finding> {
  try {
    const message = await look()
    return message === undefined
      ? { what, outcome: 'skipped', message: 'not set: HEADWATER_SOURCE_URL' }
      : { what, outcome: 'good', message }
  } catch (error) {
    return { what, outcome: 'bad', message: textOf(error) }
  }
}

function summaryOf({ source, controllerId, interval }: Settings): string {
  const follows =
    source === undefined ? 'no repository named' : `${source.url} ${source.branch} ${source.path}`
  return `${follows}; every ${interval}; owner mark ${controllerId}`
}

async function readStore(io: Io, { store }: Settings): Promise<ObjectRecord[]> {
  return withStore(io, { store }, async (opened) => listRecords(opened))
}

async function checkRepository(io: Io, settings: Settings): Promise<string | undefined> {
  const declaration = rootDeclarations(settings).find(({ kind }) => kind === 'GitRepository')
  if (declaration === undefined) return undefined
  const spec = gitRepositorySpec.parse(declaration.spec)
  const source = await openDeclared(spec, settings, io)
  const { revision } = await source.head(spec.ref as RefSelector)
  return `${spec.url} at ${shortRevision(revision)}`
}

async function checkBlobs(io: Io, settings: Settings): Promise<string> {
  const blobs = await openBlobStore(settings.blobs, {
    random: io.random,
    env: io.env,
    azure: openSecrets(settings, io).azure,
  })
  // The sha256 of nothing: whether it is there tells nothing, that one may ask does.
  await blobs.has('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  const limit = blobs.url('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855') === undefined
  return `${settings.blobs}${limit ? '; templates above 51,200 bytes need HEADWATER_BLOBS=s3://bucket' : ''}`
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
