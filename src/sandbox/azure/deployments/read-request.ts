import type { ArmTemplate, GivenParameter, Locate } from '../../../template/arm/index.ts'
import { parseArmTemplate } from '../../../template/arm/index.ts'
import { gatewayError } from '../errors.ts'
import type { Json, JsonObject } from '../json.ts'
import { isObject, member, objectMember, textMember } from '../json.ts'
import { normalisedLocation } from '../resources/body.ts'
import type { ArmRequest } from '../wire.ts'
import type { DeploymentRequest } from './model.ts'
import type { Place } from './place.ts'

// Microsoft.Resources/deployments: names of up to 64 letters, digits, and -_.()
const namePattern = /^[-\w.()]{1,64}$/
const maxTemplateBytes = 4 * 1024 * 1024

/** Reads the body of a deployment's PUT, validate or whatIf. Throws ArmError for what ARM does not even look into. */
export function readDeploymentRequest(request: ArmRequest, place: Place, name: string): DeploymentRequest {
  if (!namePattern.test(name)) throw badName(name)
  const body = request.body
  const properties = member(body, 'properties')
  if (!isObject(properties)) {
    throw badContent(
      `The request content was invalid and could not be deserialized: 'Required property 'properties' not found in JSON. Path '', line 1, position 2.'.`,
    )
  }
  const location = locationOf(body, place, name)
  const tags = member(body, 'tags')
  const onError = onErrorOf(member(properties, 'onErrorDeployment'))
  const validationLevel = textMember(properties, 'validationLevel')
  return {
    place,
    name,
    mode: modeOf(properties, place),
    ...templateOf(request, properties),
    parameters: givenParameters(properties),
    ...(location === undefined ? {} : { location }),
    ...(isObject(tags) ? { tags } : {}),
    ...(onError === undefined ? {} : { onError }),
    ...(validationLevel === undefined ? {} : { validationLevel }),
    apiVersion: request.apiVersion,
    caller: request.caller,
    correlationId: request.correlationId,
  }
}

/** The template of a request's `properties`, and places in its text. Throws ArmError where there is none to be had. */
export function templateOf(
  request: ArmRequest,
  properties: JsonObject,
): Pick<DeploymentRequest, 'template' | 'locate'> {
  const template = member(properties, 'template')
  if (template === undefined || template === null) throw noTemplate(member(properties, 'templateLink'))
  if (!isObject(template))
    throw badContent(
      `The request content was invalid and could not be deserialized: 'Error converting value to type 'Template'. Path 'properties.template'.'.`,
    )
  const text = request.bodyText(['properties', 'template'])
  if (text !== undefined && Buffer.byteLength(text) > maxTemplateBytes) {
    const message = `The request content size exceeds the maximum size of '${maxTemplateBytes}' bytes. Please see https://aka.ms/arm-template/#limits for usage details.`
    throw gatewayError(413, 'RequestContentTooLarge', message)
  }
  const parsed = text === undefined ? undefined : parseArmTemplate(text)
  return parsed?.template === undefined
    ? { template }
    : {
        template: parsed.template,
        locate: inBody(request.text, text ?? '', valuePlaces(text ?? '', parsed.locate)),
      }
}

/** Recorded: lines and columns are those of the whole body, whose part the template is. */
function inBody(body: string, template: string, locate: Locate): Locate {
  const before = body.slice(0, Math.max(0, body.indexOf(template))).split('\n')
  return (path) => {
    const { line, column } = locate(path)
    return {
      line: line + before.length - 1,
      column: line === 1 ? column + (before.at(-1) ?? '').length : column,
    }
  }
}

/** ARM tells where a value begins, not its name. */
function valuePlaces(text: string, locate: Locate): Locate {
  const lines = text.split('\n')
  return (path) => {
    const { line, column } = locate(path)
    const rest = lines
      .slice(line - 1)
      .join('\n')
      .slice(column - 1)
    const name = /^("(?:[^"\\]|\\.)*"|'[^']*'|[$\w-]+)\s*:\s*/.exec(rest)?.[0]
    if (name === undefined || typeof path.at(-1) !== 'string') return { line, column }
    const passed = name.split('\n')
    return passed.length === 1
      ? { line, column: column + name.length }
      : { line: line + passed.length - 1, column: (passed.at(-1) ?? '').length + 1 }
  }
}

