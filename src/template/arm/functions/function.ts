import type { Evaluate, Frame } from '../frame.ts'
import { ArmEvaluationError, invalid } from '../problem.ts'
import type { Call } from '../syntax.ts'
import { type Value, type ValueObject, isDeferred, isList, isObject, typeName } from '../value.ts'

interface Arity {
  readonly min: number
  /** Infinity for any number. */
  readonly max: number
}

/** A function that gets its arguments worked out. */
export interface EagerFunction extends Arity {
  readonly kind: 'eager'
  /**
   * `whole`: called only when every part of every argument is known. `outer`: lists and objects may have unknown parts,
   * but no argument is unknown itself. `nothing`: every argument may be unknown. Undefined as the result means that an unknown part was needed after all.
   */
  readonly needs: 'whole' | 'outer' | 'nothing'
  run(args: readonly Value[], context: Context): Value | undefined
}

/** A function that decides itself which of its arguments to evaluate. */
export interface LazyFunction extends Arity {
  readonly kind: 'lazy'
  run(call: Call, frame: Frame, evaluate: Evaluate): Value
}

/** What a function sees besides its arguments. */
export interface Context {
  /** The function's name, for messages. */
  readonly name: string
  readonly frame: Frame
}

/** A function of the template language. */
export type ArmFunction = EagerFunction | LazyFunction

/** Functions by name, in ARM's own spelling. */
export type FunctionTable = Readonly<Record<string, ArmFunction>>

/** A function that needs all of its arguments known. */
export function whole(min: number, max: number, run: EagerFunction['run']): EagerFunction {
  return { kind: 'eager', needs: 'whole', min, max, run }
}

/** A function that can do with unknown parts inside of its arguments. */
export function outer(min: number, max: number, run: EagerFunction['run']): EagerFunction {
  return { kind: 'eager', needs: 'outer', min, max, run }
}

/** A function that can do with arguments that are unknown. */
export function any(min: number, max: number, run: EagerFunction['run']): EagerFunction {
  return { kind: 'eager', needs: 'nothing', min, max, run }
}

/** A function that evaluates its arguments itself. */
export function lazy(min: number, max: number, run: LazyFunction['run']): LazyFunction {
  return { kind: 'lazy', min, max, run }
}

/** Refuses an argument by its place and type. */
export function refuseArgument(
  context: Context,
  index: number,
  wanted: string,
  value: Value | undefined,
): never {
  const given = value === undefined ? 'nothing' : isDeferred(value) ? 'an unknown value' : typeName(value)
  return invalid(`the function '${context.name}' expects ${wanted} as argument ${index + 1}, not ${given}`)
}

/** An argument that must be a string. */
export function textAt(args: readonly Value[], index: number, context: Context): string {
  const value = args[index]
  return typeof value === 'string' ? value : refuseArgument(context, index, 'a string', value)
}

/** An argument that must be an integer. */
export function integerAt(args: readonly Value[], index: number, context: Context): number {
  const value = args[index]
  return typeof value === 'number' && Number.isInteger(value)
    ? value
    : refuseArgument(context, index, 'an integer', value)
}

/** An argument that must be a boolean. */
export function booleanAt(args: readonly Value[], index: number, context: Context): boolean {
  const value = args[index]
  return typeof value === 'boolean' ? value : refuseArgument(context, index, 'a boolean', value)
}

/** An argument that must be an array. */
export function listAt(args: readonly Value[], index: number, context: Context): readonly Value[] {
  const value = args[index]
  return isList(value) ? value : refuseArgument(context, index, 'an array', value)
}

/** An argument that must be an object. */
export function objectAt(args: readonly Value[], index: number, context: Context): ValueObject {
  const value = args[index]
  return isObject(value) ? value : refuseArgument(context, index, 'an object', value)
}

/** All arguments as strings. */
export function texts(args: readonly Value[], context: Context): string[] {
  return args.map((_, index) => textAt(args, index, context))
}

/** Refuses what a function was given, in its own words. */
export function refuseCall(context: Context, why: string): never {
  throw new ArmEvaluationError('InvalidTemplate', `the function '${context.name}' ${why}`)
}
