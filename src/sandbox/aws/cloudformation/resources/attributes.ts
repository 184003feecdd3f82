import { createHash } from 'node:crypto'
import type { PropertyShape, ResourceTypeFacts } from '../../../../template/cloudformation/facts.ts'
import { arn, urlSuffixOf } from '../ids.ts'
import type { JsonObject, LiveObject } from '../model.ts'
import { ipOf } from './attribute-parts.ts'
import { KNOWN } from './known-attributes.ts'
import { fillArn } from './naming.ts'

/** The place and the schema that a resource's attributes follow from. */
export interface AttributeContext {
  place: { account: string; region: string }
  facts: ResourceTypeFacts | undefined
}

/**
 * What Fn::GetAtt answers for a resource that exists. The same question always has the same answer: it follows from
 * the properties, the physical id and AWS's ARN template, and where nothing is known from a digest of the id.
 */
export function attributeOf(live: LiveObject, name: string, context: AttributeContext): unknown {
  const settled = live.attributes[name]
  if (settled !== undefined) return settled
  const known = KNOWN[live.type]?.[name]
  if (known !== undefined) return known({ live, place: context.place, seed: seedOf(live, name) })
  const own = at(live.properties, name)
  if (own !== undefined) return own
  const { facts, place } = context
  const last = name.split('.').at(-1) ?? name
  if (facts?.refIdentifier.length === 1 && facts.refIdentifier[0] === name) return live.physicalId
  if (live.physicalId.startsWith('arn:') && last.endsWith('Arn') && name === facts?.refIdentifier[0])
    return live.physicalId
  if (/^(?:\w*)Arn$/i.test(name)) return ownArn(live, name, context)
  return generic(live, last, facts?.attributes.get(name), place)
}

/** The ARN of a resource, by AWS's template of it. */
export function ownArn(live: LiveObject, name: string, { facts, place }: AttributeContext): string {
  if (live.physicalId.startsWith('arn:')) return live.physicalId
  const [, service = 'aws', resource = 'resource'] = live.type.split('::')
  const mine = name === 'Arn' || name.startsWith(resource) || facts?.arnTemplate === undefined
  if (facts?.arnTemplate !== undefined && mine)
    return fillArn(facts.arnTemplate, place, live.physicalId.split('|').at(-1) ?? live.physicalId)
  return arn(place, service.toLowerCase(), `${resource.toLowerCase()}/${live.physicalId}`)
}

/** A value at a dotted path. */
function at(properties: JsonObject, path: string): unknown {
  let value: unknown = properties
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as JsonObject)[step]
  }
  return value
}

function seedOf(live: LiveObject, name: string): string {
  return createHash('sha256').update(`${live.type}|${live.physicalId}|${name}`).digest('hex')
}

function generic(
  live: LiveObject,
  name: string,
  shape: PropertyShape | undefined,
  place: { account: string; region: string },
): unknown {
  const seed = seedOf(live, name)
  const [, service = 'aws'] = live.type.split('::')
  const word = live.physicalId.split(/[/|:]/).at(-1)?.toLowerCase() ?? 'resource'
  const kind = shape?.kind
  if (kind === 'number' || kind === 'integer') return /port/i.test(name) ? '443' : '1'
  if (kind === 'boolean') return 'false'
  if (kind === 'list') return listOf(name, seed, word)
  if (kind === 'object' || kind === 'map' || kind === 'json') return {}
  if (/port$/i.test(name)) return '443'
  if (/(?:ip|address)$/i.test(name) && !/endpoint/i.test(name)) return ipOf(seed, '10.0')
  if (/(?:url|uri)$/i.test(name))
    return `https://${word}.${service.toLowerCase()}.${place.region}.${urlSuffixOf(place.region)}`
  if (/(?:endpoint|dnsname|domainname|host|address)$/i.test(name))
    return `${word}.${seed.slice(0, 12)}.${place.region}.${service.toLowerCase()}.${urlSuffixOf(place.region)}`
  if (/(?:status|state)$/i.test(name)) return 'ACTIVE'
  if (/(?:time|date|at|on)$/i.test(name) && /(?:time|date|created|updated|modified)/i.test(name))
    return '2024-01-01T00:00:00.000Z'
  if (/version(?:number)?$/i.test(name)) return '1'
  if (/(?:uu)?id$/i.test(name)) return seed.slice(0, 20)
  if (/name$/i.test(name)) return live.physicalId.split(/[/|:]/).at(-1) ?? live.physicalId
  return `${word}-${seed.slice(0, 12)}`
}

/** Lists have two members: templates pick the first, and pairs of addresses. */
function listOf(name: string, seed: string, word: string): string[] {
  return [seed, seed.slice(4)].map((part) =>
    /(?:ip|address)/i.test(name) ? ipOf(part, '10.0') : `${word}-${part.slice(0, 8)}`,
  )
}
