import type * as z from 'zod'
import { didYouMean, nearestWord } from '../api/did-you-mean.ts'
import type { FieldPath } from './problem.ts'
import { salvage } from './salvage.ts'
import { describeIssue } from './wording.ts'

/** What a schema has against a value, told for people. */
export interface SchemaProblem {
  /** From the value that was read. */
  path: FieldPath
  message: string
  /** For an unknown field: the one that was meant, when that is not there as well. */
  meant?: string
}

/** A value read by a schema, defaults filled in, and everything that is wrong with it. */
export interface SchemaResult<T> {
  /** With problems: what is left without the fields that have them, to be checked but not to be used. */
  value: T | undefined
  problems: SchemaProblem[]
}

/** Reads a value by a schema; `subject` is what its fields belong to. */
export function readBySchema<T>(schema: z.ZodType<T>, value: unknown, subject: string): SchemaResult<T> {
  // Null prototypes are no plain objects to the schema library; every key was checked before.
  let rest = withPlainPrototypes(value)
  const problems: SchemaProblem[] = []
  for (let round = 0; round < maxRounds; round += 1) {
    const result = schema.safeParse(rest, { error: describeIssue, reportInput: true })
    if (result.success) return { value: result.data, problems }
    const found = toProblems({ schema, value: rest, issues: result.error.issues, subject })
    // What was left out as it was wrong is not missing.
    const told = new Set(problems.map(({ path }) => path.join('/')))
    problems.push(...found.filter(({ path }) => !told.has(path.join('/'))))
    rest = salvage(rest, found)
  }
  return { value: undefined, problems }
}

/** A misspelt field is read under its right name in the next round, and what is wrong in it left out in the one after. */
const maxRounds = 3

function toProblems({
  schema,
  value,
  issues,
  subject,
}: {
  schema: z.ZodType
  value: unknown
  issues: readonly z.core.$ZodIssue[]
  subject: string
}): SchemaProblem[] {
  const unknownAt = new Set(
    issues.flatMap(({ code, path }) => (code === 'unrecognized_keys' ? [path.join('/')] : [])),
  )
  return issues.flatMap((issue): SchemaProblem[] => {
    // A rule about a mapping as a whole says little while one of its keys is misspelt.
    if (issue.code === 'custom' && unknownAt.has(issue.path.join('/'))) return []
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
    const known = fieldsAt(schema, issue.path)
    const present = new Set(Object.keys(valueAt(value, path) ?? {}))
    return issue.keys.map((key) => {
      const meant = nearestWord(
        key,
        known.filter((field) => !present.has(field)),
      )
      const message = `unknown field of ${subject}${didYouMean(key, known)}; remove or rename it`
      return { path: [...path, key], message, ...(meant === undefined ? {} : { meant }) }
    })
  })
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

function valueAt(value: unknown, path: FieldPath): object | undefined {
  const found = path.reduce<unknown>(
    (node, part) => (typeof node === 'object' && node !== null ? Reflect.get(node, part) : undefined),
    value,
  )
  return typeof found === 'object' && found !== null ? found : undefined
}

function withPlainPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withPlainPrototypes(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withPlainPrototypes(item)]))
}
