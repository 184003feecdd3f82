import type { ParameterDeclaration, Template } from './template.ts'

/** A parameter as a request gives it. */
export interface GivenParameter {
  key: string
  value?: string | undefined
  usePreviousValue?: boolean | undefined
}

/** A parameter with its value settled. */
export interface ParameterValue {
  name: string
  declaration: ParameterDeclaration
  /** As given or defaulted, as DescribeStacks echoes it; for an SSM type the name in the Parameter Store. */
  text: string
  /** What the Parameter Store answered, for an SSM type. */
  resolvedText?: string
  /** What Ref answers: text, or a list for the list types. */
  ref: string | string[]
  /** Whether the value is the template's default. */
  defaulted: boolean
}

/** What a request's parameters are settled against. */
export interface ParameterOptions {
  given: readonly GivenParameter[]
  /** Of the deployed stack, as given then: what UsePreviousValue takes. Absent for a new stack. */
  previous?: ReadonlyMap<string, string>
  /** Looks into the Parameter Store; undefined where there is no such name. Without it an SSM type keeps its name. */
  ssm?: (name: string) => string | undefined
}

/** Settles every declared parameter; refuses with TemplateError, in CloudFormation's words. */
export function resolveParameters(
  template: Template,
  options: ParameterOptions,
): ReadonlyMap<string, ParameterValue> {
  void template
  void options
  return new Map()
}
