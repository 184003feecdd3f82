import { didYouMean } from '../../api/did-you-mean.ts'
import { isParameterType } from './parameter-types.ts'
import type { Report } from './problem.ts'
import { checkName, readSection } from './sections.ts'
import type { ParameterDeclaration } from './template.ts'
import { type JsonObject, type TemplatePath, isObject, isScalar, scalarText } from './value.ts'

const KEYS: readonly string[] = [
  'AllowedPattern',
  'AllowedValues',
  'ConstraintDescription',
  'Default',
  'Description',
  'MaxLength',
  'MaxValue',
  'MinLength',
  'MinValue',
  'NoEcho',
  'Type',
]

/** The template's declared parameters. */
export function readParameters(
  source: JsonObject,
  report: Report,
): ReadonlyMap<string, ParameterDeclaration> {
  const declared = new Map<string, ParameterDeclaration>()
  for (const [name, value] of Object.entries(readSection(source, 'Parameters', report))) {
    const path = ['Parameters', name]
    checkName('Parameter', name, path, report)
    const parameter = readParameter(name, value, path, report)
    if (parameter !== undefined) declared.set(name, parameter)
  }
  return declared
}

function readParameter(
  name: string,
  value: unknown,
  path: TemplatePath,
  report: Report,
): ParameterDeclaration | undefined {
  if (!isObject(value)) {
    if (value !== null)
      report({
        path,
        message: `Template format error: [/Parameters/${name}] parameter definition is malformed`,
        advice: 'a parameter must be an object with a Type',
      })
    return undefined
  }
  const unknown = Object.keys(value).find((key) => !KEYS.includes(key))
  if (unknown !== undefined)
    report({
      path: [...path, unknown],
      message: `Invalid template parameter property '${unknown}'`,
      advice: `"${unknown}" is no property of a parameter${didYouMean(unknown, KEYS)}`,
    })
  const type = readType(name, value['Type'], path, report)
  if (type === undefined) return undefined
  return {
    type,
    noEcho: String(value['NoEcho']).toLowerCase() === 'true',
    ...textMember('default', value, 'Default', path, report),
    ...textMember('description', value, 'Description', path, report),
    ...textMember('allowedPattern', value, 'AllowedPattern', path, report),
    ...textMember('constraintDescription', value, 'ConstraintDescription', path, report),
    ...numberMember('minLength', value, 'MinLength', path, report),
    ...numberMember('maxLength', value, 'MaxLength', path, report),
    ...numberMember('minValue', value, 'MinValue', path, report),
    ...numberMember('maxValue', value, 'MaxValue', path, report),
    ...allowedValues(value['AllowedValues'], path, report),
  }
}

function readType(name: string, type: unknown, path: TemplatePath, report: Report): string | undefined {
  if (typeof type !== 'string') {
    if (type !== null)
      report({
        path,
        message: `Template format error: Every Parameters object must contain a Type member.`,
        advice: `the parameter ${name} has no Type; write \`Type: String\``,
      })
    return undefined
  }
  if (!isParameterType(type))
    report({
      path: [...path, 'Type'],
      message: `Template format error: Unrecognized parameter type: ${type}`,
      advice: `"${type}" is no type of a parameter; most are String, Number or CommaDelimitedList`,
    })
  return type
}

function textMember<Name extends string>(
  name: Name,
  value: JsonObject,
  key: string,
  path: TemplatePath,
  report: Report,
): { [Key in Name]?: string } {
  const text = value[key]
  if (text === undefined || text === null) return {}
  if (isScalar(text)) return { [name]: scalarText(text) } as { [Key in Name]: string }
  report({
    path: [...path, key],
    message: `Template format error: Every ${key} member must be a string.`,
    advice: `${key} must be a text${key === 'Default' && Array.isArray(text) ? '; write a list as one text with commas' : ''}`,
  })
  return {}
}

function numberMember<Name extends string>(
  name: Name,
  value: JsonObject,
  key: string,
  path: TemplatePath,
  report: Report,
): { [Key in Name]?: number } {
  const number = value[key]
  if (number === undefined || number === null) return {}
  if (isScalar(number) && String(number).trim() !== '' && Number.isFinite(Number(number)))
    return { [name]: Number(number) } as { [Key in Name]: number }
  report({
    path: [...path, key],
    message: `Template format error: Every ${key} member must be a number.`,
    advice: `${key} must be a number`,
  })
  return {}
}

function allowedValues(
  value: unknown,
  path: TemplatePath,
  report: Report,
): { allowedValues?: readonly string[] } {
  if (value === undefined || value === null) return {}
  if (Array.isArray(value)) return { allowedValues: value.filter(isScalar).map(scalarText) }
  report({
    path: [...path, 'AllowedValues'],
    message: 'Template format error: Every AllowedValues member must be a list.',
    advice: 'AllowedValues must be a list',
  })
  return {}
}
