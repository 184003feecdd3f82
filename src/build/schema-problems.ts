import type * as z from 'zod'
import { didYouMean } from '../api/did-you-mean.ts'
import type { FieldPath } from './problem.ts'

/** What a schema has against a value, told for people. */
export interface SchemaProblem {
  path: FieldPath
  message: string
}

/** A value read by a schema, defaults filled in, or everything that is wrong with it. */
export type SchemaResult<T> = { value: T } | { problems: SchemaProblem[] }

/** Reads a value by a schema. `path` is where the value stands in its document, `subject` what the fields belong to. */
export function readBySchema<T>(
  schema: z.ZodType<T>,
  value: unknown,
  { path, subject }: { path: FieldPath; subject: string },
): SchemaResult<T> {
  // Null prototypes are no plain objects to the schema library; every key was checked before.
  const result = schema.safeParse(withPlainPrototypes(value), { error: describe, reportInput: true })
  if (result.success) return { value: result.data }
  const { issues } = result.error
  const unknownAt = new Set(
    issues.flatMap(({ code, path: at }) => (code === 'unrecognized_keys' ? [at.join('/')] : [])),
  )
  const problems = issues.flatMap((issue) => {
    // A rule about a mapping as a whole says little while one of its keys is misspelt.
    if (issue.code === 'custom' && unknownAt.has(issue.path.join('/'))) return []
    const at = [...path, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))]
    if (issue.code !== 'unrecognized_keys') return [{ path: at, message: issue.message }]
    const known = fieldsAt(schema, issue.path)
    return issue.keys.map((key) => ({
      path: [...at, key],
      message: `unknown field of ${subject}${didYouMean(key, known)}; remove or rename it`,
    }))
  })
  return { problems }
}

/** Called only where a schema has no words of its own. */
function describe(issue: z.core.$ZodRawIssue): string {
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

/** Names of the fields that a schema knows at a path; none where it is no object. */
function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let node: z.core.$ZodType | undefined = schema
  for (const part of path) {
    if (node === undefined) return []
    node = partOf(node, part)
  }
  const { def } = unwrapped(node)
  return def.type === 'object' ? Object.keys(def.shape) : []
}

function partOf(schema: z.core.$ZodType | undefined, part: PropertyKey): z.core.$ZodType | undefined {
  const { def } = unwrapped(schema)
  if (def.type === 'object') return def.shape[String(part)]
  if (def.type === 'array') return def.element
  return def.type === 'record' ? def.valueType : undefined
}

/** The schema below `optional()` and `default()`. Not by way of its JSON schema: functions are bundled without that part of zod. */
function unwrapped(schema: z.core.$ZodType | undefined): {
  def: z.core.$ZodTypes['_zod']['def'] | { type: 'none' }
} {
  if (schema === undefined) return { def: { type: 'none' } }
  const { def } = (schema as z.core.$ZodTypes)._zod
  return def.type === 'optional' || def.type === 'default' ? unwrapped(def.innerType) : { def }
}

function withPlainPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withPlainPrototypes(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withPlainPrototypes(item)]))
}
