import { didYouMean } from '../../api/did-you-mean.ts'
import { checkConstraints } from './parameter-constraints.ts'
import { isListType, isNumberType, ssmValueType } from './parameter-types.ts'
import { type Report, refuse } from './problem.ts'
import type { ParameterDeclaration, Template } from './template.ts'

/** A parameter as a request gives it. */
export interface GivenParameter {
  key: string
  value?: string | undefined
  usePreviousValue?: boolean | undefined
}

/** A parameter with its value settled. */
export interface ParameterValue {
  name: string
  declaration: ParameterDeclaration
  /** As given or defaulted, as DescribeStacks echoes it; for an SSM type the name in the Parameter Store. */
  text: string
  /** What the Parameter Store answered, for an SSM type. */
  resolvedText?: string
  /** What Ref answers: text, or a list for the list types. */
  ref: string | string[]
  /** Whether the value is the template's default. */
  defaulted: boolean
}

/** What a request's parameters are settled against. */
export interface ParameterOptions {
  given: readonly GivenParameter[]
  /** Of the deployed stack, as given then: what UsePreviousValue takes. Absent for a new stack. */
  previous?: ReadonlyMap<string, string>
  /** Looks into the Parameter Store; undefined where there is no such name. Without it an SSM type keeps its name. */
  ssm?: (name: string) => string | undefined
}

/**
 * Settles every declared parameter. By default it refuses with TemplateError, in CloudFormation's words; with a
 * `report` of its own it goes on, and the answer holds what could be settled.
 */
export function resolveParameters(
  template: Pick<Template, 'parameters'>,
  options: ParameterOptions,
  report: Report = refuse,
): ReadonlyMap<string, ParameterValue> {
  checkKnown(template, options, report)
  const values = new Map<string, ParameterValue>()
  const missing: string[] = []
  for (const [name, declaration] of template.parameters) {
    const given = options.given.findLast(({ key }) => key === name)
    const text = textOf(given, name, options)
    if (text === undefined && declaration.default === undefined) missing.push(name)
    else {
      const value = settle(name, declaration, text, options, report)
      if (value !== undefined) values.set(name, value)
    }
  }
  for (const name of missing)
    report({
      path: ['Parameters', name],
      message: `Parameters: [${missing.join(', ')}] must have values`,
      advice: `the parameter ${name} has no default; give it a value`,
    })
  return values
}

function checkKnown(template: Pick<Template, 'parameters'>, options: ParameterOptions, report: Report): void {
  const unknown = options.given.map(({ key }) => key).filter((key) => !template.parameters.has(key))
  for (const key of unknown)
    report({
      path: ['Parameters', key],
      message: `Parameters: [${unknown.join(', ')}] do not exist in the template`,
      advice: `the template has no parameter ${key}${didYouMean(key, template.parameters.keys())}`,
    })
  for (const { key, usePreviousValue } of options.given)
    if (usePreviousValue === true && template.parameters.has(key) && !options.previous?.has(key))
      report({
        path: [],
        message: `Invalid input for parameter key ${key}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`,
        advice: `${key} has no previous value`,
      })
}

function textOf(
  given: GivenParameter | undefined,
  name: string,
  options: ParameterOptions,
): string | undefined {
  return given?.usePreviousValue === true ? options.previous?.get(name) : given?.value
}

function settle(
  name: string,
  declaration: ParameterDeclaration,
  given: string | undefined,
  options: ParameterOptions,
  report: Report,
): ParameterValue | undefined {
  const text = given ?? declaration.default ?? ''
  checkConstraints(name, declaration, text, report)
  const value = { name, declaration, text, defaulted: given === undefined }
  if (ssmValueType(declaration.type) === undefined || options.ssm === undefined)
    return { ...value, ref: refOf(declaration.type, text) }
  const resolvedText = options.ssm(text)
  if (resolvedText === undefined) {
    report({
      path: ['Parameters', name],
      message: `Unable to fetch parameters [${text}] from parameter store for this account.`,
      advice: `the Parameter Store has no parameter "${text}"`,
    })
    return undefined
  }
  return { ...value, resolvedText, ref: refOf(declaration.type, resolvedText) }
}

/**
 * What Ref answers for a text: a list for a list type, its items without the blanks around them. An empty text is a
 * list of one empty item: templates ask `!Equals [!Select [0, !Ref List], '']`.
 */
function refOf(type: string, text: string): string | string[] {
  if (!isListType(type)) return isNumberType(type) ? text.trim() : text
  return text.split(',').map((item) => item.trim())
}
