import { app } from '@azure/functions'
import type { HttpRequest, HttpResponseInit } from '@azure/functions'
import { HeadwaterError } from '../../src/api/errors.ts'
import type { Application } from '../shared/application.ts'
import { sync } from '../shared/sync.ts'
import { open } from './application.ts'
import { callerRules, checkCaller } from './caller.ts'
import type { CallerRules } from './caller.ts'

/** More than a request for one object needs, in bytes. */
const maxRequestBytes = 16 * 1024

/** Marks due what a caller with a token of the tenant asks for: `POST /sync {"kind":"azure","name":"web"}`. */
export async function handleSync(
  application: Application,
  request: Pick<HttpRequest, 'headers' | 'text'>,
  rules: CallerRules | undefined,
): Promise<HttpResponseInit> {
  const { log } = application
  if (rules === undefined) {
    log.warn({ function: 'sync' }, 'nobody may call: set tenant, audience and callers')
    return unknownCaller
  }
  const caller = await checkCaller(request.headers.get('authorization') ?? undefined, rules)
  if (caller.is !== 'allowed') {
    const reason = caller.is === 'unknown' ? caller.why : `${caller.id} is no caller of ours`
    log.warn({ function: 'sync', reason }, 'call refused')
    return caller.is === 'unknown' ? unknownCaller : { status: 403, jsonBody: { message: 'you may not' } }
  }
  try {
    return { status: 202, jsonBody: await sync(application, readBody(await request.text())) }
  } catch (error) {
    if (!(error instanceof HeadwaterError) || error.class !== 'stalled') throw error
    return { status: error.reason === 'NotFound' ? 404 : 400, jsonBody: { message: error.message } }
  }
}

/** The same answer whatever was wrong: who calls learns nothing. */
const unknownCaller: HttpResponseInit = {
  status: 401,
  headers: { 'www-authenticate': 'Bearer' },
  jsonBody: { message: 'a token of the tenant is needed' },
}

/** Nothing at all asks for everything, as with the other cloud's function. What is no JSON is told by `sync`. */
function readBody(text: string): unknown {
  if (text === '') return {}
  if (text.length > maxRequestBytes) return { body: 'too large' }
  try {
    return JSON.parse(text) as unknown
  } catch {
    // Only that it is none matters.
    return { body: 'no JSON' }
  }
}

let rules: { are: CallerRules | undefined } | undefined

// Anonymous for the host, because its keys are shared secrets: the token in the request is checked here.
app.http('sync', {
  methods: ['POST'],
  authLevel: 'anonymous',
  route: 'sync',
  handler: async (request) => {
    const application = await open()
    rules ??= { are: callerRules(application.settings) }
    return handleSync(application, request, rules.are)
  },
})
