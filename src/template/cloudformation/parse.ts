import { type Document, LineCounter, parseDocument } from 'yaml'
import { TemplateError } from './problem.ts'
import { type JsonObject, type TemplatePath, isObject } from './value.ts'
import { offsetOf, plainValue } from './yaml-nodes.ts'
import { yamlSchema } from './yaml-schema.ts'

/** CloudFormation's limit for a template in S3, in bytes; on the wire it is 51,200. */
export const TEMPLATE_LIMIT_BYTES = 1_000_000

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

/** A text that is no template at all; tells where it goes wrong. */
export class TemplateSyntaxError extends TemplateError {
  readonly position: Position

  constructor(message: string, advice: string, position: Position = { line: 1, column: 1 }) {
    super({ path: [], message, advice })
    this.position = position
  }
}

/**
 * Reads a template, JSON or YAML 1.1, as CloudFormation does: short forms become long ones, dates stay text, a key
 * stands once, aliases are refused. Refuses with TemplateSyntaxError.
 */
export function parseTemplate(body: string): ParsedTemplate {
  if (Buffer.byteLength(body) > TEMPLATE_LIMIT_BYTES)
    throw new TemplateSyntaxError(
      `Template may not exceed ${TEMPLATE_LIMIT_BYTES} bytes in size.`,
      `the template has ${Buffer.byteLength(body)} bytes, CloudFormation takes at most ${TEMPLATE_LIMIT_BYTES}; split it into nested stacks`,
    )
  return /^\s*\{/.test(body) ? parseJson(body) : parseYaml(body)
}

function parseJson(body: string): ParsedTemplate {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    const { positionAt } = yamlDocument(body)
    throw notWellFormed('JSON', detail, positionAt(jsonErrorOffset(detail) ?? body.length))
  }
  // The positions of JSON come from reading it as YAML, which it nearly is; only when somebody asks.
  let positionOf: ParsedTemplate['positionOf'] | undefined
  return {
    value: template(value),
    format: 'json',
    positionOf(path) {
      if (positionOf === undefined) {
        const { document, positionAt } = yamlDocument(body)
        positionOf = (path) => positionAt(offsetOf(document.contents, path))
      }
      return positionOf(path)
    },
  }
}

function parseYaml(body: string): ParsedTemplate {
  const { document, positionAt } = yamlDocument(body)
  const [error] = document.errors
  if (error !== undefined) throw notWellFormed('YAML', firstLine(error.message), positionAt(error.pos[0]))
  const value = plainValue(document.contents, (message, advice, offset) => {
    throw message === undefined
      ? notWellFormed('YAML', advice, positionAt(offset))
      : new TemplateSyntaxError(message, advice, positionAt(offset))
  })
  return {
    value: template(value),
    format: 'yaml',
    positionOf: (path) => positionAt(offsetOf(document.contents, path)),
  }
}

function yamlDocument(body: string): { document: Document.Parsed; positionAt: (offset: number) => Position } {
  const lineCounter = new LineCounter()
  const document = parseDocument(body, {
    ...yamlSchema,
    lineCounter,
    uniqueKeys: true,
    prettyErrors: false,
    logLevel: 'error',
  })
  return {
    document,
    positionAt(offset) {
      const { line, col } = lineCounter.linePos(offset)
      return { line: Math.max(line, 1), column: Math.max(col, 1) }
    },
  }
}

function template(value: unknown): JsonObject {
  if (isObject(value)) {
    refuseProto(value)
    return value
  }
  throw new TemplateSyntaxError(
    'Template format error: unsupported structure.',
    'the template is not an object; it needs at least `Resources:` with one resource',
  )
}

/** `__proto__` as a key has no honest use in a template and would poison whoever copies the object. */
function refuseProto(value: unknown): void {
  if (Array.isArray(value)) return value.forEach(refuseProto)
  if (!isObject(value)) return
  for (const [key, child] of Object.entries(value)) {
    if (key === '__proto__')
      throw new TemplateSyntaxError(
        'Template format error: unsupported structure.',
        'the template has a key "__proto__"; rename it',
      )
    refuseProto(child)
  }
}

function notWellFormed(format: 'JSON' | 'YAML', detail: string, position: Position): TemplateSyntaxError {
  const { line, column } = position
  return new TemplateSyntaxError(
    `Template format error: ${format} not well-formed. (line ${line}, column ${column})`,
    `${format} not well-formed: ${lowerFirst(detail)
      .replace(/ in JSON at position .*$/, '')
      .replace(/\.$/, '')}`,
    position,
  )
}

/** V8 says `… in JSON at position 17 (line 2 column 3)`. */
function jsonErrorOffset(detail: string): number | undefined {
  const match = /at position (\d+)/.exec(detail)
  return match?.[1] === undefined ? undefined : Number(match[1])
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
