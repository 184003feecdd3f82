import { checkFunctions } from './check-functions.ts'
import { checkReferences } from './check-references.ts'
import { type Dialect, dialectOf } from './dialect.ts'
import { type Report, refuse } from './problem.ts'
import { readConditions } from './read-conditions.ts'
import { readMappings } from './read-mappings.ts'
import { readOutputs } from './read-outputs.ts'
import { readParameters } from './read-parameters.ts'
import { readResources } from './read-resources.ts'
import { checkLimit, readSection } from './sections.ts'
import type { Template } from './template.ts'
import { type JsonObject, type TemplatePath, isObject, isScalar, pathPointer } from './value.ts'

const SECTIONS: readonly string[] = [
  'AWSTemplateFormatVersion',
  'Conditions',
  'Description',
  'Hooks',
  'Mappings',
  'Metadata',
  'Outputs',
  'Parameters',
  'Resources',
  'Rules',
  'Transform',
]

/** Quotas of one template, as of 2026; see the AWS page "Understand CloudFormation quotas". */
const LIMITS = { parameters: 200, mappings: 200, resources: 500, outputs: 200, descriptionBytes: 1024 }

/**
 * The checks that need no parameter values: what ValidateTemplate does. Takes a parsed template in its long form.
 * By default it refuses with TemplateError at the first problem, in CloudFormation's order and words; with a
 * `report` of its own it goes on, and the template holds what could be read.
 */
export function readTemplate(value: unknown, report: Report = refuse): Template {
  const source = isObject(value) ? value : {}
  if (!isObject(value))
    report({
      path: [],
      message: 'Template format error: unsupported structure.',
      advice: 'the template is not an object; it needs at least `Resources:` with one resource',
    })
  const dialect = dialectOf(source)
  checkNulls(source, [], report)
  checkHeader(source, dialect, report)
  const template: Template = {
    ...(typeof source['Description'] === 'string' ? { description: source['Description'] } : {}),
    ...(isObject(source['Metadata']) ? { metadata: source['Metadata'] } : {}),
    transforms: dialect.transforms,
    parameters: readParameters(source, report),
    mappings: readMappings(source, report),
    conditions: readConditions(source, dialect, report),
    rules: new Map(
      Object.entries(readSection(source, 'Rules', report)).filter((entry): entry is [string, JsonObject] =>
        isObject(entry[1]),
      ),
    ),
    resources: readResources(source, dialect, report),
    outputs: readOutputs(source, dialect, report),
    source,
  }
  checkLimit('parameters', template.parameters.size, LIMITS.parameters, ['Parameters'], report)
  checkLimit('mappings', template.mappings.size, LIMITS.mappings, ['Mappings'], report)
  checkLimit('resources', template.resources.size, LIMITS.resources, ['Resources'], report)
  checkLimit('outputs', template.outputs.size, LIMITS.outputs, ['Outputs'], report)
  checkFunctions(template, dialect, report)
  checkReferences(template, dialect, report)
  return template
}

/** A null is refused wherever it stands, even in Metadata. */
function checkNulls(value: unknown, path: TemplatePath, report: Report): void {
  if (value === null)
    return report({
      path,
      message: `[${pathPointer(path)}] 'null' values are not allowed in templates`,
      advice: 'has no value; write one or remove the key (for nothing at all: !Ref AWS::NoValue)',
    })
  if (Array.isArray(value)) return value.forEach((item, index) => checkNulls(item, [...path, index], report))
  if (isObject(value))
    for (const [key, child] of Object.entries(value)) checkNulls(child, [...path, key], report)
}

function checkHeader(source: JsonObject, dialect: Dialect, report: Report): void {
  const version = source['AWSTemplateFormatVersion']
  if (version !== undefined && version !== null && version !== '2010-09-09')
    report({
      path: ['AWSTemplateFormatVersion'],
      message: 'Template format error: unsupported value for AWSTemplateFormatVersion.',
      advice: `${show(version)} is no version of the format; the only one is "2010-09-09"`,
    })
  const unknown = Object.keys(source).filter((key) => !SECTIONS.includes(key))
  if (unknown.length > 0 && !dialect.rewritten)
    report({
      path: [unknown[0] ?? ''],
      message: `Invalid template property or properties [${unknown.join(', ')}]`,
      advice: `${unknown.map((key) => `"${key}"`).join(', ')} is no section of a template; the sections are ${SECTIONS.join(', ')}`,
    })
  checkDescription(source['Description'], report)
}

function checkDescription(description: unknown, report: Report): void {
  if (description === undefined || description === null) return
  const path = ['Description']
  if (typeof description !== 'string')
    return report({
      path,
      message: 'Template format error: Description must be a string.',
      advice: `${show(description)} is not a text`,
    })
  if (Buffer.byteLength(description) > LIMITS.descriptionBytes)
    report({
      path,
      message: `Template format error: 'Description' length is greater than ${LIMITS.descriptionBytes}.`,
      advice: `has ${Buffer.byteLength(description)} bytes, at most ${LIMITS.descriptionBytes} are allowed`,
    })
}

function show(value: unknown): string {
  return isScalar(value) ? `"${value}"` : 'an object or list'
}
