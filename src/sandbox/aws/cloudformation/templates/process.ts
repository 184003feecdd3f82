import {
  type GivenParameter,
  type ParameterValue,
  resolveParameters,
} from '../../../../template/cloudformation/parameters.ts'
import type { PseudoParameters } from '../../../../template/cloudformation/evaluate.ts'
import { expandLoops } from '../../../../template/cloudformation/language-extensions.ts'
import { TemplateError } from '../../../../template/cloudformation/problem.ts'
import { readTemplate } from '../../../../template/cloudformation/structure.ts'
import { LANGUAGE_EXTENSIONS } from '../../../../template/cloudformation/template.ts'
import { partitionOf, urlSuffixOf } from '../ids.ts'
import type { JsonObject, StackParameter, StackTemplate } from '../model.ts'
import type { Place, World } from '../world.ts'
import { include, mentionsTransform } from './include.ts'
import type { ReadTemplate } from './load.ts'
import { SERVERLESS, expandServerless } from './serverless/expand.ts'
import { TransformError } from './transform-error.ts'

export { TransformError } from './transform-error.ts'

/** What transforms are run for. */
export interface ProcessRequest {
  world: World
  place: Place
  stackId: string
  stackName: string
  read: ReadTemplate
  given: readonly GivenParameter[]
  previous?: readonly StackParameter[]
}

/**
 * Runs a template's transforms: AWS::Include, AWS::Serverless and AWS::LanguageExtensions are worked out, AWS's others
 * and macros of the account are taken to change nothing. Rejects with TransformError.
 */
export async function processTemplate(request: ProcessRequest): Promise<StackTemplate> {
  const { read } = request
  const plain = { body: read.body, processed: read.value, transforms: read.transforms }
  if (read.transforms.length === 0 && !mentionsTransform(read.value)) return plain
  const parameters = parametersFor(request)
  let processed: JsonObject = await include(read.value, {
    text: (value) => textOf(value, parameters),
    fetch: (location) => snippetAt(request, location),
  })
  if (read.transforms.includes(SERVERLESS))
    processed = expandServerless(processed, partitionOf(request.place.region))
  if (read.transforms.includes(LANGUAGE_EXTENSIONS)) processed = expanded(processed, parameters, request)
  return { ...plain, processed }
}

/** Parameter values as far as they can be told; what is wrong with them is said later, on the whole template. */
function parametersFor(request: ProcessRequest): ReadonlyMap<string, ParameterValue> {
  const template = readTemplate(request.read.value, () => {})
  const given = request.given.filter(({ key }) => template.parameters.has(key))
  try {
    return resolveParameters(template, {
      given,
      ...(request.previous === undefined
        ? {}
        : { previous: new Map(request.previous.map((parameter) => [parameter.key, parameter.value])) }),
    })
  } catch (error) {
    if (error instanceof TemplateError) return new Map()
    throw error
  }
}

function textOf(value: unknown, parameters: ReadonlyMap<string, ParameterValue>): string | undefined {
  if (typeof value === 'string') return value
  const name = typeof value === 'object' && value !== null ? (value as JsonObject)['Ref'] : undefined
  return typeof name === 'string' ? parameters.get(name)?.text : undefined
}

async function snippetAt({ world, place }: ProcessRequest, location: string): Promise<string> {
  const body = await world.surroundings.fetchTemplate(location)
  if (body !== undefined) return body
  const bucket = /^s3:\/\/([^/]+)/.exec(location)?.[1] ?? location
  const known = place.live.has(`AWS::S3::Bucket|${bucket}`)
  throw new TransformError(
    known
      ? `Transform AWS::Include failed with: The specified S3 object's content does not exist.`
      : `Transform AWS::Include failed with: S3 bucket [${bucket}] does not exist.`,
  )
}

function expanded(
  source: JsonObject,
  parameters: ReadonlyMap<string, ParameterValue>,
  { place, stackId, stackName }: ProcessRequest,
): JsonObject {
  const pseudo: PseudoParameters = {
    accountId: place.account,
    region: place.region,
    partition: partitionOf(place.region),
    urlSuffix: urlSuffixOf(place.region),
    stackId,
    stackName,
    notificationArns: [],
  }
  try {
    return expandLoops(source, { parameters, pseudo })
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    const { message } = error
    throw new TransformError(
      message.startsWith('Transform ') ? message : `Transform ${LANGUAGE_EXTENSIONS} failed with: ${message}`,
    )
  }
}
