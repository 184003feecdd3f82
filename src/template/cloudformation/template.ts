import type { JsonObject } from './value.ts'

/**
 * A template whose structure has been checked: everything in it is of the shape CloudFormation asks for. Maps, not
 * objects, so that a name out of a template never finds what every object inherits; they keep the template's order.
 */
export interface Template {
  readonly description?: string
  readonly metadata?: JsonObject
  /** Names of the transforms in the header, in their order; `Fn::Transform` below is not counted. */
  readonly transforms: readonly string[]
  readonly parameters: ReadonlyMap<string, ParameterDeclaration>
  /** map → first key → second key → a scalar or a list. */
  readonly mappings: ReadonlyMap<string, JsonObject>
  readonly conditions: ReadonlyMap<string, unknown>
  readonly rules: ReadonlyMap<string, JsonObject>
  readonly resources: ReadonlyMap<string, ResourceDeclaration>
  readonly outputs: ReadonlyMap<string, OutputDeclaration>
  /** The whole template in its long form. */
  readonly source: JsonObject
}

/** What a template says of one parameter. Values are text, as they travel. */
export interface ParameterDeclaration {
  /** `String`, `List<Number>`, `AWS::SSM::Parameter::Value<String>`. */
  readonly type: string
  readonly default?: string
  readonly description?: string
  readonly allowedValues?: readonly string[]
  readonly allowedPattern?: string
  readonly constraintDescription?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minValue?: number
  readonly maxValue?: number
  readonly noEcho: boolean
}

/** What a template says of one resource. */
export interface ResourceDeclaration {
  readonly type: string
  /** Not evaluated. */
  readonly properties: JsonObject
  readonly dependsOn: readonly string[]
  readonly condition?: string
  /** A text; with AWS::LanguageExtensions it may be a function. */
  readonly deletionPolicy?: unknown
  readonly updateReplacePolicy?: unknown
  readonly creationPolicy?: unknown
  readonly updatePolicy?: unknown
  readonly metadata?: JsonObject
  /** The whole entry as it stands. */
  readonly definition: JsonObject
}

/** What a template says of one output. */
export interface OutputDeclaration {
  /** Not evaluated. */
  readonly value: unknown
  readonly description?: string
  /** `Export.Name`, not evaluated. */
  readonly exportName?: unknown
  readonly condition?: string
}

/** The transform that brings Fn::ForEach, Fn::Length, Fn::ToJsonString and a DefaultValue for Fn::FindInMap. */
export const LANGUAGE_EXTENSIONS = 'AWS::LanguageExtensions'
