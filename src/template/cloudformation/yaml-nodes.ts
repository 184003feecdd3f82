import { type Node, type Pair, isAlias, isMap, isScalar, isSeq } from 'yaml'
import { longArgument, longForm } from './short-forms.ts'
import type { JsonObject, TemplatePath } from './value.ts'

/** Told of what is no template; throws. Without a message of CloudFormation's own the text is just not well-formed. */
export type Refuse = (message: string | undefined, advice: string, offset: number) => never

/** Deeper than any template and shallow enough for every recursive reader after this one. */
const DEPTH_LIMIT = 200

/** A parsed node as a plain value, short forms in their long form. */
export function plainValue(node: unknown, refuse: Refuse, depth = 0): unknown {
  const offset = startOf(node)
  if (depth > DEPTH_LIMIT)
    return refuse(
      'Template format error: unsupported structure.',
      'the template is nested too deeply',
      offset,
    )
  if (isAlias(node))
    return refuse(
      'Template error: YAML aliases are not allowed in CloudFormation templates',
      `the alias *${node.source} is not allowed in a template; write the value out`,
      offset,
    )
  const key = functionKey(node, refuse)
  const value = untagged(node, refuse, depth)
  return key === undefined ? value : { [key]: longArgument(key, value) }
}

function untagged(node: unknown, refuse: Refuse, depth: number): unknown {
  if (isScalar(node)) return scalar(node.value)
  if (isSeq(node)) return node.items.map((item) => plainValue(item, refuse, depth + 1))
  if (!isMap(node)) return null
  const object: JsonObject = {}
  for (const pair of node.items) {
    const key = keyText(pair)
    if (key === undefined) return refuse(undefined, 'a key must be a text', startOf(pair.key))
    if (key === '__proto__')
      return refuse(
        'Template format error: unsupported structure.',
        'rename the key "__proto__"',
        startOf(pair.key),
      )
    object[key] = longKeyArgument(key, plainValue(pair.value, refuse, depth + 1))
  }
  return object
}

/** YAML's long form takes `Fn::GetAtt: Bucket.Arn` as well as the list. */
function longKeyArgument(key: string, value: unknown): unknown {
  return key === 'Fn::GetAtt' ? longArgument(key, value) : value
}

function functionKey(node: unknown, refuse: Refuse): string | undefined {
  const tag = isScalar(node) || isSeq(node) || isMap(node) ? node.tag : undefined
  if (tag === undefined || tag.startsWith('tag:yaml.org,2002:')) return undefined
  const key = longForm(tag)
  if (key === undefined && tag !== '!') refuse(undefined, `unknown tag ${tag}`, startOf(node))
  return key
}

function scalar(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  return value === undefined ? null : value
}

function keyText(pair: Pair): string | undefined {
  const key: unknown = pair.key
  if (!isScalar(key)) return undefined
  // The key as written: `2012-10-17`, `0123` and `yes` are names here, not values.
  return key.source ?? (typeof key.value === 'string' ? key.value : undefined)
}

/** Where the entry at a path begins; of the deepest thing around it that is there. */
export function offsetOf(root: unknown, path: TemplatePath): number {
  let node = root
  let offset = startOf(root)
  for (const step of path) {
    // The key of a short form and its argument are one place: the tag.
    if (functionKeyOf(node) === step) continue
    if (isMap(node)) {
      const pair = node.items.find((pair) => keyText(pair) === String(step))
      if (pair === undefined) break
      offset = startOf(pair.key)
      node = pair.value
    } else if (isSeq(node) && typeof step === 'number' && step < node.items.length) {
      node = node.items[step]
      offset = startOf(node)
    } else break
  }
  return offset
}

function functionKeyOf(node: unknown): string | undefined {
  return isScalar(node) || isSeq(node) || isMap(node) ? longForm(node.tag) : undefined
}

function startOf(node: unknown): number {
  const range = (node as Partial<Node> | null | undefined)?.range
  return range?.[0] ?? 0
}
