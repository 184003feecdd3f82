import { givenParameters, templateOf } from '../deployments/read-request.ts'
import type { Place } from '../deployments/place.ts'
import { gatewayError } from '../errors.ts'
import type { Json, JsonObject } from '../json.ts'
import { isObject, member, objectMember, textMember } from '../json.ts'
import { normalisedLocation } from '../resources/body.ts'
import type { ArmRequest } from '../wire.ts'
import type { DenyMode, DenySettings, StackRequest, StackSettings, UnmanageAction } from './model.ts'

const namePattern = /^[-\w.()]{1,90}$/
const denyModes: readonly DenyMode[] = ['none', 'denyDelete', 'denyWriteAndDelete']

/** Reads the body of a stack's PUT or validate, or of its what-if. Throws ArmError for what is no such body. */
export function readStackRequest(request: ArmRequest, place: Place, name: string): StackRequest {
  if (!namePattern.test(name)) {
    throw gatewayError(400, 'InvalidDeploymentStackName', `The deployment stack name '${name}' is not valid.`)
  }
  const properties = member(request.body, 'properties')
  if (!isObject(properties)) throw badContent(`the request has no 'properties'`)
  const location = textMember(request.body, 'location')
  if (place.scope.kind !== 'resourceGroup' && location === undefined) {
    throw gatewayError(400, 'LocationRequired', 'The location property is required for this definition.')
  }
  return {
    place,
    name,
    tags: objectMember(request.body, 'tags'),
    settings: settingsOf(properties),
    ...templateOf(request, properties),
    parameters: givenParameters(properties),
    ...(location === undefined || place.scope.kind === 'resourceGroup'
      ? {}
      : { location: normalisedLocation(location) }),
    apiVersion: request.apiVersion,
    caller: request.caller,
    correlationId: request.correlationId,
  }
}

function settingsOf(properties: JsonObject): StackSettings {
  const action = member(properties, 'actionOnUnmanage')
  if (!isObject(action)) throw badContent(`'properties.actionOnUnmanage' is required`)
  const description = textMember(properties, 'description')
  const deploymentScope = textMember(properties, 'deploymentScope')
  const validationLevel = textMember(properties, 'validationLevel')
  return {
    actionOnUnmanage: {
      resources: unmanageAction(action, 'resources'),
      resourceGroups: unmanageAction(action, 'resourceGroups'),
      managementGroups: unmanageAction(action, 'managementGroups'),
    },
    denySettings: denySettingsOf(member(properties, 'denySettings')),
    ...(description === undefined ? {} : { description }),
    ...(deploymentScope === undefined ? {} : { deploymentScope }),
    ...(validationLevel === undefined ? {} : { validationLevel }),
    bypassStackOutOfSyncError: member(properties, 'bypassStackOutOfSyncError') === true,
  }
}

function unmanageAction(action: JsonObject, kind: string): UnmanageAction {
  const text = textMember(action, kind) ?? 'detach'
  if (/^delete$/i.test(text)) return 'delete'
  if (/^detach$/i.test(text)) return 'detach'
  throw badContent(`'properties.actionOnUnmanage.${kind}' is '${text}'; it may be 'delete' or 'detach'`)
}

function denySettingsOf(value: Json | undefined): DenySettings {
  if (!isObject(value)) throw badContent(`'properties.denySettings' is required`)
  const asked = textMember(value, 'mode') ?? 'none'
  const mode = denyModes.find((known) => known.toLowerCase() === asked.toLowerCase())
  if (mode === undefined) {
    throw badContent(`'properties.denySettings.mode' is '${asked}'; it may be ${denyModes.join(', ')}`)
  }
  const excludedPrincipals = texts(value, 'excludedPrincipals')
  const excludedActions = texts(value, 'excludedActions')
  if ((excludedPrincipals?.length ?? 0) > 5) throw badContent(`up to 5 principals can be excluded`)
  if ((excludedActions?.length ?? 0) > 200) throw badContent(`up to 200 actions can be excluded`)
  return {
    mode,
    applyToChildScopes: member(value, 'applyToChildScopes') === true,
    ...(excludedPrincipals === undefined ? {} : { excludedPrincipals }),
    ...(excludedActions === undefined ? {} : { excludedActions }),
  }
}

function texts(value: JsonObject, name: string): string[] | undefined {
  const list = member(value, name)
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : undefined
}

function badContent(what: string): Error {
  return gatewayError(
    400,
    'InvalidRequestContent',
    `The request content was invalid and could not be deserialized: ${what}.`,
  )
}
