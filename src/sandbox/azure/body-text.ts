import type { Json, JsonObject } from './json.ts'
import { isObject } from './json.ts'

/** A body as it was sent. */
export interface ParsedBody {
  value: Json
  /** The text that a value was written as, by its path; undefined when nothing is there. */
  textOf(path: readonly (string | number)[]): string | undefined
}

/** Says where a body stops being one. */
export class BodySyntaxError extends Error {
  readonly line: number
  readonly column: number

  constructor(what: string, text: string, offset: number) {
    const before = text.slice(0, offset).split('\n')
    const line = before.length
    const column = (before.at(-1) ?? '').length + 1
    super(`${what} at line ${line}, column ${column}`)
    this.line = line
    this.column = column
  }
}

/**
 * Reads what ARM takes as JSON: JSON, and also comments, names without quotes, trailing commas, strings in single quotes
 * and strings that go over lines. The az CLI puts a template's own text into its bodies, unread. Throws BodySyntaxError.
 */
export function parseBody(text: string): ParsedBody {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text
  const value = parsePlain(plain) ?? createReader(plain).document()
  return {
    value,
    textOf(path) {
      const reader = createReader(plain)
      const found = path.reduce<Json | undefined>(step, reader.document())
      return found === undefined ? undefined : (reader.sourceOf(found) ?? JSON.stringify(found))
    },
  }
}

/** What is JSON by the letter, quickly; undefined where it is not. */
function parsePlain(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function step(value: Json | undefined, key: string | number): Json | undefined {
  if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined
  return isObject(value) ? value[key] : undefined
}

const literals: Readonly<Record<string, Json>> = { true: true, false: false, null: null }
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }
// Nobody nests deeper by hand, and the stack is no place to find out.
const maxDepth = 200

function createReader(text: string): { document(): Json; sourceOf(value: Json): string | undefined } {
  let at = 0
  let depth = 0
  const spans = new WeakMap<object, readonly [number, number]>()
  const fail = (what: string): never => {
    throw new BodySyntaxError(what, text, at)
  }

  /** What a sticky pattern finds here. */
  function take(pattern: RegExp): string {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0] ?? ''
    at += found.length
    return found
  }

  function skip(): void {
    take(/(?:\s+|\/\/[^\n]*|\/\*[^]*?\*\/)*/y)
  }

  function value(): Json {
    skip()
    const first = text[at]
    if (first === '{') return container(() => object())
    if (first === '[') return container(() => list())
    if (first === '"' || first === "'") return string(first)
    const start = at
    const word = take(/[-+.\w]+/y)
    const number = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word) ? Number(word) : undefined
    const literal = number ?? (Object.hasOwn(literals, word) ? literals[word] : undefined)
    if (literal !== undefined) return literal
    at = start
    return fail(word === '' ? 'a value is missing' : `'${word}' is no value`)
  }

  function container<Value extends JsonObject | Json[]>(read: () => Value): Value {
    const start = at
    depth += 1
    if (depth > maxDepth) fail(`more than ${maxDepth} levels`)
    at += 1
    const made = read()
    depth -= 1
    spans.set(made, [start, at])
    return made
  }

  function object(): JsonObject {
    const made: [string, Json][] = []
    for (;;) {
      skip()
      if (text[at] === '}') break
      const name = key()
      skip()
      if (text[at] !== ':') fail(`':' is missing after the name '${name}'`)
      at += 1
      made.push([name, value()])
      skip()
      if (text[at] === ',') at += 1
      else if (text[at] !== '}') fail("',' or '}' is missing")
    }
    at += 1
    return Object.fromEntries(made)
  }

  function key(): string {
    const first = text[at]
    if (first === '"' || first === "'") return string(first)
    const name = take(/[$_\p{L}][$\w\p{L}-]*/uy)
    return name === '' ? fail('a name is missing') : name
  }

  function list(): Json[] {
    const made: Json[] = []
    for (;;) {
      skip()
      if (text[at] === ']') break
      made.push(value())
      skip()
      if (text[at] === ',') at += 1
      else if (text[at] !== ']') fail("',' or ']' is missing")
    }
    at += 1
    return made
  }

  function string(quote: string): string {
    let read = ''
    at += 1
    for (;;) {
      const letter = text[at]
      if (letter === undefined) return fail('a string without end')
      at += 1
      if (letter === quote) return read
      read += letter === '\\' ? escape() : letter
    }
  }

  function escape(): string {
    const letter = text[at] ?? ''
    at += 1
    if (letter !== 'u') return escapes[letter] ?? letter
    const code = /^[\da-f]{4}/i.exec(text.slice(at, at + 4))?.[0]
    if (code === undefined) return fail('an escape that is none')
    at += 4
    return String.fromCharCode(Number.parseInt(code, 16))
  }

  return {
    document() {
      const read = value()
      skip()
      if (at < text.length) fail('more text after the end')
      return read
    },
    sourceOf(of) {
      const span = typeof of === 'object' && of !== null ? spans.get(of) : undefined
      return span === undefined ? undefined : text.slice(...span)
    },
  }
}
