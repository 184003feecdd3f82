import * as z from 'zod'
import type { ControlAnswer, ControlCommand, ControlQuestion, ControlRequest } from '../control-commands.ts'
import { answerControl, command } from '../control-commands.ts'
import type { CallFilter, CallLog } from './calls.ts'
import type { CloudFormationEngine } from './cloudformation/engine.ts'
import type { EdgeFaults } from './faults.ts'
import type { Identities } from './identity.ts'
import { defaultAccount } from './identity.ts'
import type { Buckets } from './s3/buckets.ts'
import type { Values } from './values.ts'

/** What the control endpoint steers. */
export interface ControlParts {
  engine: CloudFormationEngine
  edge: EdgeFaults
  calls: CallLog
  identities: Identities
  buckets: Buckets
  parameters: Values
  secrets: Values
}

const count = z.int().min(0)
const milliseconds = z.number().min(0)
const when = z.enum(['before', 'after'])

const selector = {
  service: z.string().optional(),
  action: z.string().optional(),
  region: z.string().optional(),
  account: z.string().optional(),
  stackName: z.string().optional(),
  mutating: z.boolean().optional(),
  skip: count.optional(),
  times: count.optional(),
}

const resource = {
  stackName: z.string(),
  logicalId: z.string(),
  account: z.string().exactOptional(),
  region: z.string().exactOptional(),
}

const place = { account: z.string().default(defaultAccount), region: z.string().default('us-east-1') }

const nothing = z.strictObject({})

/** What can be POSTed below `/_sandbox/`, by its last segment. */
export const commands: Readonly<Record<string, ControlCommand<ControlParts>>> = {
  'fail-resource': command(
    'a resource fails, on create, update, delete, rollback or any of them, with a reason; `times` or always',
    z.strictObject({
      ...resource,
      on: z.enum(['create', 'update', 'delete', 'rollback', 'any']).default('any'),
      reason: z.string(),
      times: count.exactOptional(),
    }),
    ({ engine }, body) => engine.faults.failResource(body),
  ),
  'delay-resource': command(
    'a resource takes this many milliseconds',
    z.strictObject({ ...resource, ms: milliseconds }),
    ({ engine }, body) => engine.faults.delayResource(body),
  ),
  'change-resource': command(
    'somebody changes a live property by hand (drift); without `value` the property goes',
    z.strictObject({ ...resource, path: z.string(), value: z.unknown().optional() }),
    ({ engine }, body) => engine.faults.changeResource(body),
  ),
  'delete-resource': command(
    'somebody deletes a resource by hand',
    z.strictObject(resource),
    ({ engine }, body) => engine.faults.deleteResource(body),
  ),
  'foreign-operation': command(
    'somebody else starts an update of a stack, which keeps it busy',
    z.strictObject({
      stackName: z.string(),
      account: z.string().exactOptional(),
      region: z.string().exactOptional(),
      ms: milliseconds,
      token: z.string().exactOptional(),
    }),
    ({ engine }, body) => engine.faults.startForeignOperation(body),
  ),
  'stale-reads': command(
    'reads of stacks answer as of `lagMs` ago, for `forMs` from now',
    z.strictObject({ lagMs: milliseconds, forMs: milliseconds, stackName: z.string().exactOptional() }),
    ({ engine }, body) => engine.faults.staleReads(body),
  ),
  throttle: command('the next calls are refused: Rate exceeded', z.strictObject(selector), ({ edge }, body) =>
    edge.add({ type: 'throttle' }, body),
  ),
  error: command(
    'the next calls are answered with a 5xx, before or after they take effect',
    z.strictObject({
      ...selector,
      when: when.default('before'),
      status: z.int().min(500).max(599).default(500),
    }),
    ({ edge }, { when, status, ...which }) => edge.add({ type: 'error', when, status }, which),
  ),
  drop: command(
    'the connection closes instead of an answer, after the call took effect or before',
    z.strictObject({ ...selector, when: when.default('after') }),
    ({ edge }, { when, ...which }) => edge.add({ type: 'drop', when }, which),
  ),
  slow: command(
    'the next answers come this many milliseconds late',
    z.strictObject({ ...selector, ms: milliseconds }),
    ({ edge }, { ms, ...which }) => edge.add({ type: 'slow', ms }, which),
  ),
  role: command(
    'a role that only those with the external id may assume, or nobody',
    z.strictObject({
      roleArn: z.string(),
      externalId: z.string().exactOptional(),
      denied: z.boolean().exactOptional(),
    }),
    ({ identities }, body) => identities.setRule(body),
  ),
  'ssm-parameter': command(
    'a parameter of the Parameter Store that no stack makes',
    z.strictObject({ ...place, name: z.string(), value: z.string() }),
    ({ parameters }, body) => parameters.set(body, body.name, body.value),
  ),
  secret: command(
    'a secret that no stack makes',
    z.strictObject({ ...place, name: z.string(), value: z.string() }),
    ({ secrets }, body) => secrets.set(body, body.name, body.value),
  ),
  'forget-faults': command(
    'no more faults; stacks stay as they are',
    nothing,
    ({ engine, edge, identities }) => {
      engine.faults.clear()
      edge.clear()
      identities.clear()
    },
  ),
  'forget-calls': command('counts from 0 again', nothing, ({ calls }) => calls.clear()),
  reset: command('an empty cloud: no stacks, buckets, faults, counts', nothing, (parts) => {
    parts.engine.faults.reset()
    for (const part of [
      parts.edge,
      parts.identities,
      parts.calls,
      parts.buckets,
      parts.parameters,
      parts.secrets,
    ]) {
      part.clear()
    }
  }),
}

const questions: Readonly<Record<string, ControlQuestion<ControlParts>>> = {
  health: { does: 'answers when the sandbox takes requests', answer: () => ({ status: 'ok' }) },
  calls: {
    does: 'calls counted; ?service, action, region, account, stack, mutating narrow it, ?log=true adds the newest one by one',
    answer: ({ calls }, query) => answerCalls(calls, query),
  },
}

/** Answers a request below `/_sandbox`. A mistake is a 400 with a sentence. */
export function handleControl(parts: ControlParts, request: ControlRequest): Promise<ControlAnswer> {
  return answerControl({ commands, questions }, parts, request)
}

function answerCalls(calls: CallLog, query: URLSearchParams): unknown {
  const filter: CallFilter = {
    service: query.get('service') ?? undefined,
    action: query.get('action') ?? undefined,
    region: query.get('region') ?? undefined,
    account: query.get('account') ?? undefined,
    stack: query.get('stack') ?? undefined,
    mutating: query.has('mutating') ? query.get('mutating') === 'true' : undefined,
  }
  return { ...calls.counts(filter), ...(query.get('log') === 'true' ? { log: calls.recent(filter) } : {}) }
}
