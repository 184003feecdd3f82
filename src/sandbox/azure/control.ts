import * as z from 'zod'
import { answerControl, command } from '../control-commands.ts'
import type { ControlAnswer, ControlCommand, ControlQuestion, ControlRequest } from '../control-commands.ts'
import type { CallLog, EdgeCall, EdgeFaults } from './edge.ts'
import { throttleCodes } from './edge.ts'
import type { Clients } from './identity/clients.ts'
import type { Limits } from './limits.ts'
import type { World } from './world.ts'

/** What the control endpoint steers. */
export interface ControlParts {
  world: World
  edge: EdgeFaults
  calls: CallLog
  limits: Limits
  clients: Clients
  /** Waits for the call that is being answered. */
  inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>
  /** Those of the sections. */
  commands: Readonly<Record<string, ControlCommand<unknown>>>
}

const count = z.int().min(0)
const milliseconds = z.number().min(0)
const when = z.enum(['before', 'after'])
const services = z.enum(['arm', 'login', 'identity'])

const selector = {
  service: services.optional(),
  action: z.string().optional(),
  method: z.string().optional(),
  path: z.string().optional(),
  name: z.string().optional(),
  mutating: z.boolean().optional(),
  skip: count.optional(),
  times: count.optional(),
}

const bucket = z.strictObject({ burst: count, perSecond: z.number().positive() })
const nothing = z.strictObject({})

const errorCodes: Readonly<Record<number, string>> = {
  502: 'BadGateway',
  503: 'ServiceUnavailable',
  504: 'GatewayTimeout',
}

/** What can be POSTed below `/_sandbox/` about calls, and about everything at once. */
const edgeCommands: Readonly<Record<string, ControlCommand<ControlParts>>> = {
  throttle: command(
    'the next calls are refused with 429 before they take effect; `code` none: without a body',
    z.strictObject({
      ...selector,
      code: z.enum(throttleCodes).default('TooManyRequests'),
      retryAfterSeconds: count.optional(),
    }),
    ({ edge }, { code, retryAfterSeconds, ...which }) =>
      edge.add({ type: 'throttle', code, retryAfterSeconds }, which),
  ),
  error: command(
    'the next calls are answered with an error, before or after they take effect',
    z.strictObject({
      ...selector,
      when: when.default('before'),
      status: z.int().min(400).max(599).default(500),
      code: z.string().optional(),
      message: z.string().optional(),
    }),
    ({ edge }, { when, status, code = errorCodes[status] ?? 'InternalServerError', message, ...which }) =>
      edge.add({ type: 'error', when, status, code, message }, which),
  ),
  forbid: command(
    'the next calls are refused with 403 AuthorizationFailed, as while a role that was just given is not known everywhere',
    z.strictObject(selector),
    ({ edge }, which) => edge.add({ type: 'forbid' }, which),
  ),
  drop: command(
    'the next calls get no answer: the connection closes, after or before they take effect',
    z.strictObject({ ...selector, when: when.default('after') }),
    ({ edge }, { when, ...which }) => edge.add({ type: 'drop', when }, which),
  ),
  slow: command(
    'the next answers come late, their effects do not',
    z.strictObject({ ...selector, ms: milliseconds }),
    ({ edge }, { ms, ...which }) => edge.add({ type: 'slow', ms }, which),
  ),
  limits: command(
    'ARM keeps limits from now on: a bucket of `burst` calls that fills by `perSecond`, by subscription and principal',
    z.strictObject({ reads: bucket.optional(), writes: bucket.optional(), deletes: bucket.optional() }),
    ({ limits }, { reads, writes, deletes }) =>
      limits.keep({
        ...(reads === undefined ? {} : { reads }),
        ...(writes === undefined ? {} : { writes }),
        ...(deletes === undefined ? {} : { deletes }),
      }),
  ),
  'forget-faults': command('no more faults, rules and limits; resources stay', nothing, (parts) => {
    for (const part of [parts.edge, parts.world.faults, parts.world.rules, parts.limits, parts.clients])
      part.clear()
  }),
  'forget-calls': command('counts from 0 again', nothing, ({ calls }) => calls.clear()),
  reset: command('an empty cloud: no resources, faults, counts', nothing, ({ world }) => world.clear()),
}

const questions: Readonly<Record<string, ControlQuestion<ControlParts>>> = {
  health: { does: 'answers when the sandbox takes requests', answer: () => ({ status: 'ok' }) },
  calls: {
    does: 'calls counted; ?service, action, subscription, group, name, mutating narrow it, ?log=true adds the newest one by one',
    answer: ({ calls }, query) => answerCalls(calls, query),
  },
  assertions: {
    does: 'the federated and certificate assertions that applications presented: issuer, subject, audience, whether taken',
    answer: ({ clients }) => clients.assertions(),
  },
}

/** Answers a request below `/_sandbox`. A mistake is a 400 with a sentence, a defect of the sandbox a 500. */
export function handleControl(parts: ControlParts, request: ControlRequest): Promise<ControlAnswer> {
  const table = { commands: { ...parts.commands, ...edgeCommands }, questions }
  return parts.inTurn(async () => {
    try {
      await parts.world.timeline.advance()
      const answered = await answerControl(table, parts, request)
      await parts.world.timeline.advance()
      return answered
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error)
      return { status: 500, body: { error: `the sandbox has a defect: ${said}` } }
    }
  })
}

function answerCalls(calls: CallLog, query: URLSearchParams): unknown {
  const filter: Parameters<CallLog['counts']>[0] = {
    service: serviceOf(query.get('service')),
    action: query.get('action') ?? undefined,
    subscription: query.get('subscription') ?? undefined,
    group: query.get('group') ?? undefined,
    name: query.get('name') ?? undefined,
    mutating: query.has('mutating') ? query.get('mutating') === 'true' : undefined,
  }
  return { ...calls.counts(filter), ...(query.get('log') === 'true' ? { log: calls.recent(filter) } : {}) }
}

function serviceOf(text: string | null): EdgeCall['service'] | undefined {
  return text === null ? undefined : services.parse(text)
}
