import { owned } from '../../deployments/json.ts'
import { timestampOf } from '../../deployments/texts.ts'
import { detailJson } from '../../errors.ts'
import { groupType } from '../../ids.ts'
import type { Json, JsonObject } from '../../json.ts'
import type { PropertyChange } from '../../what-if/property-change.ts'
import type { DenySettings, Stack } from '../model.ts'
import { actionBody, denyBody, parametersBody } from '../render.ts'
import type { StackResourceChange, WhatIfResult } from './model.ts'

/** A stack's what-if as GET answers it; with `configuration` each resource tells its properties' changes too. */
export function resultBody(
  result: WhatIfResult,
  stack: Stack | undefined,
  configuration: boolean,
): JsonObject {
  const { request, state, stackModifiedAtMs, changes, error } = result
  const { settings, location, tags, apiVersion, correlationId, name } = request.stack
  return {
    ...(location === undefined ? {} : { location }),
    tags,
    properties: {
      ...(settings.description === undefined ? {} : { description: settings.description }),
      deploymentStackResourceId: request.deploymentStackResourceId,
      retentionInterval: request.retentionInterval,
      provisioningState: state,
      deploymentStackLastModified:
        stackModifiedAtMs === undefined
          ? '0001-01-01T00:00:00+00:00'
          : timestampOf(stackModifiedAtMs).replace('Z', '+00:00'),
      ...(changes === undefined
        ? {}
        : {
            changes: changesBody(result, changes, stack, configuration),
            diagnostics: diagnosticsOf(result),
          }),
      correlationId,
      actionOnUnmanage: actionBody(settings, apiVersion),
      denySettings: fullDenyBody(settings.denySettings),
      ...(settings.deploymentScope === undefined ? {} : { deploymentScope: settings.deploymentScope }),
      parameters: parametersBody(request.stack),
      ...(settings.validationLevel === undefined ? {} : { validationLevel: settings.validationLevel }),
      bypassStackOutOfSyncError: settings.bypassStackOutOfSyncError,
      ...(error === undefined ? {} : { error: detailJson(error) }),
    },
    id: result.id,
    type: 'Microsoft.Resources/deploymentStacksWhatIfResults',
    name,
  }
}

function fullDenyBody(deny: DenySettings): JsonObject {
  return denyBody({ excludedPrincipals: [], excludedActions: [], ...deny })
}

function changesBody(
  { request }: WhatIfResult,
  changes: readonly StackResourceChange[],
  stack: Stack | undefined,
  configuration: boolean,
): JsonObject {
  const { settings } = request.stack
  const before = stack?.request.settings
  return {
    resourceChanges: changes.map((change) => resourceChangeBody(change, configuration)),
    denySettingsChange: denySettingsChange(before?.denySettings, settings.denySettings),
    deploymentScopeChange:
      before?.deploymentScope === settings.deploymentScope
        ? {}
        : {
            ...(before?.deploymentScope === undefined ? {} : { before: before.deploymentScope }),
            ...(settings.deploymentScope === undefined ? {} : { after: settings.deploymentScope }),
          },
  }
}

function resourceChangeBody(
  { change, kind, certainty, managed, denied }: StackResourceChange,
  configuration: boolean,
): JsonObject {
  const { resourceId, type, before, after, delta, unsupportedReason } = change
  return {
    id: resourceId,
    type,
    managementStatusChange: managed,
    denyStatusChange: denied,
    ...(unsupportedReason === undefined ? {} : { unsupportedReason }),
    changeType: kind,
    changeCertainty: certainty,
    ...(configuration
      ? {
          resourceConfigurationChanges: {
            ...(before === undefined ? {} : { before }),
            ...(after === undefined ? {} : { after }),
            delta: (delta ?? []).map((each) => propertyBody(each)),
          },
        }
      : {}),
  }
}

function propertyBody({ path, propertyChangeType, before, after, children }: PropertyChange): JsonObject {
  return {
    path,
    changeType: propertyChangeType.charAt(0).toLowerCase() + propertyChangeType.slice(1),
    ...(before === undefined ? {} : { before: owned(before) }),
    ...(after === undefined ? {} : { after: owned(after) }),
    ...(children === undefined ? {} : { children: children.map((child) => propertyBody(child)) }),
  }
}

function denySettingsChange(before: DenySettings | undefined, after: DenySettings): JsonObject {
  const delta = [
    scalarDelta('Mode', before === undefined ? undefined : capital(before.mode), capital(after.mode)),
    scalarDelta(
      'ApplyToChildScopes',
      before === undefined ? undefined : truth(before.applyToChildScopes),
      truth(after.applyToChildScopes),
    ),
    listDelta('ExcludedPrincipals', before?.excludedPrincipals ?? [], after.excludedPrincipals ?? []),
    listDelta('ExcludedActions', before?.excludedActions ?? [], after.excludedActions ?? []),
  ].flat()
  return {
    ...(before === undefined ? {} : { before: whole(before) }),
    after: whole(after),
    delta,
  }
}

function whole({
  mode,
  applyToChildScopes,
  excludedPrincipals = [],
  excludedActions = [],
}: DenySettings): JsonObject {
  return { mode: capital(mode), excludedPrincipals, excludedActions, applyToChildScopes }
}

function scalarDelta(path: string, before: string | undefined, after: string): Json[] {
  if (before === after) return []
  return before === undefined
    ? [{ path, changeType: 'create', after }]
    : [{ path, changeType: 'modify', before, after }]
}

function listDelta(path: string, before: readonly string[], after: readonly string[]): Json[] {
  const children: Json[] = []
  for (const [index, item] of before.entries()) {
    if (!after.includes(item)) children.push({ path: String(index), changeType: 'delete', before: item })
  }
  for (const [index, item] of after.entries()) {
    if (!before.includes(item)) children.push({ path: String(index), changeType: 'create', after: item })
  }
  return children.length === 0 ? [] : [{ path, changeType: 'array', children }]
}

function diagnosticsOf({ request, changes = [], skipped = [] }: WhatIfResult): Json[] {
  const { mode, applyToChildScopes } = request.stack.settings.denySettings
  const hasGroup = changes.some(({ change }) => change.type === groupType)
  const children: Json[] =
    mode !== 'none' && applyToChildScopes && hasGroup
      ? [
          {
            level: 'info',
            code: 'RGDenyAssignmentNeverAppliesToChildScopes',
            message:
              'Even though the deny setting `ApplyToChildScopes` was set to true, child scopes will not be applied to any resource group with a deny assignment.',
            additionalInfo: [],
          },
        ]
      : []
  const shortCircuited = skipped.map((target): Json => ({
    level: 'warning',
    code: 'NestedDeploymentShortCircuited',
    message:
      'A nested deployment got short-circuited and all its resources got skipped from validation. This is due to a nested template having a parameter that was not fully evaluated (contains a reference() function).',
    target,
    additionalInfo: [],
  }))
  return [...children, ...shortCircuited]
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function truth(value: boolean): string {
  return value ? 'True' : 'False'
}
