import { findNodeAtLocation, getNodeValue, parseTree, type Node, type ParseError } from 'jsonc-parser'
import type { GivenParameter, Json } from '../../template/arm/index.ts'
import type { Position } from '../problem.ts'

/** Values of a parameters file, as ARM takes them. */
export interface ParametersFile {
  parameters: Record<string, GivenParameter>
  problems: (Position & { message: string })[]
  /** Where a parameter, or a part of its value, is written. */
  locate(path: readonly (string | number)[]): Position
}

/**
 * Reads ARM parameters JSON, comments allowed: the form with `$schema` and `parameters`, or the bare parameters,
 * `{"name": {"value": …}}` or `{"name": …}`.
 */
export function readParametersFile(text: string): ParametersFile {
  const errors: ParseError[] = []
  const root = parseTree(text, errors, { allowTrailingComma: true })
  const placeOf = places(text)
  const [error] = errors
  if (root?.type !== 'object' || error !== undefined) {
    const message = 'is no JSON object of parameters; write {"parameters": {"name": {"value": …}}}'
    const place = placeOf(error?.offset ?? 0)
    return { parameters: {}, problems: [{ ...place, message }], locate: () => ({ line: 1, column: 1 }) }
  }
  const inner = findNodeAtLocation(root, ['parameters'])
  const isArm = inner?.type === 'object' && !isParameter(getNodeValue(inner))
  const list = isArm ? inner : root
  const problems: ParametersFile['problems'] = []
  const parameters: ParametersFile['parameters'] = {}
  for (const { name, key, value } of members(list)) {
    if (!isArm && (name === '$schema' || name === 'contentVersion')) continue
    const given = readParameter(getNodeValue(value) as Json, isArm)
    if (typeof given === 'string') problems.push({ ...placeOf(key.offset), message: `${name}: ${given}` })
    else parameters[name] = given
  }
  return { parameters, problems, locate: (path) => placeOf(offsetOf(list, path)) }
}

function readParameter(value: Json, isArm: boolean): GivenParameter | string {
  if (isParameter(value)) return value
  if (typeof value === 'object' && value !== null && 'expression' in value)
    return 'needs an external input, which only a pipeline has; write its value'
  return isArm ? 'is not a parameter; write {"value": …} or {"reference": …}' : { value }
}

function isParameter(value: unknown): value is GivenParameter {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const names = Object.keys(value).filter((name) => name !== 'metadata')
  return names.length === 1 && (names[0] === 'value' || isReference(value))
}

/** Whether a value is a reference to a secret in a Key Vault, as ARM writes it. */
export function isReference(value: unknown): value is { reference: Json } {
  if (typeof value !== 'object' || value === null || !('reference' in value)) return false
  const { reference } = value
  return typeof reference === 'object' && reference !== null && 'keyVault' in reference
}

function members(node: Node): { name: string; key: Node; value: Node }[] {
  return (node.children ?? []).flatMap(({ children: [key, value] = [] }) =>
    key === undefined || value === undefined ? [] : [{ name: String(key.value), key, value }],
  )
}

/** The offset of a parameter's name, or of the part of its value that a path leads to. */
function offsetOf(list: Node, [name, ...rest]: readonly (string | number)[]): number {
  const member = members(list).find((one) => one.name === name)
  if (member === undefined) return list.offset
  if (rest.length === 0) return member.key.offset
  return findNodeAtLocation(member.value, [...rest])?.offset ?? member.key.offset
}

function places(text: string): (offset: number) => Position {
  return (offset) => {
    const before = text.slice(0, offset).split('\n')
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
  }
}
