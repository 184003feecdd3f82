import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import type { ArmPath, ArmPlace, ArmProblem, ArmTemplate, Json, Locate } from './types.ts'
import { isJsonObject } from './value.ts'

/** An ARM template's text read: JSON with comments and multi-line strings. */
export interface ParsedTemplate {
  /** Absent when the text is no JSON object. */
  readonly template?: ArmTemplate
  readonly problems: readonly ArmProblem[]
  readonly locate: Locate
}

/** Deeper than any template that a person or compiler writes; keeps a hostile one from exhausting the stack. */
const MAX_DEPTH = 400

/** Stand for line breaks inside of strings while the text is parsed; places stay as they are. */
const masks = { '\n': '\uE000', '\r': '\uE001' } as const

/** Reads an ARM template: JSON with comments, trailing commas and multi-line strings, as ARM takes it. */
export function parseTemplateText(text: string): ParsedTemplate {
  const places = createPlaces(text)
  const refuse = (message: string, offset: number): ParsedTemplate => ({
    problems: [
      {
        code: 'InvalidTemplate',
        message,
        document: 'template',
        path: [],
        severity: 'error',
        ...places(offset),
      },
    ],
    locate: () => places(offset),
  })
  const masked = maskLineBreaks(text)
  if (masked.tooDeepAt !== undefined)
    return refuse(`the template is nested deeper than ${MAX_DEPTH} levels`, masked.tooDeepAt)
  const errors: ParseError[] = []
  const root = parseTree(masked.text, errors, { allowTrailingComma: true })
  const [error] = errors
  if (error !== undefined) return refuse(`the template is not valid JSON: ${errorText(error)}`, error.offset)
  if (root === undefined || root.type !== 'object') return refuse('the template is not a JSON object', 0)
  const template = valueOf(root)
  const locate: Locate = (path) => places(offsetAt(root, path))
  return isJsonObject(template)
    ? { template, problems: [], locate }
    : refuse('the template is not a JSON object', 0)
}

function errorText({ error }: ParseError): string {
  return printParseErrorCode(error)
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim()
}

/** Line breaks inside of strings masked, comments left alone; where it is nested too deep. */
function maskLineBreaks(text: string): { text: string; tooDeepAt?: number } {
  const parts = /"(?:[^"\\]|\\[\s\S])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[{[\]}]/g
  let depth = 0
  let tooDeepAt: number | undefined
  const masked = text.replaceAll(parts, (part, offset: number) => {
    if (part === '{' || part === '[') depth += 1
    else if (part === '}' || part === ']') depth -= 1
    if (depth > MAX_DEPTH) tooDeepAt ??= offset
    return part.startsWith('"') ? part.replaceAll('\n', masks['\n']).replaceAll('\r', masks['\r']) : part
  })
  return tooDeepAt === undefined ? { text: masked } : { text: masked, tooDeepAt }
}

function unmask(text: string): string {
  return text.replaceAll(masks['\n'], '\n').replaceAll(masks['\r'], '\r')
}

function valueOf(node: Node): Json {
  if (node.type === 'array') return (node.children ?? []).map(valueOf)
  if (node.type === 'object')
    return Object.fromEntries(
      (node.children ?? []).flatMap(({ children }): [string, Json][] => {
        const [key, value] = children ?? []
        return key === undefined || value === undefined ? [] : [[unmask(String(key.value)), valueOf(value)]]
      }),
    )
  const value: unknown = node.value
  return typeof value === 'string' ? unmask(value) : (value as Json)
}

/** Where a path leads to, or the nearest part of it that exists; of a member where its name stands. */
function offsetAt(root: Node, path: ArmPath): number {
  let node = root
  let offset = root.offset
  for (const step of path) {
    const next = node.type === 'array' ? node.children?.[Number(step)] : memberNode(node, String(step))
    if (next === undefined) return offset
    offset = next.offset
    node = next.type === 'property' ? (next.children?.[1] ?? next) : next
  }
  return offset
}

function memberNode(node: Node, name: string): Node | undefined {
  const members = node.children ?? []
  const named = (key: (text: string) => boolean): Node | undefined =>
    members.find(({ children }) => key(unmask(String(children?.[0]?.value))))
  return named((key) => key === name) ?? named((key) => key.toLowerCase() === name.toLowerCase())
}

/** From offsets to lines and columns. */
function createPlaces(text: string): (offset: number) => ArmPlace {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)]
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}
