import { didYouMean } from '../../api/did-you-mean.ts'
import { checkValue } from './check-value.ts'
import { type Definition, isSecure, readDefinition } from './definition.ts'
import { evaluateJson } from './evaluate.ts'
import type { Frame } from './frame.ts'
import { ArmEvaluationError, invalid, problemOf } from './problem.ts'
import { toJson } from './render.ts'
import { hideSecret } from './hide-secret.ts'
import { type Expression, literal } from './syntax.ts'
import type { ArmPath, ArmProblem, ArmTemplate, ExpandedParameter, Json, JsonObject } from './types.ts'
import { type Value, defer, hasDeferred, isJsonObject, jsonMember, memberName } from './value.ts'

/** A parameter as it reaches the evaluator: parts of a value that a parent passes on may be unknown. */
export interface GivenValue {
  readonly value?: Value | undefined
  readonly reference?: Json | undefined
}

/** The parameters of one deployment. */
export interface Parameters {
  readonly names: readonly string[]
  /** A parameter's value; undefined for one that does not exist. Refuses what has neither value nor default. */
  readonly get: (name: string) => Value | undefined
  /** What is wrong with what was given, and with defaults that do not work. */
  problems(): ArmProblem[]
  expanded(): Record<string, ExpandedParameter>
}

/** What `createParameters` needs. */
export interface ParametersInput {
  readonly template: ArmTemplate
  readonly given: Readonly<Record<string, GivenValue>>
  /** Of a plan, which is shown to people: a secure value that is given stays `parameters('name')`. */
  readonly hideSecrets: boolean
  /** What a default value sees. */
  readonly frame: () => Frame
}

/** Parameters of a template with what is given to them; defaults are worked out when first asked for. */
export function createParameters({ template, given, frame, hideSecrets }: ParametersInput): Parameters {
  const section = jsonMember(template, 'parameters')
  const definitions = isJsonObject(section) ? section : {}
  const names = Object.keys(definitions)
  const values = new Map<string, Value>()
  const pending = new Set<string>()

  function get(asked: string): Value | undefined {
    const name = memberName(definitions, asked)
    if (name === undefined) return undefined
    const known = values.get(name)
    if (known !== undefined) return known
    if (pending.has(name)) return invalid(`the default of the parameter '${name}' refers to itself`)
    pending.add(name)
    try {
      const value = resolve(name)
      values.set(name, value)
      return value
    } finally {
      pending.delete(name)
    }
  }

  function resolve(name: string): Value {
    const path = ['parameters', name]
    const definition = readDefinition(definitions[name], template, path)
    const input = givenOf(given, name)
    if (input?.reference !== undefined) return secretOf(name, input.reference)
    if (input?.value !== undefined && (input.value !== null || definition.nullable))
      return hideSecrets ? hideSecret(input.value, definition, template, parameterCall(name)) : input.value
    const fallback = jsonMember(definitions[name], 'defaultValue')
    if (fallback !== undefined) return evaluateJson(fallback, frame(), [...path, 'defaultValue'])
    if (definition.nullable) return null
    throw new ArmEvaluationError('MissingParameter', `the parameter '${name}' has no value; give one`, path)
  }

  return {
    names,
    get,
    problems: () => [
      ...unknownParameters(given, names),
      ...names.flatMap((name) => problemsOf(name, template, definitions, given, get)),
    ],
    expanded: () =>
      Object.fromEntries(names.map((name) => [name, expandOne(name, template, definitions, given, get)])),
  }
}

/** A secret as an expression: of a Key Vault where the reference says so. */
function secretOf(name: string, reference: Json): Value {
  const vault = jsonMember(jsonMember(reference, 'keyVault'), 'id')
  const secret = jsonMember(reference, 'secretName')
  if (typeof vault !== 'string' || typeof secret !== 'string') return defer(parameterCall(name))
  const version = jsonMember(reference, 'secretVersion')
  const args = [vault, secret, ...(typeof version === 'string' ? [version] : [])]
  return defer({ kind: 'call', name: 'getKeyVaultSecret', args: args.map(literal) })
}

function parameterCall(name: string): Expression {
  return { kind: 'call', name: 'parameters', args: [literal(name)] }
}

function givenOf(given: Readonly<Record<string, GivenValue>>, name: string): GivenValue | undefined {
  const key = memberName(given, name)
  return key === undefined ? undefined : given[key]
}

function unknownParameters(
  given: Readonly<Record<string, GivenValue>>,
  names: readonly string[],
): ArmProblem[] {
  const known = new Set(names.map((name) => name.toLowerCase()))
  return Object.keys(given)
    .filter((name) => !known.has(name.toLowerCase()))
    .map((name) => ({
      code: 'UnknownParameter',
      message: `the template has no parameter '${name}'${didYouMean(name, names)}`,
      document: 'parameters',
      path: [name],
      severity: 'error',
    }))
}

function problemsOf(
  name: string,
  template: ArmTemplate,
  definitions: JsonObject,
  given: Readonly<Record<string, GivenValue>>,
  get: (name: string) => Value | undefined,
): ArmProblem[] {
  const path: ArmPath = ['parameters', name]
  try {
    const definition = readDefinition(definitions[name], template, path)
    const input = givenOf(given, name)?.value
    const isGiven = input !== undefined && input !== null
    const value = isGiven ? input : (get(name) ?? null)
    const found: ArmProblem[] = []
    checkValue(value, definition, template, isGiven ? [name] : [...path, 'defaultValue'], (message, at) => {
      found.push({
        code: 'InvalidParameter',
        message: `parameter '${name}': ${message}`,
        document: isGiven ? 'parameters' : 'template',
        path: at,
        severity: 'error',
      })
    })
    return found
  } catch (error) {
    return [problemOf(error, path)]
  }
}

function expandOne(
  name: string,
  template: ArmTemplate,
  definitions: JsonObject,
  given: Readonly<Record<string, GivenValue>>,
  get: (name: string) => Value | undefined,
): ExpandedParameter {
  try {
    const definition = readDefinition(definitions[name], template, ['parameters', name])
    return { ...typeOf(definition), ...valueOf(name, given, get) }
  } catch (error) {
    // Already among the problems.
    if (!(error instanceof ArmEvaluationError)) throw error
    return { type: '', secure: false }
  }
}

function typeOf(definition: Definition): { type: string; secure: boolean } {
  return { type: definition.typeText, secure: isSecure(definition) }
}

function valueOf(
  name: string,
  given: Readonly<Record<string, GivenValue>>,
  get: (name: string) => Value | undefined,
): { value?: Json; reference?: Json } {
  const reference = givenOf(given, name)?.reference
  if (reference !== undefined) return { reference }
  try {
    const value = get(name)
    return value === undefined || hasDeferred(value) ? {} : { value: toJson(value) }
  } catch (error) {
    // Already among the problems.
    if (!(error instanceof ArmEvaluationError)) throw error
    return {}
  }
}