function noTemplate(link: Json | undefined): Error {
  const id = textMember(link, 'id')
  if (id !== undefined) {
    const message = `The template spec '${id}' is invalid or could not be found. The sandbox has no template specs: put the template into the request.`
    return gatewayError(400, 'InvalidTemplateSpec', message)
  }
  const uri = textMember(link, 'uri') ?? textMember(link, 'relativePath')
  if (uri !== undefined) {
    const message = `Unable to download deployment content from '${uri}'. The sandbox downloads nothing: put the template into the request.`
    return gatewayError(400, 'InvalidContentLink', message)
  }
  return badContent(
    'The template deployment request is invalid: neither a template nor a template link is there.',
  )
}

/** The parameters of a request's `properties`; a link to them is refused. */
export function givenParameters(properties: JsonObject): Record<string, GivenParameter> {
  if (isObject(member(properties, 'parametersLink'))) {
    const uri = textMember(member(properties, 'parametersLink'), 'uri') ?? ''
    const message = `Unable to download deployment content from '${uri}'. The sandbox downloads nothing: put the parameters into the request.`
    throw gatewayError(400, 'InvalidContentLink', message)
  }
  return Object.fromEntries(
    Object.entries(objectMember(properties, 'parameters')).map(([name, given]) => {
      const value = member(given, 'value')
      const reference = member(given, 'reference')
      return [
        name,
        { ...(value === undefined ? {} : { value }), ...(reference === undefined ? {} : { reference }) },
      ]
    }),
  )
}

function locationOf(body: Json | undefined, place: Place, name: string): string | undefined {
  const location = textMember(body, 'location')
  const isGroup = place.scope.kind === 'resourceGroup'
  if (isGroup && location !== undefined) {
    throw gatewayError(
      400,
      'InvalidDeployment',
      `The 'location' property is not allowed for '${name}' at resource group scope. Please see https://aka.ms/deploy-to-subscription for usage details.`,
    )
  }
  if (!isGroup && location === undefined) {
    throw gatewayError(
      400,
      'InvalidDeployment',
      `The 'location' property must be specified for '${name}'. Please see https://aka.ms/deploy-to-subscription for usage details.`,
    )
  }
  return location === undefined ? undefined : normalisedLocation(location)
}

function modeOf(properties: JsonObject, place: Place): DeploymentRequest['mode'] {
  const mode = (textMember(properties, 'mode') ?? 'Incremental').toLowerCase()
  if (mode === 'incremental') return 'Incremental'
  if (mode !== 'complete') {
    throw badContent(
      `The request content was invalid and could not be deserialized: 'Error converting value "${mode}" to type 'DeploymentMode'. Path 'properties.mode'.'.`,
    )
  }
  if (place.scope.kind !== 'resourceGroup') {
    throw gatewayError(
      400,
      'InvalidDeploymentMode',
      `The deployment mode 'Complete' is not supported at this scope: only a resource group can be deployed in complete mode.`,
    )
  }
  return 'Complete'
}

function onErrorOf(value: Json | undefined): DeploymentRequest['onError'] {
  const type = textMember(value, 'type')
  if (type === undefined) return undefined
  const deploymentName = textMember(value, 'deploymentName')
  return { type, ...(deploymentName === undefined ? {} : { deploymentName }) }
}

function badContent(message: string): Error {
  return gatewayError(400, 'InvalidRequestContent', message)
}

function badName(name: string): Error {
  const what =
    name.length > 64
      ? `exceeds the maximum length of '64'`
      : `is not valid: it may have letters, digits, and the characters -_.()`
  return gatewayError(
    400,
    'InvalidDeploymentName',
    `The deployment name '${name}' ${what}. Please see https://aka.ms/arm-deployment-name for usage details.`,
  )
}

/** A template's member as an object; an empty one when it is something else. */
export function templateMember(template: ArmTemplate, name: string): Readonly<Record<string, unknown>> {
  const found: unknown = Object.entries(template).find(
    ([key]) => key.toLowerCase() === name.toLowerCase(),
  )?.[1]
  return typeof found === 'object' && found !== null && !Array.isArray(found)
    ? Object.fromEntries(Object.entries(found))
    : {}
}
