import { didYouMean } from '../../api/did-you-mean.ts'
import type { PropertyFacts, PropertyShape, ResourceFacts, ResourceTypeFacts } from './facts.ts'
import { functionOf } from './functions.ts'
import { referencesIn } from './references.ts'
import type { ResourceDeclaration, Template } from './template.ts'
import { type JsonObject, type TemplatePath, isObject } from './value.ts'

/** Told of what AWS's schemas do not know. */
export type Remark = (path: TemplatePath, advice: string) => void

/** Types whose properties are for somebody else's code to read. */
const OPEN_TYPES: readonly string[] = ['AWS::CloudFormation::CustomResource', 'AWS::CloudFormation::Macro']

/** Types whose attributes somebody else's template or code makes. */
const HOLDERS: readonly string[] = [
  'AWS::CloudFormation::CustomResource',
  'AWS::CloudFormation::Stack',
  'AWS::ServiceCatalog::CloudFormationProvisionedProduct',
]

/**
 * Holds a template's resource types and properties against AWS's schemas. These are remarks, not errors: the schemas
 * are of one day, CloudFormation's own are of today.
 */
export function checkFacts(template: Template, facts: ResourceFacts, remark: Remark): void {
  for (const [logicalId, resource] of template.resources) {
    const path = ['Resources', logicalId]
    if (!isPublicType(resource.type)) continue
    const known = facts.typeFacts(resource.type)
    if (known === undefined) remark([...path, 'Type'], unknownType(resource.type, facts))
    else checkProperties(resource, known, template, [...path, 'Properties'], remark)
  }
  checkAttributes(template, facts, remark)
}

/** Names of attributes in Fn::GetAtt and Fn::Sub, where their type tells them all. */
function checkAttributes(template: Template, facts: ResourceFacts, remark: Remark): void {
  for (const section of ['Resources', 'Outputs'])
    for (const { name, attribute, by, path } of referencesIn(template.source[section], [section])) {
      const type = template.resources.get(name)?.type
      if (attribute === undefined || type === undefined || HOLDERS.includes(type)) continue
      const known = facts.typeFacts(type)
      if (known === undefined || knowsAttribute(known, attribute)) continue
      const suggestion = didYouMean(attribute, known.attributes.keys())
      remark(
        path,
        `${by} asks ${name} (${type}) for ${attribute}, which is not a known attribute${suggestion}`,
      )
    }
}

/** What an attribute holds can be asked for too, and so can what identifies the resource. */
function knowsAttribute(known: ResourceTypeFacts, attribute: string): boolean {
  if (known.attributes.has(attribute) || known.primaryIdentifier.includes(attribute)) return true
  return [...known.attributes.keys()].some((name) => attribute.startsWith(`${name}.`))
}

function unknownType(type: string, facts: ResourceFacts): string {
  const suggestion = didYouMean(type, facts.typeNames?.() ?? [])
  return `"${type}" is not a known resource type${suggestion === '' ? '; check its spelling' : suggestion}`
}

/** Whether AWS's public schemas would know the type: not custom, not a module, not a third party's. */
export function isPublicType(type: string): boolean {
  return /^(?:AWS|Alexa)::/.test(type) && !type.endsWith('::MODULE')
}

function checkProperties(
  resource: ResourceDeclaration,
  known: ResourceTypeFacts,
  template: Template,
  path: TemplatePath,
  remark: Remark,
): void {
  if (OPEN_TYPES.includes(resource.type)) return
  if (known.transform !== undefined && !template.transforms.includes(known.transform))
    remark(
      path,
      `${resource.type} needs the transform ${known.transform}; add \`Transform: ${known.transform}\``,
    )
  checkValue(
    resource.properties,
    { kind: 'object', name: resource.type, properties: known.properties },
    path,
    remark,
  )
}

function checkObject(
  value: JsonObject,
  known: ReadonlyMap<string, PropertyFacts>,
  path: TemplatePath,
  remark: Remark,
): void {
  // What an include brings is not seen here.
  if (known.size === 0 || 'Fn::Transform' in value) return
  for (const [name, child] of Object.entries(value)) {
    const property = known.get(name)
    if (property !== undefined) checkValue(child, property.shape, [...path, name], remark)
    else if (!name.startsWith('Fn::'))
      remark([...path, name], `${name} is not a known property${didYouMean(name, known.keys())}`)
  }
  for (const property of known.values())
    if (property.required && !Object.hasOwn(value, property.name))
      remark(path, `the property ${property.name} is required but missing`)
}

function checkValue(value: unknown, shape: PropertyShape, path: TemplatePath, remark: Remark): void {
  const call = functionOf(value)
  if (call !== undefined) {
    if (call.name !== 'Fn::If' || !Array.isArray(call.argument)) return
    const branches: readonly unknown[] = call.argument
    for (const index of [1, 2]) checkValue(branches[index], shape, [...path, call.name, index], remark)
    return
  }
  if (Array.isArray(value)) {
    const items = listShape(shape)
    if (items !== undefined) value.forEach((item, index) => checkValue(item, items, [...path, index], remark))
  } else if (isObject(value)) {
    const properties = objectProperties(shape)
    if (properties !== undefined) checkObject(value, properties, path, remark)
    else if (shape.kind === 'map')
      for (const [key, child] of Object.entries(value)) checkValue(child, shape.of, [...path, key], remark)
  }
}

function listShape(shape: PropertyShape): PropertyShape | undefined {
  return shape.kind === 'list' ? shape.of : undefined
}

/** Only where there is one answer: of a union nobody can tell which of its objects is meant. */
function objectProperties(shape: PropertyShape): ReadonlyMap<string, PropertyFacts> | undefined {
  return shape.kind === 'object' ? shape.properties : undefined
}
