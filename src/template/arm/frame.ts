import type { Expression } from './syntax.ts'
import type { Json, Surroundings } from './types.ts'
import type { Value } from './value.ts'

/**
 * What part of a template an expression stands in: it decides which functions may be called. `start` is what must be
 * known before the deployment starts (names, conditions, counts, …).
 */
export type Place = 'parameter' | 'variable' | 'start' | 'body' | 'output'

/** How far a copy loop has come. */
export interface CopyCounter {
  readonly name: string
  readonly index: number
  /** Of the whole resource, variable or output: what `copyIndex()` without a name means; else of a property. */
  readonly isResource: boolean
}

/** A function that the template defines: `namespace.name`. */
export interface UserFunction {
  readonly parameters: readonly string[]
  readonly output: Expression | undefined
  /** The output as written, where it is no single expression. */
  readonly value: Json | undefined
}

/** A resource as `reference`, `dependsOn` and the like find it. */
export interface KnownResource {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly apiVersion: string
  readonly symbolicName?: string
}

/** Answers of the cloud, or of a plan's predictions; undefined is unknown. */
export interface Answers {
  reference(id: string, apiVersion: string | undefined, full: boolean): Value | undefined
  list(name: string, id: string, apiVersion: string, args: Value | undefined): Value | undefined
}

/** Told of each resource that an expression reads; `implicit` when ARM makes a dependency of it. */
export type NoteRead = (id: string, implicit: boolean) => void

/** What all expressions of one deployment share. */
export interface World {
  readonly surroundings: Surroundings
  /** As `deployment()` tells it; of a nested deployment it may be unknown. */
  readonly deploymentName: Value
  readonly deploymentLocation: Value | undefined
  /** Whether resources have symbolic names (languageVersion 2.0). */
  readonly symbolic: boolean
  readonly contentVersion: string
  readonly metadata: Json | undefined
  readonly functions: ReadonlyMap<string, UserFunction>
  parameter(name: string): Value | undefined
  readonly parameterNames: readonly string[]
  variable(name: string): Value | undefined
  readonly variableNames: readonly string[]
  /** Resources by symbolic name, name or id; more than one for the name of a copy loop. */
  find(name: string): readonly KnownResource[]
  parse(text: string): { text: string } | { expression: Expression }
}

/** What an expression sees. */
export interface Frame {
  readonly world: World
  readonly place: Place
  /** Innermost last. */
  readonly copies: readonly CopyCounter[]
  readonly lambdas: ReadonlyMap<string, Value>
  /** In a user function: its own parameters instead of the template's. */
  readonly arguments?: ReadonlyMap<string, Value>
  readonly answers?: Answers
  readonly noteRead?: NoteRead
  /** How many user functions and lambdas deep. */
  readonly depth: number
}

/** Evaluates an expression; handed to functions that decide themselves which of their arguments to evaluate. */
export type Evaluate = (expression: Expression, frame: Frame) => Value
