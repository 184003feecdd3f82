import { parseTemplate } from '../../../../template/cloudformation/parse.ts'
import { TemplateError } from '../../../../template/cloudformation/problem.ts'
import { isObject } from '../input.ts'
import type { JsonObject } from '../model.ts'
import { TransformError } from './transform-error.ts'

/** What an include needs of the world. */
export interface IncludeContext {
  /** The text of a location, which may be a parameter. */
  text(value: unknown): string | undefined
  /** The snippet there; rejects with TransformError. */
  fetch(location: string): Promise<string>
}

const INCLUDE = 'AWS::Include'

/** Whether a template has an `Fn::Transform` anywhere. */
export function mentionsTransform(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(mentionsTransform)
  return (
    isObject(value) &&
    Object.entries(value).some(([key, child]) => key === 'Fn::Transform' || mentionsTransform(child))
  )
}

/**
 * Puts in what AWS::Include names: in the header its snippet joins the template, below, the siblings of the
 * `Fn::Transform`. Other transforms stay away without a trace: nobody is there to run them.
 */
export async function include(template: JsonObject, context: IncludeContext): Promise<JsonObject> {
  const header = template['Transform']
  const declared = Array.isArray(header) ? header : header === undefined ? [] : [header]
  let result = template
  for (const transform of declared)
    if (isObject(transform) && transform['Name'] === INCLUDE)
      result = { ...result, ...(await snippetOf(transform, context)) }
  return (await within(result, context)) as JsonObject
}

async function within(value: unknown, context: IncludeContext): Promise<unknown> {
  if (Array.isArray(value)) return await Promise.all(value.map((item) => within(item, context)))
  if (!isObject(value)) return value
  const entries: [string, unknown][] = []
  for (const [key, child] of Object.entries(value)) {
    if (key !== 'Fn::Transform') {
      entries.push([key, await within(child, context)])
      continue
    }
    for (const transform of Array.isArray(child) ? child : [child])
      if (isObject(transform) && transform['Name'] === INCLUDE)
        entries.push(...Object.entries(await snippetOf(transform, context)))
  }
  return Object.fromEntries(entries)
}

async function snippetOf(transform: JsonObject, context: IncludeContext): Promise<JsonObject> {
  const parameters = isObject(transform['Parameters']) ? transform['Parameters'] : {}
  const location = context.text(parameters['Location'])
  if (location === undefined || location === '')
    throw new TransformError(
      `Transform ${INCLUDE} failed with: The location parameter is not a valid S3 uri.`,
    )
  if (!/^(?:s3|https?):\/\//.test(location))
    throw new TransformError(
      `Transform ${INCLUDE} failed with: The location parameter is not a valid S3 uri.`,
    )
  const body = await context.fetch(location)
  try {
    return parseTemplate(body).value
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    throw new TransformError(
      `Transform ${INCLUDE} failed with: The specified S3 object's content should be valid Yaml/JSON`,
    )
  }
}
