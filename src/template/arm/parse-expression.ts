import { type Token, excerpt, lex } from './lex.ts'
import { invalid } from './problem.ts'
import { type Expression, literal } from './syntax.ts'

/** ARM's own limit on one expression, in characters. */
export const MAX_EXPRESSION_LENGTH = 24_576

/** Deeper than any template that a person or compiler writes; keeps a hostile one from exhausting the stack. */
const MAX_DEPTH = 250

/**
 * What a template's text stands for: an expression (`[…]`), or the text itself; `[[…]` is text that starts with one
 * bracket. Refuses an expression that does not parse.
 */
export function readText(text: string): { text: string } | { expression: Expression } {
  if (!text.startsWith('[') || !text.endsWith(']')) return { text }
  if (text.startsWith('[[')) return { text: text.slice(1) }
  if (text.length > MAX_EXPRESSION_LENGTH)
    return invalid(
      `an expression has ${text.length} characters, the limit is ${MAX_EXPRESSION_LENGTH}; move parts of it into variables`,
    )
  return { expression: parseExpression(text.slice(1, -1)) }
}

/** Parses an expression, without its outer brackets. */
export function parseExpression(source: string): Expression {
  const reader = createReader(source)
  const expression = readExpression(reader, 0)
  reader.expect('end', '')
  return expression
}

interface Reader {
  peek(): Token
  take(): Token
  takes(sign: string): boolean
  expect(kind: Token['kind'], text?: string): Token
  refuse(token: Token): never
}

function createReader(source: string): Reader {
  const tokens = lex(source)
  let index = 0
  const end: Token = { kind: 'end', text: '', at: source.length }
  const reader: Reader = {
    peek: () => tokens[index] ?? end,
    take() {
      const token = reader.peek()
      index += 1
      return token
    },
    takes(sign) {
      const token = reader.peek()
      if (token.kind !== 'sign' || token.text !== sign) return false
      index += 1
      return true
    },
    expect(kind, text) {
      const token = reader.take()
      if (token.kind !== kind || (text !== undefined && token.text !== text)) return reader.refuse(token)
      return token
    },
    refuse(token) {
      const what =
        token.kind === 'end'
          ? 'it ends too early'
          : `'${token.text}' at position ${token.at + 1} is not expected`
      return invalid(`the expression '${excerpt(source)}' is not valid: ${what}`)
    },
  }
  return reader
}

function readExpression(reader: Reader, depth: number): Expression {
  if (depth > MAX_DEPTH) return invalid(`an expression is nested deeper than ${MAX_DEPTH} levels`)
  let expression = readPrimary(reader, depth)
  for (;;) {
    if (reader.takes('.')) {
      expression = { kind: 'access', target: expression, key: literal(reader.expect('name').text) }
    } else if (reader.takes('[')) {
      const key = readExpression(reader, depth + 1)
      reader.expect('sign', ']')
      expression = { kind: 'access', target: expression, key }
    } else return expression
  }
}

function readPrimary(reader: Reader, depth: number): Expression {
  const token = reader.take()
  if (token.kind === 'text') return literal(token.text)
  if (token.kind === 'integer') return literal(Number(token.text))
  if (token.kind !== 'name') return reader.refuse(token)
  const name = reader.takes('.') ? `${token.text}.${reader.expect('name').text}` : token.text
  reader.expect('sign', '(')
  return { kind: 'call', name, args: readArguments(reader, depth) }
}

function readArguments(reader: Reader, depth: number): Expression[] {
  if (reader.takes(')')) return []
  const args = [readExpression(reader, depth + 1)]
  while (reader.takes(',')) args.push(readExpression(reader, depth + 1))
  reader.expect('sign', ')')
  return args
}
