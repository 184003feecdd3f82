import { parseTemplate } from '../../../../template/cloudformation/parse.ts'
import { readTemplate } from '../../../../template/cloudformation/structure.ts'
import type { Template } from '../../../../template/cloudformation/template.ts'
import { constraintError, validationError } from '../errors.ts'
import { type Input, flag, text } from '../input.ts'
import type { JsonObject, StackTemplate } from '../model.ts'
import type { World } from '../world.ts'
import { mentionsTransform } from './include.ts'

/** The most a TemplateBody may hold, in bytes. */
const BODY_LIMIT_BYTES = 51_200

/**
 * The text of the template that a request means: its body, what is behind its URL, or what the stack has. Undefined
 * when the request names none.
 */
export async function templateText(
  world: World,
  input: Input,
  previous: StackTemplate | undefined,
): Promise<string | undefined> {
  const body = text(input, 'TemplateBody')
  const url = text(input, 'TemplateURL')
  if (flag(input, 'UsePreviousTemplate')) {
    if (body !== undefined || url !== undefined)
      throw validationError('You cannot specify both usePreviousTemplate and Template Body/Template URL.')
    if (previous === undefined) throw validationError('No previous template found')
    return previous.body
  }
  if (body !== undefined && url !== undefined)
    throw validationError('You cannot specify both TemplateBody and TemplateURL.')
  if (body !== undefined) {
    if (Buffer.byteLength(body) > BODY_LIMIT_BYTES)
      throw constraintError(body, 'templateBody', 'Member must have length less than or equal to 51200')
    if (body === '')
      throw constraintError(body, 'templateBody', 'Member must have length greater than or equal to 1')
    return body
  }
  if (url === undefined) return undefined
  return await templateAt(world, url)
}

/** The text behind a TemplateURL. */
export async function templateAt(world: World, url: string): Promise<string> {
  if (!/^https?:\/\/[^/]+\/.+/.test(url) || !URL.canParse(url))
    throw validationError('TemplateURL must be a supported URL.')
  const body = await world.surroundings.fetchTemplate(url)
  const { hostname } = new URL(url)
  if (body === undefined && /(?:^|\.)[a-z]+$/.test(hostname) && !/amazonaws|localhost|s3/.test(hostname))
    throw validationError(`S3 error: Domain name specified in ${hostname} is not a valid S3 domain`)
  if (body === undefined)
    throw validationError(
      'S3 error: The specified key does not exist.\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html',
    )
  return body
}

/** As templateText, where a template must be. */
export async function requiredTemplateText(
  world: World,
  input: Input,
  previous?: StackTemplate,
): Promise<string> {
  const found = await templateText(world, input, previous)
  if (found === undefined) throw validationError('Either Template URL or Template Body must be specified.')
  return found
}

/** A template's text, read: what it declares, before any transform. */
export interface ReadTemplate {
  body: string
  value: JsonObject
  transforms: string[]
}

/** Reads and checks templates; the last hundred are remembered, because fleets share them. */
export interface TemplateReader {
  read(body: string): ReadTemplate
  /** The checked template of a processed value. */
  check(processed: JsonObject): Template
}

const KEPT = 100

/** A reader that has read nothing yet. */
export function createTemplateReader(): TemplateReader {
  const values = new Map<string, ReadTemplate>()
  const templates = new Map<JsonObject, Template>()
  return {
    read(body) {
      const known = values.get(body)
      if (known !== undefined) return known
      const { value } = parseTemplate(body)
      return keep(values, body, { body, value, transforms: transformsOf(value) })
    },
    check(processed) {
      return templates.get(processed) ?? keep(templates, processed, readTemplate(processed))
    },
  }
}

function keep<Key, Value>(cache: Map<Key, Value>, key: Key, value: Value): Value {
  cache.set(key, value)
  const [oldest] = cache.keys()
  if (cache.size > KEPT && oldest !== undefined) cache.delete(oldest)
  return value
}

/** The transforms in a template's header, in their order. */
export function transformsOf(value: JsonObject): string[] {
  const declared = value['Transform']
  const list = Array.isArray(declared) ? declared : declared === undefined ? [] : [declared]
  return list.map((transform) =>
    typeof transform === 'object' && transform !== null
      ? String((transform as JsonObject)['Name'])
      : String(transform),
  )
}

/** Whether a template needs CAPABILITY_AUTO_EXPAND: a transform in its header, or one below. */
export function isTransformed(read: ReadTemplate): boolean {
  return read.transforms.length > 0 || mentionsTransform(read.value)
}
