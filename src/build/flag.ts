import { displayKey, formatKey } from '../api/reference.ts'
import type { BuiltObject } from './manifest.ts'
import { formatField, type FieldPath, type Problem } from './problem.ts'

/** A problem and the key of the object it keeps from being applied, if it is an error. */
export interface Flag {
  key: string
  problem: Problem
}

/** Flags a field of an object, at its place in the manifest. */
export function flagField(
  object: BuiltObject,
  path: FieldPath,
  message: string,
  severity: Problem['severity'] = 'error',
): Flag {
  const key = formatKey(object)
  const field = path.length === 0 ? {} : { field: formatField(path) }
  const { line, column } = object.positionOf(path)
  const place = { file: object.origin.file, line, column }
  return { key, problem: { severity, ...place, object: displayKey(key), ...field, message } }
}

/** Where an object is written, for messages about another: `stacks/web.yaml:3`. */
export function placeOf({ origin }: BuiltObject): string {
  return `${origin.file}:${origin.line}`
}
