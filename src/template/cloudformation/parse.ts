import type { JsonObject, TemplatePath } from './value.ts'
import { TemplateError } from './problem.ts'

/** A place in a file; both count from 1. */
export interface Position {
  line: number
  column: number
}

/** A template's text as a value. */
export interface ParsedTemplate {
  /** In the long form: `!Sub x` is `{ "Fn::Sub": "x" }`. */
  value: JsonObject
  format: 'json' | 'yaml'
  /** Where the entry at a path begins (its key, in an object); of the nearest thing around it that is there. */
  positionOf(path: TemplatePath): Position
}

/** Reads a template; refuses with TemplateError (SyntaxError's position in `position`). */
export function parseTemplate(body: string): ParsedTemplate {
  void body
  throw new TemplateError({ path: [], message: 'not built', advice: '' })
}
