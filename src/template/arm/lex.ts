import { invalid } from './problem.ts'

/** A word of an expression. */
export interface Token {
  readonly kind: 'text' | 'integer' | 'name' | 'sign' | 'end'
  readonly text: string
  /** Where it starts, from 0. */
  readonly at: number
}

const white = /[\s\u{FEFF}]/u
const word = /[A-Za-z_$][\w$]*/y
const integer = /-?\d+/y

/** The words of an expression, without its outer brackets. */
export function lex(source: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < source.length) {
    const char = source[at] ?? ''
    if (white.test(char)) {
      at += 1
      continue
    }
    const token = next(source, at, char)
    tokens.push(token.token)
    at = token.end
  }
  tokens.push({ kind: 'end', text: '', at })
  return tokens
}

function next(source: string, at: number, char: string): { token: Token; end: number } {
  if (char === "'") return quoted(source, at)
  if ('()[],.'.includes(char)) return { token: { kind: 'sign', text: char, at }, end: at + 1 }
  const name = match(word, source, at)
  if (name !== undefined) return { token: { kind: 'name', text: name, at }, end: at + name.length }
  const digits = match(integer, source, at)
  if (digits !== undefined) return { token: { kind: 'integer', text: digits, at }, end: at + digits.length }
  return invalid(
    `the expression '${excerpt(source)}' is not valid: the character '${char}' at position ${at + 1} is not expected`,
  )
}

function quoted(source: string, at: number): { token: Token; end: number } {
  let text = ''
  let here = at + 1
  for (;;) {
    const close = source.indexOf("'", here)
    if (close === -1)
      return invalid(
        `the expression '${excerpt(source)}' is not valid: the string that starts at position ${at + 1} has no end`,
      )
    text += source.slice(here, close)
    if (source[close + 1] !== "'") return { token: { kind: 'text', text, at }, end: close + 1 }
    text += "'"
    here = close + 2
  }
}

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0]
}

/** The beginning of a text, for messages. */
export function excerpt(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
