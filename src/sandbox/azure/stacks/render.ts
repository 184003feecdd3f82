import { durationText, lowerFirst, timestampOf, typeName } from '../deployments/texts.ts'
import { templateMember } from '../deployments/read-request.ts'
import { owned } from '../deployments/json.ts'
import { detailJson } from '../errors.ts'
import type { Json, JsonObject } from '../json.ts'
import { isObject } from '../json.ts'
import type { DenySettings, Stack, StackRequest, StackSettings } from './model.ts'
import { shownState } from './model.ts'

/** A stack as GET and PUT answer it, its members in ARM's order. */
export function stackBody(stack: Stack, apiVersion: string): JsonObject {
  const { request, lists } = stack
  const { settings, location, tags } = request
  return {
    ...(location === undefined ? {} : { location }),
    tags,
    properties: {
      actionOnUnmanage: actionBody(settings, apiVersion),
      ...optional('deploymentId', stack.deploymentId),
      ...optional('description', settings.description),
      ...optional('deploymentScope', settings.deploymentScope),
      ...(stack.durationMs === undefined ? {} : { duration: durationText(stack.durationMs) }),
      denySettings: denyBody(settings.denySettings),
      ...(stack.outputs === undefined ? {} : { outputs: stack.outputs }),
      parameters: parametersBody(request),
      ...optional('validationLevel', settings.validationLevel),
      resources: lists.resources.map(({ id, status, denyStatus }) => ({ status, denyStatus, id })),
      provisioningState: shownState(stack),
      detachedResources: lists.detachedResources.map((id) => ({ id })),
      deletedResources: lists.deletedResources.map((id) => ({ id })),
      failedResources: lists.failedResources.map(({ id, error }) => ({ id, error: detailJson(error) })),
      correlationId: request.correlationId,
      ...(stack.error === undefined ? {} : { error: detailJson(stack.error) }),
    },
    systemData: systemData(stack),
    id: stack.id,
    type: 'Microsoft.Resources/deploymentStacks',
    name: request.name,
  }
}

/** What validate's poll answers: the stack as it would be asked for, in letters of its own. */
export function validatedStackBody(
  request: StackRequest,
  id: string,
  validatedResources: readonly string[],
): JsonObject {
  const { settings, location } = request
  const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
  const action = settings.actionOnUnmanage
  const deny = denyBody(settings.denySettings)
  return {
    ...(location === undefined ? {} : { location }),
    properties: {
      validatedResources: validatedResources.map((each) => ({ id: each })),
      actionOnUnmanage: {
        resources: capital(action.resources),
        resourceGroups: capital(action.resourceGroups),
        managementGroups: capital(action.managementGroups),
      },
      ...optional('description', settings.description),
      denySettings: { ...deny, mode: capital(settings.denySettings.mode) },
      parameters: validatedParameters(request),
      correlationId: request.correlationId,
    },
    id,
    type: 'Microsoft.Resources/deploymentStacks',
    name: request.name,
  }
}

/** `actionOnUnmanage`; newer versions also say what becomes of what cannot be deleted. */
export function actionBody({ actionOnUnmanage }: StackSettings, apiVersion: string): JsonObject {
  const newer = apiVersion >= '2025-07-01' ? { resourcesWithoutDeleteSupport: 'fail' } : {}
  return { ...actionOnUnmanage, ...newer }
}

/** `denySettings` as a stack tells them. */
export function denyBody(deny: DenySettings): JsonObject {
  const { mode, applyToChildScopes, excludedPrincipals, excludedActions } = deny
  return {
    mode,
    applyToChildScopes,
    ...(excludedPrincipals === undefined ? {} : { excludedPrincipals }),
    ...(excludedActions === undefined ? {} : { excludedActions }),
  }
}

/** The parameters that were given, with types as the template writes them; secure values are left out. */
export function parametersBody({ parameters, template }: StackRequest): JsonObject {
  const declared = templateMember(template, 'parameters')
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { value, reference }]): [string, Json] => {
      const type = declaredType(declared, name)
      const isSecure = /^secure/i.test(type ?? '')
      return [
        name,
        {
          ...(reference === undefined ? {} : { reference: owned(reference) }),
          ...(value === undefined || isSecure ? {} : { value: owned(value) }),
          ...(type === undefined ? {} : { type }),
        },
      ]
    }),
  )
}

function validatedParameters(request: StackRequest): JsonObject {
  return Object.fromEntries(
    Object.entries(parametersBody(request)).map(([name, shown]): [string, Json] => {
      if (!isObject(shown)) return [name, shown]
      const { type, ...rest } = shown
      return [lowerFirst(name), { ...(typeof type === 'string' ? { type: typeName(type) } : {}), ...rest }]
    }),
  )
}

function declaredType(declared: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const found = Object.entries(declared).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
  if (typeof found !== 'object' || found === null) return undefined
  const type: unknown = Object.entries(found).find(([key]) => key === 'type')?.[1]
  return typeof type === 'string' ? type : undefined
}

function systemData({ createdAtMs, createdBy, modifiedAtMs, request }: Stack): JsonObject {
  return {
    createdBy: createdBy.clientId,
    createdByType: 'Application',
    createdAt: timestampOf(createdAtMs),
    lastModifiedBy: request.caller.clientId,
    lastModifiedByType: 'Application',
    lastModifiedAt: timestampOf(modifiedAtMs),
  }
}

function optional(name: string, value: string | undefined): JsonObject {
  return value === undefined ? {} : { [name]: value }
}
