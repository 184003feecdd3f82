import { parseArmTemplate, type GivenParameter, type Json } from '../../template/arm/index.ts'
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
  const { template: root, problems: misread, locate } = parseArmTemplate(text)
  const inner = root?.['parameters']
  const isArm = isObject(inner) && !isParameter(inner)
  const locateIn = (path: readonly (string | number)[]): Position =>
    locate(isArm ? ['parameters', ...path] : path)
  const problems = misread.map(({ line = 1, column = 1, message }) => ({
    line,
    column,
    message: message.replace('the template', 'the parameters file'),
  }))
  const parameters: ParametersFile['parameters'] = {}
  for (const [name, value] of Object.entries((isArm ? inner : root) ?? {})) {
    if (!isArm && (name === '$schema' || name === 'contentVersion')) continue
    const given = readParameter(value, isArm)
    if (typeof given === 'string') problems.push({ ...locateIn([name]), message: `${name}: ${given}` })
    else parameters[name] = given
  }
  return { parameters, problems, locate: (path) => placeOf(locateIn, path) }
}

/** The value's own place is below the parameter's `value`, where that is how it is written. */
function placeOf(
  locate: (path: readonly (string | number)[]) => Position,
  [name = '', ...rest]: readonly (string | number)[],
): Position {
  return rest.length === 0 ? locate([name]) : locate([name, 'value', ...rest])
}

function readParameter(value: Json, isArm: boolean): GivenParameter | string {
  if (isParameter(value)) return value
  if (isObject(value) && 'expression' in value)
    return 'needs an external input, which only a pipeline has; write its value'
  return isArm ? 'is not a parameter; write {"value": …} or {"reference": …}' : { value }
}

function isParameter(value: unknown): value is GivenParameter {
  if (!isObject(value)) return false
  const names = Object.keys(value).filter((name) => name !== 'metadata')
  return (names.length === 1 && names[0] === 'value') || isReference(value)
}

/** Whether a value is a reference to a secret in a Key Vault, as ARM writes it. */
export function isReference(value: unknown): value is { reference: Json } {
  if (!isObject(value)) return false
  const { reference, metadata: _ignored, ...rest } = value
  return isObject(reference) && 'keyVault' in reference && Object.keys(rest).length === 0
}

function isObject(value: unknown): value is Record<string, unknown> & { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
