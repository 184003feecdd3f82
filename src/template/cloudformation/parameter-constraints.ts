import { allMatch } from './bounded-match.ts'
import { isListType, isNumberType, ssmValueType } from './parameter-types.ts'
import type { Report } from './problem.ts'
import type { ParameterDeclaration } from './template.ts'

/** What is wrong with a value: CloudFormation's words after `Parameter 'X' `, and ours. */
interface Fault {
  message: string
  advice: string
}

/**
 * Holds a given text against what the declaration asks. A ConstraintDescription takes the place of CloudFormation's
 * own words. An SSM type's constraints are about the name, which is what is given.
 */
export function checkConstraints(
  name: string,
  declaration: ParameterDeclaration,
  text: string,
  report: Report,
): void {
  const path = ['Parameters', name]
  const notNumber = isNumberType(declaration.type)
    ? itemsOf(declaration.type, text).find(isNoNumber)
    : undefined
  if (notNumber !== undefined)
    return report({
      path,
      message: isListType(declaration.type)
        ? `Parameter '${name}' must be a list of numbers.`
        : `Parameter '${name}' must be a number.`,
      advice: `${name} is ${shown(declaration, notNumber)}, not a number`,
    })
  const fault = faultOf(declaration, text)
  if (fault === undefined) return
  const reason = declaration.constraintDescription
  report({
    path,
    message:
      reason === undefined
        ? `Parameter '${name}' ${fault.message}`
        : `Parameter ${name} failed to satisfy constraint: ${reason}`,
    advice: `${name} is ${shown(declaration, text)}, ${fault.advice}${reason === undefined ? '' : `: ${reason.replace(/\.$/, '')}`}`,
  })
}

function faultOf(declaration: ParameterDeclaration, text: string): Fault | undefined {
  const items = itemsOf(declaration.type, text)
  const { allowedValues } = declaration
  if (allowedValues !== undefined && items.some((item) => !isAllowed(declaration, item, allowedValues)))
    return {
      message: 'must be one of AllowedValues',
      advice: `which is not one of the AllowedValues ${allowedValues.join(', ')}`,
    }
  if (isNumberType(declaration.type)) return rangeFault(declaration, items.map(Number))
  return patternFault(declaration, items) ?? lengthFault(declaration, text)
}

function isAllowed(declaration: ParameterDeclaration, item: string, allowed: readonly string[]): boolean {
  if (allowed.includes(item)) return true
  return isNumberType(declaration.type) && allowed.some((each) => Number(each) === Number(item))
}

function patternFault(declaration: ParameterDeclaration, items: readonly string[]): Fault | undefined {
  const pattern = declaration.allowedPattern
  const expression = pattern === undefined ? undefined : wholePattern(pattern)
  // What cannot be told is not held against the value: CloudFormation will.
  if (expression === undefined || allMatch(expression, items) !== false) return undefined
  return {
    message: `must match pattern ${pattern}`,
    advice: `which does not match the AllowedPattern ${pattern}`,
  }
}

function lengthFault(declaration: ParameterDeclaration, text: string): Fault | undefined {
  const { minLength, maxLength } = declaration
  if (minLength !== undefined && text.length < minLength)
    return {
      message: `must contain at least ${minLength} characters`,
      advice: `shorter than the MinLength ${minLength}`,
    }
  if (maxLength !== undefined && text.length > maxLength)
    return {
      message: `must contain at most ${maxLength} characters`,
      advice: `longer than the MaxLength ${maxLength}`,
    }
  return undefined
}

function rangeFault(declaration: ParameterDeclaration, numbers: readonly number[]): Fault | undefined {
  const { minValue, maxValue } = declaration
  if (minValue !== undefined && numbers.some((number) => number < minValue))
    return { message: `must be a number not less than ${minValue}`, advice: `below the MinValue ${minValue}` }
  if (maxValue !== undefined && numbers.some((number) => number > maxValue))
    return {
      message: `must be a number not greater than ${maxValue}`,
      advice: `above the MaxValue ${maxValue}`,
    }
  return undefined
}

/** The value itself for a plain type, its items for a list; an empty list is one empty item, as CloudFormation has it. */
function itemsOf(type: string, text: string): string[] {
  if (ssmValueType(type) !== undefined || !isListType(type)) return [text]
  return text.split(',').map((item) => item.trim())
}

function isNoNumber(text: string): boolean {
  return !/^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/.test(text)
}

/** A secret value is not put into a message. */
function shown(declaration: ParameterDeclaration, text: string): string {
  return declaration.noEcho ? 'a value not shown (NoEcho)' : `"${text}"`
}

/** What Java has in a pattern and JavaScript reads otherwise: named classes, intersections, nested classes. */
const JAVA_ONLY = /\\p\{|&&|\[\[|\\[QEGZz]/

/**
 * A Java pattern as JavaScript reads it: it must match the whole value. What JavaScript cannot read is undefined
 * and not checked; CloudFormation will.
 */
function wholePattern(pattern: string): RegExp | undefined {
  const ignoreCase = pattern.startsWith('(?i)')
  if (JAVA_ONLY.test(pattern)) return undefined
  try {
    return new RegExp(`^(?:${ignoreCase ? pattern.slice(4) : pattern})$`, ignoreCase ? 'i' : '')
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
