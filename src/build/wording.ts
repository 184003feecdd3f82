import type * as z from 'zod'
import { didYouMean } from '../api/did-you-mean.ts'

/** The house's words for what a schema has against a value, where the schema has none of its own. */
export function describeIssue(issue: z.core.$ZodRawIssue): string {
  const given = describeInput(issue.input)
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `is missing; add it (${describeType(issue.expected)})`
        : wanted(given, describeType(issue.expected))
    case 'invalid_value': {
      const values = issue.values.map(String)
      if (values.length === 1) return wanted(given, values[0] ?? '')
      return `${given} is not allowed${didYouMean(String(issue.input), values)}; use one of ${values.join(', ')}`
    }
    case 'invalid_union':
      return wanted(given, describeUnion(issue.errors))
    case 'too_small':
      return `${given} is too ${issue.origin === 'number' || issue.origin === 'int' ? 'small' : 'short'}; at least ${String(issue.minimum)}${unitOf(issue.origin)}`
    case 'too_big':
      return `${given} is too ${issue.origin === 'number' || issue.origin === 'int' ? 'large' : 'long'}; at most ${String(issue.maximum)}${unitOf(issue.origin)}`
    case 'invalid_key':
      return issue.issues[0]?.message ?? `${given} is not allowed as a name here`
    case 'invalid_format':
      return `${given} does not have the right form${'prefix' in issue ? `; it starts with ${String(issue.prefix)}` : ''}`
    default:
      return `${given} is not allowed here`
  }
}

function wanted(given: string, type: string): string {
  return `${given} cannot stand here; write ${type}`
}

function describeType(expected: string): string {
  const words: Record<string, string> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping',
    record: 'a mapping',
  }
  return words[expected] ?? expected
}

function describeUnion(errors: z.core.$ZodIssueInvalidUnion['errors']): string {
  const types = errors.flat().flatMap((issue) => {
    if (issue.path.length > 0) return []
    if (issue.code === 'invalid_union') return [describeUnion(issue.errors)]
    return issue.code === 'invalid_type' ? [describeType(issue.expected)] : []
  })
  return [...new Set(types)].join(' or ') || 'another value'
}

function describeInput(input: unknown): string {
  if (input === undefined || input === null) return 'nothing'
  if (typeof input === 'string') return JSON.stringify(input.length > 100 ? `${input.slice(0, 100)}…` : input)
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'object') return 'a mapping'
  return typeof input === 'number' || typeof input === 'boolean' ? String(input) : typeof input
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters'
  return origin === 'array' ? ' items' : ''
}
