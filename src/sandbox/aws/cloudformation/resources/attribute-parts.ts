import { partitionOf, urlSuffixOf } from '../ids.ts'
import { isObject } from '../input.ts'
import type { JsonObject, LiveObject } from '../model.ts'

/** A private or public address that always is the same for the same seed. */
export function ipOf(seed: string, prefix: string): string {
  return `${prefix}.${Number.parseInt(seed.slice(0, 2), 16)}.${Number.parseInt(seed.slice(2, 4), 16)}`
}

/** What an interface says of itself besides its primary address: those named, then as many as were asked for by number. */
export function secondaryIps({ live, seed }: Known): string[] {
  const listed = live.properties['PrivateIpAddresses']
  const named = (Array.isArray(listed) ? (listed as JsonObject[]) : [])
    .filter((entry) => String(entry['Primary']) !== 'true')
    .map((entry) => String(entry['PrivateIpAddress']))
  const count = Number(live.properties['SecondaryPrivateIpAddressCount'] ?? 0)
  return [...named, ...Array.from({ length: count }, (_, index) => ipOf(seed.slice(index * 2), '10.0'))]
}

/** What an attribute follows from: the thing, where it is, and a digest that is always the same for both. */
export interface Known {
  live: LiveObject
  place: { account: string; region: string }
  seed: string
}

/** The last part of a text. */
export function last(text: string, separator: string): string {
  return text.split(separator).at(-1) ?? text
}

/** The name at the end of a queue’s URL. */
export function queueName({ live }: Known): string {
  return last(live.physicalId, '/')
}

/** `sg-0a1b…`, from the digest. */
export function hexId(prefix: string): (known: Known) => string {
  return ({ seed }) => `${prefix}-0${seed.slice(0, 16)}`
}

/** A name below AWS’s domain. */
export function awsHost(render: (known: Known) => string): (known: Known) => string {
  return (known) => `${render(known)}.${urlSuffixOf(known.place.region)}`
}

/** IAM’s ARNs have no region, and the path in them. */
export function iamArn(kind: string): (known: Known) => string {
  return ({ live, place }) => {
    const path = live.properties['Path']
    const folder = typeof path === 'string' ? path.replace(/^\//, '') : ''
    return `arn:${partitionOf(place.region)}:iam::${place.account}:${kind}/${folder}${live.physicalId}`
  }
}

/** The physical id. */
export function itself({ live }: Known): string {
  return live.physicalId
}

/** A UUID made of a digest. */
export function uuidOf(seed: string): string {
  return seed.slice(0, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-4$3-8$4-')
}

/** A group outside a VPC is called by its name and still has an id. */
export function securityGroupId({ live, seed }: Known): string {
  return live.physicalId.startsWith('sg-') ? live.physicalId : `sg-0${seed.slice(0, 16)}`
}

/** What SnapStart applies to, if to anything. */
export function snapStart(live: LiveObject): string | undefined {
  const setting = live.properties['SnapStart']
  const applyOn = isObject(setting) ? setting['ApplyOn'] : undefined
  return typeof applyOn === 'string' && applyOn !== 'None' ? applyOn : undefined
}

/** The address of a search domain. */
export function searchEndpoint({ live, place, seed }: Known): string {
  return `search-${live.physicalId}-${seed.slice(0, 26)}.${place.region}.es.${urlSuffixOf(place.region)}`
}

/** The address of a cache’s node. */
export function cacheEndpoint({ live, place, seed }: Known): string {
  return `${live.physicalId}.${seed.slice(0, 6)}.0001.use1.cache.${urlSuffixOf(place.region)}`
}

/** The port that a database engine listens on. */
export function portOf(engine: string): string {
  if (engine.includes('postgres')) return '5432'
  if (engine.includes('oracle')) return '1521'
  return engine.includes('sqlserver') ? '1433' : '3306'
}
