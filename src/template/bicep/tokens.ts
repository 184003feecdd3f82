import { stalled } from '../../api/errors.ts'

/** A piece of a Bicep file that is no comment and no blank. */
export interface Token {
  type: 'word' | 'text' | 'mark' | 'line'
  /** A word or a mark as it is written; of a text what it says, undefined where it is put together (`${…}`). */
  value: string | undefined
  /** Offset of its first character. */
  start: number
}

const simpleEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  "'": "'",
  '\\': '\\',
  $: '$',
}

/** How deep texts may nest in each other by `${…}`; people need two. */
const maxDepth = 64

/**
 * Cuts a Bicep file into tokens, those inside `${…}` among them. What is no Bicep gives tokens that mean nothing, and the
 * compiler says what is wrong with it. Throws a `stalled` error for texts that nest too deep to be read.
 */
export function readTokens(text: string): Token[] {
  const reader: Reader = { text, at: 0, depth: 0, tokens: [] }
  while (reader.at < text.length) readToken(reader)
  return reader.tokens
}

interface Reader {
  text: string
  at: number
  depth: number
  tokens: Token[]
}

function readToken(reader: Reader): void {
  const { text, at } = reader
  const rest = text.slice(at, at + 2)
  if (text[at] === '\n') push(reader, 'line', '\n', 1)
  else if (/\s/.test(text[at] ?? '')) reader.at += 1
  else if (rest === '//') reader.at = endOf(text, text.indexOf('\n', at))
  else if (rest === '/*') reader.at = endOf(text, text.indexOf('*/', at + 2), 2)
  else if (text[at] === "'") readText(reader, 0)
  else if (text[at] === '$') readInterpolatedBlock(reader)
  else {
    const word = /[\p{L}_][\p{L}\p{N}_]*/uy
    word.lastIndex = at
    const found = word.exec(text)?.[0]
    if (found === undefined) push(reader, 'mark', text[at], 1)
    else push(reader, 'word', found, found.length)
  }
}

function push(reader: Reader, type: Token['type'], value: string | undefined, length: number): void {
  reader.tokens.push({ type, value, start: reader.at })
  reader.at += length
}

function endOf(text: string, found: number, length = 0): number {
  return found === -1 ? text.length : found + length
}

/** `$'''…'''`, where as many `$` as stand before it begin an interpolation. */
function readInterpolatedBlock(reader: Reader): void {
  const marks = /\$+(?=''')/y
  marks.lastIndex = reader.at
  const found = marks.exec(reader.text)?.[0]
  if (found === undefined) return push(reader, 'mark', '$', 1)
  reader.at += found.length
  readText(reader, found.length)
}

/** A text in quotes or triple quotes; `marks` is how many `$` stand before a triple quote. */
function readText(reader: Reader, marks: number): void {
  const start = reader.at
  const isBlock = reader.text.startsWith("'''", start)
  const token: Token = { type: 'text', value: undefined, start }
  reader.tokens.push(token)
  reader.at += isBlock ? 3 : 1
  const opener = isBlock ? (marks === 0 ? undefined : `${'$'.repeat(marks)}{`) : '${'
  let value: string | undefined = ''
  while (reader.at < reader.text.length) {
    const { text, at } = reader
    if (isBlock ? text.startsWith("'''", at) : text[at] === "'" || text[at] === '\n') {
      // Quotes right before the end of a block belong to it.
      const extra = isBlock ? (/^'*/.exec(text.slice(at + 3))?.[0] ?? '') : ''
      reader.at += text[at] === '\n' ? 0 : (isBlock ? 3 : 1) + extra.length
      token.value = value === undefined ? undefined : trimmed(value + extra, isBlock)
      return
    }
    if (opener !== undefined && text.startsWith(opener, at)) {
      value = undefined
      reader.at += opener.length
      readInterpolation(reader)
    } else {
      const { said, length } = isBlock ? { said: text[at] ?? '', length: 1 } : unescaped(text, at)
      if (value !== undefined) value += said
      reader.at += length
    }
  }
  token.value = undefined
}

/** A line end right after the opening quotes of a block is not part of it. */
function trimmed(value: string, isBlock: boolean): string {
  return isBlock ? value.replace(/^\r?\n/, '') : value
}

function unescaped(text: string, at: number): { said: string; length: number } {
  if (text[at] !== '\\') return { said: text[at] ?? '', length: 1 }
  const code = /^\\u\{([0-9a-fA-F]{1,8})\}/.exec(text.slice(at, at + 13))
  const point = code?.[1] === undefined ? undefined : Number.parseInt(code[1], 16)
  if (code !== null && point !== undefined && point <= 0x10_ff_ff) {
    return { said: String.fromCodePoint(point), length: code[0].length }
  }
  const next = text[at + 1] ?? ''
  return { said: simpleEscapes[next] ?? next, length: next === '' ? 1 : 2 }
}

/** The tokens of an expression up to the brace that closes it. */
function readInterpolation(reader: Reader): void {
  reader.depth += 1
  if (reader.depth > maxDepth)
    throw stalled('InvalidBicep', `texts nest deeper than ${maxDepth} levels in each other; flatten them`)
  for (let depth = 1; reader.at < reader.text.length;) {
    const before = reader.tokens.length
    readToken(reader)
    const token = reader.tokens.length > before ? reader.tokens[before] : undefined
    if (token?.type !== 'mark') continue
    if (token.value === '{') depth += 1
    if (token.value === '}') depth -= 1
    if (depth === 0) break
  }
  reader.depth -= 1
}
