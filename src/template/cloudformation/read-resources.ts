import { didYouMean } from '../../api/did-you-mean.ts'
import type { Dialect } from './dialect.ts'
import { isLoop } from './functions.ts'
import type { Report } from './problem.ts'
import { checkName } from './sections.ts'
import type { ResourceDeclaration } from './template.ts'
import { type JsonObject, type TemplatePath, isObject } from './value.ts'

const KEYS: readonly string[] = [
  'Condition',
  'CreationPolicy',
  'DeletionPolicy',
  'DependsOn',
  'Description',
  'Metadata',
  'Properties',
  'Type',
  'UpdatePolicy',
  'UpdateReplacePolicy',
  'Version',
]
const DELETION_POLICIES: readonly string[] = ['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot']
const UPDATE_REPLACE_POLICIES: readonly string[] = ['Delete', 'Retain', 'Snapshot']

/** The template's resources. */
export function readResources(
  source: JsonObject,
  dialect: Dialect,
  report: Report,
): ReadonlyMap<string, ResourceDeclaration> {
  const section = source['Resources']
  const resources = new Map<string, ResourceDeclaration>()
  if (section !== undefined && section !== null && !isObject(section)) {
    report({
      path: ['Resources'],
      message: 'Template format error: Any Resources member must be an object.',
      advice: 'Resources must be an object of logical ids',
    })
    return resources
  }
  const entries = Object.entries(isObject(section) ? section : {})
  if (entries.length === 0) {
    report({
      path: section === undefined ? [] : ['Resources'],
      message: 'Template format error: At least one Resources member must be defined.',
      advice: 'the template has no Resources; a stack needs at least one',
    })
    return resources
  }
  for (const [logicalId, value] of entries) {
    if (isLoop(logicalId) || logicalId === 'Fn::Transform') continue
    const path = ['Resources', logicalId]
    checkName('Resource', logicalId, path, report)
    const resource = readResource(value, path, dialect, report)
    if (resource !== undefined) resources.set(logicalId, resource)
  }
  return resources
}

function readResource(
  value: unknown,
  path: TemplatePath,
  dialect: Dialect,
  report: Report,
): ResourceDeclaration | undefined {
  const pointer = `/Resources/${path[1]}`
  if (!isObject(value)) {
    if (value !== null)
      report({
        path,
        message: `Template format error: [${pointer}] resource definition is malformed`,
        advice: 'a resource must be an object with a Type',
      })
    return undefined
  }
  checkKeys(value, path, dialect, report)
  const type = value['Type']
  if (typeof type !== 'string') {
    if (type !== null && !dialect.rewritten)
      report({
        path,
        message: `Template format error: [${pointer}] Every Resources object must contain a Type member.`,
        advice: 'the resource has no Type',
      })
    return undefined
  }
  checkPolicy('DeletionPolicy', DELETION_POLICIES, value, path, dialect, report)
  checkPolicy('UpdateReplacePolicy', UPDATE_REPLACE_POLICIES, value, path, dialect, report)
  const condition = value['Condition']
  if (condition !== undefined && condition !== null && typeof condition !== 'string')
    report({
      path: [...path, 'Condition'],
      message: 'Template format error: Every Condition member must be a string.',
      advice: 'Condition must be the name of one in the section Conditions',
    })
  return {
    type,
    properties: readProperties(value['Properties'], path, report),
    dependsOn: readDependsOn(value['DependsOn'], path, report),
    ...(typeof condition === 'string' ? { condition } : {}),
    ...(value['DeletionPolicy'] === undefined ? {} : { deletionPolicy: value['DeletionPolicy'] }),
    ...(value['UpdateReplacePolicy'] === undefined
      ? {}
      : { updateReplacePolicy: value['UpdateReplacePolicy'] }),
    ...(value['CreationPolicy'] === undefined ? {} : { creationPolicy: value['CreationPolicy'] }),
    ...(value['UpdatePolicy'] === undefined ? {} : { updatePolicy: value['UpdatePolicy'] }),
    ...(isObject(value['Metadata']) ? { metadata: value['Metadata'] } : {}),
    definition: value,
  }
}

function checkKeys(value: JsonObject, path: TemplatePath, dialect: Dialect, report: Report): void {
  if (dialect.rewritten) return
  for (const key of Object.keys(value)) {
    if (KEYS.includes(key) || key === 'Fn::Transform') continue
    report({
      path: [...path, key],
      message: `Invalid template resource property '${key}'`,
      advice: `"${key}" is no attribute of a resource${didYouMean(key, KEYS)}; what configures it stands below Properties`,
    })
  }
}

function checkPolicy(
  key: 'DeletionPolicy' | 'UpdateReplacePolicy',
  allowed: readonly string[],
  value: JsonObject,
  path: TemplatePath,
  dialect: Dialect,
  report: Report,
): void {
  const policy = value[key]
  if (policy === undefined || policy === null) return
  if (typeof policy !== 'string') {
    if (isObject(policy) && (dialect.languageExtensions || dialect.rewritten)) return
    report({
      path: [...path, key],
      message: `Template format error: Every ${key} member must be a string.`,
      advice: `${key} must be a text; a function is possible only with the transform AWS::LanguageExtensions`,
    })
  } else if (!allowed.includes(policy))
    report({
      path: [...path, key],
      message: `Template format error: Unrecognized ${key} ${policy} for the resource ${path[1]}`,
      advice: `"${policy}" is no ${key}; known: ${allowed.join(', ')}`,
    })
}

function readProperties(properties: unknown, path: TemplatePath, report: Report): JsonObject {
  if (properties === undefined || properties === null) return {}
  if (isObject(properties)) return properties
  report({
    path: [...path, 'Properties'],
    message: `Template format error: [/Resources/${path[1]}/Properties] Properties must be an object.`,
    advice: 'Properties must be an object',
  })
  return {}
}

function readDependsOn(dependsOn: unknown, path: TemplatePath, report: Report): readonly string[] {
  if (dependsOn === undefined || dependsOn === null) return []
  const list: readonly unknown[] = Array.isArray(dependsOn) ? dependsOn : [dependsOn]
  const names = list.filter((item) => typeof item === 'string')
  if (names.length < list.length)
    report({
      path: [...path, 'DependsOn'],
      message: 'Template format error: DependsOn must be a string or list of strings.',
      advice: 'DependsOn must be a logical id or a list of them; functions are not possible here',
    })
  return names
}
