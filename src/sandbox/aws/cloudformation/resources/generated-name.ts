import type { Random } from '../../../../api/clock.ts'
import type { ResourceTypeFacts } from '../../../../template/cloudformation/facts.ts'
import { randomText } from '../ids.ts'
import type { JsonObject } from '../model.ts'

/** What a physical id is made from. */
export interface NamingContext {
  random: Random
  place: { account: string; region: string }
  stackName: string
  logicalId: string
  type: string
  facts: ResourceTypeFacts | undefined
  properties: JsonObject
}

/** `stack-Logical-A1b2C3d4E5f6`, cut to what the service allows. */
export function generatedName(context: NamingContext, maxLength = 64, suffixLength = 12): string {
  const suffix = randomText(context.random, suffixLength)
  const room = maxLength - suffixLength - 1
  const plain = `${context.stackName}-${context.logicalId}`
  return `${cut(plain, context, room)}-${suffix}`
}

function cut(plain: string, { stackName, logicalId }: NamingContext, room: number): string {
  if (plain.length <= room) return plain
  const logicalRoom = Math.min(logicalId.length, Math.floor((room - 1) / 2))
  return `${stackName.slice(0, room - 1 - logicalRoom)}-${logicalId.slice(0, logicalRoom)}`
}

/** A property's text, or what stands for it. */
export function word(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}

/** How one type names its resources. */
export type Shape = (context: NamingContext) => string

/** The name that a property gives, else another shape. */
export function given(property: string, otherwise: Shape): Shape {
  return (context) => {
    const value = context.properties[property]
    return typeof value === 'string' && value !== '' ? value : otherwise(context)
  }
}

/** The name that a property gives, else a generated one. */
export function named(property: string, maxLength: number): Shape {
  return given(property, (context) => generatedName(context, maxLength))
}

/** The same for services that take no capitals. */
export function lowered(property: string, maxLength: number): Shape {
  return given(property, (context) => generatedName(context, maxLength).toLowerCase())
}

/** `stack-Logic-A1b2C3d4E5f6`: how the oldest types of CloudFormation are cut. */
export function shortened(context: NamingContext): string {
  return `${context.stackName.slice(0, 5)}-${context.logicalId.slice(0, 5)}-${randomText(context.random, 12)}`
}

/** A name that no property gives. */
export function unnamed(context: NamingContext): string {
  return generatedName(context, 255)
}

/** `vpc-0a1b…`: seventeen hex digits, the first of them 0. */
export function hexId(prefix: string): Shape {
  return ({ random }) => `${prefix}-0${randomText(random, 16, 'hex')}`
}

/** Lower-case letters and digits. */
export function lowerId(length: number): Shape {
  return ({ random }) => randomText(random, length, 'lower')
}
