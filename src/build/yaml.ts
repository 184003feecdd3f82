import * as yaml from 'yaml'
import type { FieldPath, Position } from './problem.ts'

/** A flaw of a document as YAML: syntax, or something we do not allow in what is ours. */
export interface Flaw extends Position {
  message: string
  path?: FieldPath
}

/** One YAML document that is ours, as a plain value. */
export interface YamlDocument {
  /** Null prototypes throughout; undefined when flaws kept it from being read. */
  value: unknown
  flaws: Flaw[]
  /** The value is all there in spite of its flaws, so that its fields may be checked too. */
  isWhole: boolean
  /** Where a field stands: its key, or the item of a list; of what is missing, the nearest thing around it. */
  positionOf(path: FieldPath): Position
}

/** Caps of one file; a manifest is small, what is larger was made to hurt. */
const limits = { bytes: 1024 * 1024, nodes: 50_000, depth: 32, aliases: 100, errors: 5 }
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * The documents of a file whose `apiVersion` names our group. Others are left alone, also when they do not parse; a
 * document that mentions us and does not parse is returned with its flaws.
 */
export function parseDocuments(text: string, group: string): YamlDocument[] {
  if (!text.includes(group)) return []
  const lines = new yaml.LineCounter()
  const locate = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  if (text.length > limits.bytes) {
    return [broken({ line: 1, column: 1 }, `the file is larger than ${limits.bytes} bytes; split it`)]
  }
  try {
    const documents = yaml.parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })
    const list = Array.isArray(documents) ? documents : []
    return list.flatMap((document) => (isOurs(document, text, group) ? [readDocument(document, locate)] : []))
  } catch (error) {
    // The parser recurses; what nests too deep for it ends the stack.
    if (!(error instanceof RangeError)) throw error
    return [broken({ line: 1, column: 1 }, `the file nests deeper than ${limits.depth} levels; flatten it`)]
  }
}

function isOurs(document: yaml.Document.Parsed, text: string, group: string): boolean {
  const apiVersion: unknown = yaml.isMap(document.contents) ? document.contents.get('apiVersion') : undefined
  if (document.errors.length === 0)
    return typeof apiVersion === 'string' && apiVersion.split('/')[0] === group
  const [start, , end] = document.range ?? [0, 0, text.length]
  return text.slice(start, end).includes(group)
}

function broken(position: Position, message: string): YamlDocument {
  return { value: undefined, flaws: [{ ...position, message }], isWhole: false, positionOf: () => position }
}

function readDocument(document: yaml.Document.Parsed, locate: (offset: number) => Position): YamlDocument {
  // What a parser says after its first few complaints is about its own confusion.
  const flaws: Flaw[] = document.errors.slice(0, limits.errors).map((error) => ({
    ...locate(culprit(document, error)),
    message: describeError(error),
  }))
  const kind: unknown = yaml.isMap(document.contents) ? document.contents.get('kind') : undefined
  const keepsText = kind !== 'AzureDeployment'
  const reader = { document, locate, flaws, nodes: 0, aliases: 0, isTooDeep: false, keepsText }
  const value = readNode(reader, document.contents, [])
  return {
    value: reader.nodes > limits.nodes ? undefined : value,
    flaws,
    isWhole:
      document.errors.every(({ code }) => code === 'DUPLICATE_KEY') &&
      reader.nodes <= limits.nodes &&
      reader.aliases <= limits.aliases &&
      !reader.isTooDeep,
    positionOf: (path) => locate(offsetOf(document, path)),
  }
}

/**
 * Where a person looks for the mistake. What is never closed is noticed only at its end, lines further down: it is shown
 * where it was opened.
 */
