import { stalled } from '../../src/api/errors.ts'
import { keyOf } from '../../src/api/record.ts'
import { defaultNamespace } from '../../src/api/reference.ts'
import type { Application } from './application.ts'

/** What a person asks for; without a kind everything is meant, without a name all of the kind. */
export interface SyncRequest {
  /** `CloudFormationStack`, or a short form that the command line knows: `stack`, `source`, `ks`. */
  kind?: string
  namespace?: string
  name?: string
  /** Also try inputs again that failed before. */
  force?: boolean
}

/** Keys that are due now, and the token that they carry in `status.lastHandledReconcileAt` once they were looked at. */
export interface SyncAnswer {
  token: string
  marked: string[]
}

/** Marks what was asked for due now. An object that does not exist is an error, an unknown field too. */
export async function sync(app: Application, event: unknown): Promise<SyncAnswer> {
  const { controller, store, random, log } = app
  const { kind, name, force, ...request } = await readRequest(event)
  const namespace = request.namespace ?? (name === undefined ? undefined : defaultNamespace)
  await app.bootstrap()
  const keys = (await store.list(kind === undefined ? '' : `${kind}/`))
    .map(({ record }) => record)
    .filter((record) => namespace === undefined || record.namespace === namespace)
    .filter((record) => name === undefined || record.name === name)
    .map(keyOf)
  if (name !== undefined && keys.length === 0) {
    const wanted = [kind, namespace, name].join('/')
    throw stalled('NotFound', `${wanted} does not exist; reconcile its source first, or look at its name`)
  }
  const token = random.uuid()
  const marked = await controller.markDue(keys, { token, ...(force === undefined ? {} : { force }) })
  await app.flush()
  log.info({ function: 'sync', marked: marked.length, force: force === true }, 'marked due by hand')
  return { token, marked }
}

async function readRequest(event: unknown): Promise<SyncRequest> {
  const fields = typeof event === 'object' && event !== null ? (event as Record<string, unknown>) : {}
  const request: SyncRequest = {}
  for (const [field, value] of Object.entries(fields)) {
    if ((field === 'kind' || field === 'namespace' || field === 'name') && typeof value === 'string') {
      request[field] = value
    } else if (field === 'force' && typeof value === 'boolean') {
      request.force = value
    } else {
      throw stalled(
        'InvalidRequest',
        `"${field}" is unknown or of the wrong type; write {"kind", "namespace", "name": text, "force": true}`,
      )
    }
  }
  if (request.kind !== undefined) {
    const { kindByWord, kinds } = await import('../../src/api/kinds/index.ts')
    const known = kindByWord(request.kind)
    if (known === undefined) {
      const names = kinds.map(({ kind }) => kind).join(', ')
      throw stalled('InvalidRequest', `kind: "${request.kind}" is unknown; known: ${names}`)
    }
    request.kind = known.kind
  } else if (request.name !== undefined) {
    throw stalled('InvalidRequest', 'name: needs a kind beside it')
  }
  return request
}
