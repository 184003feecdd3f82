import type { TemplatePath } from './value.ts'

/** One thing that is wrong with a template or its parameters, in two languages. */
export interface Problem {
  /** Where; empty for the template as a whole. */
  path: TemplatePath
  /** CloudFormation's own words, to the letter. */
  message: string
  /** For people: what is wrong with which value and what to change. */
  advice: string
}

/** Told of each problem a check finds. One that throws makes the first problem the last, as CloudFormation does it. */
export type Report = (problem: Problem) => void

/** A template or parameter that CloudFormation refuses on the call, with its message to the letter. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
  /** As on the wire. */
  readonly code = 'ValidationError'
  readonly path: TemplatePath
  /** The same for people: see Problem. */
  readonly advice: string

  constructor(problem: Problem) {
    super(problem.message)
    this.path = problem.path
    this.advice = problem.advice
  }
}

/** The Report of CloudFormation itself: it stops at the first problem. */
export function refuse(problem: Problem): never {
  throw new TemplateError(problem)
}

/** Runs something that refuses; its refusal becomes a value. Anything else that is thrown stays thrown. */
export function attempt<Result>(run: () => Result): Result | TemplateError {
  try {
    return run()
  } catch (error) {
    if (error instanceof TemplateError) return error
    throw error
  }
}