function culprit(document: yaml.Document.Parsed, error: yaml.YAMLError): number {
  const [noticed] = error.pos
  if (!/closing|end with/i.test(error.message)) return noticed
  let opened: number | undefined
  const look = (node: { range?: yaml.Range | null }, isOpen: boolean): void => {
    const [start, end] = node.range ?? [Infinity, 0]
    if (isOpen && start <= noticed && noticed <= end + 1) opened = start
  }
  yaml.visit(document, {
    Scalar: (_, node) => look(node, node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE'),
    Collection: (_, node) => look(node, node.flow === true),
  })
  return opened ?? noticed
}

function describeError(error: yaml.YAMLError): string {
  if (error.code === 'DUPLICATE_KEY') return 'the same key stands twice in a mapping; keep one'
  return `not well-formed YAML: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`
}

interface Reader {
  document: yaml.Document.Parsed
  locate: (offset: number) => Position
  flaws: Flaw[]
  nodes: number
  aliases: number
  isTooDeep: boolean
  /** Whether numbers of parameters are kept as they are written; ARM takes them as numbers. */
  keepsText: boolean
}

/** A node as a plain value. Every visit counts, also by aliases, so that no bomb of aliases unfolds. */
function readNode(reader: Reader, node: unknown, path: FieldPath): unknown {
  reader.nodes += 1
  if (reader.nodes > limits.nodes) {
    if (reader.nodes === limits.nodes + 1) {
      complain(reader, node, [], `the document holds more than ${limits.nodes} values; split it`)
    }
    return undefined
  }
  if (path.length > limits.depth) {
    reader.isTooDeep = true
    complain(reader, node, [], `the document nests deeper than ${limits.depth} levels; flatten it`)
    return undefined
  }
  if (yaml.isNode(node) && node.tag?.startsWith('!') === true) {
    complain(reader, node, path, `the tag ${node.tag} means nothing here; write the value without it`)
  }
  if (yaml.isAlias(node)) return readAlias(reader, node, path)
  if (yaml.isMap(node)) return readMap(reader, node, path)
  if (yaml.isSeq(node)) return node.items.map((item, index) => readNode(reader, item, [...path, index]))
  if (yaml.isScalar(node)) return readScalar(reader, node, path)
  return null
}

/** Finding an anchor walks the document, so that their number is capped too. */
function readAlias(reader: Reader, alias: yaml.Alias, path: FieldPath): unknown {
  reader.aliases += 1
  if (reader.aliases <= limits.aliases) return readNode(reader, alias.resolve(reader.document), path)
  if (reader.aliases === limits.aliases + 1) {
    complain(reader, alias, [], `the document uses more than ${limits.aliases} aliases; write the values out`)
  }
  return undefined
}

function readMap(reader: Reader, map: yaml.YAMLMap, path: FieldPath): Record<string, unknown> {
  const result = Object.create(null) as Record<string, unknown>
  for (const { key, value } of map.items) {
    const name =
      yaml.isScalar(key) && !yaml.isCollection(key.value) ? String(key.source ?? key.value) : undefined
    if (name === undefined) complain(reader, key, path, 'a key is not plain text; write it as text')
    else if (forbiddenKeys.has(name))
      complain(reader, key, [...path, name], `the key "${name}" is not allowed; rename it`)
    else if (name === '<<')
      complain(reader, key, path, 'merge keys ("<<") are not supported; write the fields out')
    else result[name] = readNode(reader, value, [...path, name])
  }
  return result
}

/**
 * Numbers below `parameters` and `tags` of a stack become text anyway; where the number would not be written back as it stands
 * (`012345678901`, `1.10`), the text as written is what was meant.
 */
function readScalar({ keepsText }: Reader, node: yaml.Scalar, path: FieldPath): unknown {
  const { value, source } = node
  const isText = keepsText && path[0] === 'spec' && (path[1] === 'parameters' || path[1] === 'tags')
  if (typeof value === 'bigint') return source ?? String(value)
  if (typeof value !== 'number' || !isText || source === undefined) return value
  return /^-?\d+(\.\d*)?$/.test(source) && String(value) !== source ? source : value
}

function complain(reader: Reader, node: unknown, path: FieldPath, message: string): void {
  const offset = yaml.isNode(node) ? (node.range?.[0] ?? 0) : 0
  reader.flaws.push({ ...reader.locate(offset), message, ...(path.length > 0 ? { path } : {}) })
}

function offsetOf(document: yaml.Document.Parsed, path: FieldPath): number {
  let node: unknown = document.contents
  let offset = yaml.isNode(node) ? (node.range?.[0] ?? 0) : 0
  for (const part of path) {
    if (yaml.isAlias(node)) node = node.resolve(document)
    if (yaml.isMap(node)) {
      const pair = node.items.find(
        ({ key }) => yaml.isScalar(key) && String(key.source ?? key.value) === String(part),
      )
      if (!pair) break
      offset = yaml.isNode(pair.key) ? (pair.key.range?.[0] ?? offset) : offset
      node = pair.value
    } else if (yaml.isSeq(node)) {
      const item: unknown = typeof part === 'number' ? node.items[part] : undefined
      if (!yaml.isNode(item)) break
      offset = item.range?.[0] ?? offset
      node = item
    } else break
  }
  return offset
}
