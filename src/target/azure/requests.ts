import { stalled } from '../../api/errors.ts'
import type { AzureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import type { ObjectRecord, Operation } from '../../api/record.ts'
import type { ArmRequest } from './client.ts'
import { ownerMark } from '../operation.ts'
import { operationTag, ownerTag, type Settings } from './context.ts'
import { apiVersions, placeOf, type Place } from './place.ts'

/** ARM's limit on a request, which holds the template, in bytes. */
const maxTemplateBytes = 4 * 1024 * 1024

/** Where the packaged files come from. */
export interface BodyPorts {
  templateBody(sha256: string): Promise<Uint8Array>
}

/** What a deployment's calls are made from: two texts of JSON. */
export interface Bodies {
  template: string
  parameters: string
}

/** Reads the packaged template and parameters. Throws `stalled` errors when they are not there, no JSON or too large. */
export async function readBodies(record: Pick<ObjectRecord, 'inputs'>, ports: BodyPorts): Promise<Bodies> {
  const { template, parameters } = record.inputs?.files ?? {}
  if (template === undefined)
    throw stalled('TemplateNotFound', 'the template was not packaged with the object; reconcile its source')
  if (template.bytes > maxTemplateBytes)
    throw stalled(
      'TemplateTooLarge',
      `template ${template.path} has ${template.bytes} bytes, ARM takes ${maxTemplateBytes} at most; split it into modules of several deployments`,
    )
  return {
    template: await readJson(template, ports),
    parameters: parameters === undefined ? '{}' : await readJson(parameters, ports),
  }
}

async function readJson(
  { sha256, path }: { sha256: string; path: string },
  ports: BodyPorts,
): Promise<string> {
  const text = new TextDecoder().decode(await ports.templateBody(sha256))
  try {
    JSON.parse(text)
    return text
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw stalled('InvalidTemplate', `${path} was packaged as something that is no JSON: ${error.message}`)
  }
}

/** What requests are made from. */
export interface RequestInput {
  settings: Pick<Settings, 'controllerId'>
  record: Pick<ObjectRecord, 'namespace' | 'name' | 'spec'>
  operation: Pick<Operation, 'id' | 'data'>
  bodies: Bodies
}

/** For messages: `deployment eu_web`. */
export function callName({ means, name }: Place): string {
  return means === 'stack' ? `deployment stack ${name}` : `deployment ${name}`
}

/** The API version that a place's own type is spoken in. */
export function versionOf({ means }: Place): string {
  return means === 'stack' ? apiVersions.stacks : apiVersions.deployments
}

/** Makes or updates the deployment or stack. */
export function putRequest(input: RequestInput): ArmRequest {
  const place = placeOf(input.record)
  const body = place.means === 'stack' ? stackBody(input) : deploymentBody(input)
  return { method: 'PUT', path: place.id, apiVersion: versionOf(place), body, what: callName(place) }
}

/** Has ARM look at it without making it. */
export function validateRequest(input: RequestInput): ArmRequest {
  const place = placeOf(input.record)
  const body = place.means === 'stack' ? stackBody(input) : deploymentBody(input)
  return {
    method: 'POST',
    path: `${place.id}/validate`,
    apiVersion: versionOf(place),
    body,
    what: `${callName(place)}/validate`,
  }
}

/** Asks what would change. For a stack that is a resource of its own, which is read later by its name. */
export function whatIfRequest(input: RequestInput): ArmRequest {
  const place = placeOf(input.record)
  const what = `${callName(place)}/whatIf`
  if (place.means === 'stack')
    return {
      method: 'PUT',
      path: whatIfResultId(place),
      apiVersion: apiVersions.stacks,
      body: stackBody(input, place),
      what,
    }
  const settings = { whatIfSettings: { resultFormat: 'FullResourcePayloads' } }
  return {
    method: 'POST',
    path: `${place.id}/whatIf`,
    apiVersion: apiVersions.deployments,
    body: deploymentBody(input, settings),
    what,
  }
}

/** Where a stack's what-if lies: one a stack, made anew with each question. */
export function whatIfResultId(place: Place): string {
  return place.id.replace(/\/deploymentStacks\/([^/]+)$/, '/deploymentStacksWhatIfResults/$1')
}

/** A name for one question: an answer to an earlier one lies under the same id. */
export function whatIfToken({ id, data }: Pick<Operation, 'id' | 'data'>): string {
  return `${id}.${data['intentAt'] ?? ''}`
}

/** Makes the resource group, marked as made by us. */
export function groupRequest({ settings, record }: Pick<RequestInput, 'settings' | 'record'>): ArmRequest {
  const { scope } = record.spec as AzureDeploymentSpec
  const place = placeOf(record)
  const body = {
    location: scope.resourceGroup?.location,
    tags: { [ownerTag]: ownerMark(settings, record) },
  }
  return {
    method: 'PUT',
    path: place.scopeId,
    apiVersion: apiVersions.groups,
    body: JSON.stringify(body),
    what: `resource group ${place.group?.name ?? ''}`,
  }
}

/** Deletes the deployment's record, or the stack with what the document says about its resources. */
export function deleteRequest(record: RequestInput['record']): ArmRequest {
  const { actionOnUnmanage, bypassStackOutOfSyncError } = record.spec as AzureDeploymentSpec
  const place = placeOf(record)
  const query = {
    'unmanageAction.Resources': actionOnUnmanage.resources,
    'unmanageAction.ResourceGroups': actionOnUnmanage.resourceGroups,
    'unmanageAction.ManagementGroups': actionOnUnmanage.managementGroups,
    bypassStackOutOfSyncError: String(bypassStackOutOfSyncError),
  }
  return {
    method: 'DELETE',
    path: place.id,
    apiVersion: versionOf(place),
    what: callName(place),
    ...(place.means === 'stack' ? { query } : {}),
  }
}

function tagsOf({ settings, record, operation }: RequestInput): Record<string, string> {
  const { tags } = record.spec as AzureDeploymentSpec
  return { ...tags, [ownerTag]: ownerMark(settings, record), [operationTag]: operation.id }
}

/** The template goes verbatim: parsed and written again, its large numbers would be others. */
function withBodies(
  { bodies }: RequestInput,
  outer: Record<string, unknown>,
  properties: Record<string, unknown>,
): string {
  const inner = JSON.stringify(properties)
  const head = inner === '{}' ? '' : `${inner.slice(1, -1)},`
  const whole = `"properties":{${head}"parameters":${bodies.parameters},"template":${bodies.template}}`
  const around = JSON.stringify(outer)
  return around === '{}' ? `{${whole}}` : `${around.slice(0, -1)},${whole}}`
}

function deploymentBody(input: RequestInput, more: Record<string, unknown> = {}): string {
  const { location } = input.record.spec as AzureDeploymentSpec
  const { group } = placeOf(input.record)
  const outer = {
    ...(location === undefined || group !== undefined ? {} : { location }),
    tags: tagsOf(input),
  }
  return withBodies(input, outer, { mode: 'Incremental', ...more })
}

function stackBody(input: RequestInput, whatIfOf?: Place): string {
  const { location, actionOnUnmanage, denySettings, bypassStackOutOfSyncError } = input.record
    .spec as AzureDeploymentSpec
  const { group } = placeOf(input.record)
  const tags = {
    ...tagsOf(input),
    ...(whatIfOf === undefined ? {} : { [operationTag]: whatIfToken(input.operation) }),
  }
  const ofWhatIf =
    whatIfOf === undefined
      ? { bypassStackOutOfSyncError }
      : { deploymentStackResourceId: whatIfOf.id, retentionInterval: 'P1D' }
  const outer = { ...(location === undefined || group !== undefined ? {} : { location }), tags }
  return withBodies(input, outer, {
    actionOnUnmanage,
    denySettings: denySettings ?? { mode: 'none' },
    ...ofWhatIf,
  })
}
