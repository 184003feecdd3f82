import * as z from 'zod'
import type { ControlCommand } from '../../control-commands.ts'
import type { Json, JsonObject } from '../json.ts'
import { isObject } from '../json.ts'
import { controlCommand } from '../section.ts'
import type { World } from '../world.ts'
import { normalisedLocation } from './body.ts'
import { vanish } from './remove.ts'

const selector = { id: z.string().optional(), type: z.string().optional() }
const milliseconds = z.number().min(0)
const rule = {
  scope: z.string().default('/'),
  type: z.string().optional(),
  location: z.string().optional(),
  sku: z.string().optional(),
  name: z.string().min(1),
}

/** What the control endpoint can be told of resources. */
export function resourceCommands(world: World): Record<string, ControlCommand<unknown>> {
  return {
    'fail-resource': controlCommand(
      'a resource, or all of a type, fails with a code and a message: refused at once (`request`) or at its end (`later`); `times` or always',
      z.strictObject({
        ...selector,
        on: z.enum(['put', 'delete', 'any']).default('put'),
        at: z.enum(['request', 'later']).default('later'),
        status: z.int().min(400).max(599).default(409),
        code: z.string().default('Conflict'),
        message: z.string().default('The resource was told to fail.'),
        times: z.int().min(0).optional(),
      }),
      ({ code, message, ...failure }) => world.faults.fail({ ...failure, error: { code, message } }),
    ),
    'delay-resource': controlCommand(
      'a resource, or all of a type, takes this many milliseconds',
      z.strictObject({ ...selector, ms: milliseconds }),
      ({ ms, ...which }) => world.faults.delay(which, ms),
    ),
    'change-resource': controlCommand(
      'somebody changes a live resource by hand (drift), at a JSON pointer into its body; without `value` it goes',
      z.strictObject({ id: z.string(), path: z.string().startsWith('/'), value: z.json().optional() }),
      ({ id, path, value }) => change(world, id, path, value),
    ),
    'delete-resource': controlCommand(
      'somebody deletes a resource by hand, and what is below it; a whole group too',
      z.strictObject({ id: z.string() }),
      ({ id }) => {
        need(world, id)
        vanish(world, id)
      },
    ),
    'stale-reads': controlCommand(
      'reads below a scope answer as of `lagMs` ago, for `forMs` from now',
      z.strictObject({ scope: z.string().default('/'), lagMs: milliseconds, forMs: milliseconds }),
      ({ scope, lagMs, forMs }) => world.faults.stale({ scope, lagMs, untilMs: world.now() + forMs }),
    ),
    policy: controlCommand(
      'a policy forbids a type, a location or both below a scope',
      z.strictObject({ ...rule, limit: z.int().min(0).optional() }),
      (body) => world.rules.add({ ...normalised(body), kind: 'policy' }),
    ),
    'policy-tags': controlCommand(
      'a policy gives these tags to what is written below a scope without them',
      z.strictObject({ scope: z.string().default('/'), tags: z.record(z.string(), z.string()) }),
      ({ scope, tags }) => world.rules.addTags(scope, tags),
    ),
    quota: controlCommand(
      'a quota: at most `limit` resources of a type, SKU or location below a scope',
      z.strictObject({ ...rule, limit: z.int().min(0) }),
      (body) => world.rules.add({ ...normalised(body), kind: 'quota' }),
    ),
    sku: controlCommand(
      'a SKU is not to be had, everywhere or in a location',
      z.strictObject({ ...rule, sku: z.string(), name: z.string().default('sku') }),
      (body) => world.rules.add({ ...normalised(body), kind: 'sku' }),
    ),
  }
}

function normalised<Body extends { location?: string | undefined }>(body: Body): Body {
  return body.location === undefined ? body : { ...body, location: normalisedLocation(body.location) }
}

function need(world: World, id: string): NonNullable<ReturnType<World['graph']['get']>> {
  const found = world.graph.get(id)
  if (found === undefined) throw new Error(`no resource has the id ${id}`)
  return found
}

function change(world: World, id: string, path: string, value: Json | undefined): void {
  const resource = need(world, id)
  const keys = path
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  const body = changed(resource.body, keys, value)
  if (!isObject(body)) throw new Error(`${path} is the whole resource; name something in it`)
  world.graph.put({ ...resource, body, changedAt: world.now(), etag: world.random.uuid() })
}

function changed(at: Json, keys: readonly string[], value: Json | undefined): Json {
  const [key, ...rest] = keys
  if (key === undefined) return value ?? null
  if (Array.isArray(at)) {
    const index = key === '-' ? at.length : Number(key)
    if (!Number.isInteger(index) || index < 0 || index > at.length)
      throw new Error(`a list has no item '${key}'`)
    const copy = [...at]
    if (rest.length === 0 && value === undefined) copy.splice(index, 1)
    else copy[index] = changed(at[index] ?? {}, rest, value)
    return copy
  }
  const under: JsonObject = isObject(at) ? at : {}
  if (rest.length === 0 && value === undefined) {
    const { [key]: _gone, ...kept } = under
    return kept
  }
  return { ...under, [key]: changed(under[key] ?? {}, rest, value) }
}
