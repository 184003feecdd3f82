import { functionOf, getAttArgument, subArgument, subParts } from './functions.ts'
import { isObject, isScalar } from './value.ts'

/** Says what is wrong with a function's argument, in CloudFormation's words; undefined when nothing is. */
type Shape = (argument: unknown) => string | undefined

const SUB_SHAPE =
  "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string"
const SUB_NAMES =
  'Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons'
const FIND_IN_MAP_SHAPE =
  'Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value'
const SELECT_SHAPE =
  'Template error: Fn::Select requires a list argument with two elements: an integer index and a list'

const SHAPES: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  [
    'Ref',
    when((argument) => isText(argument), 'Template error: every Ref object must have a single String value.'),
  ],
  [
    'Fn::GetAtt',
    when(
      (argument) => getAttArgument(argument) !== undefined,
      'Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute',
    ),
  ],
  ['Fn::Sub', subShape],
  [
    'Fn::Join',
    when(
      (argument) => isList(argument, 2) && isValue(argument[0]) && isListOrCall(argument[1]),
      'Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.',
    ),
  ],
  [
    'Fn::Split',
    when(
      (argument) => isList(argument, 2) && isValue(argument[0]) && isValue(argument[1]),
      'Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.',
    ),
  ],
  ['Fn::Select', selectShape],
  [
    'Fn::FindInMap',
    when(
      (argument) =>
        Array.isArray(argument) &&
        argument.length >= 3 &&
        argument.length <= 4 &&
        argument.slice(0, 3).every(isValue),
      FIND_IN_MAP_SHAPE,
    ),
  ],
  ['Fn::Base64', when(isValue, 'Template error: every Fn::Base64 object must have a String-typed value.')],
  [
    'Fn::Cidr',
    when(
      (argument) =>
        Array.isArray(argument) &&
        (argument.length === 2 || argument.length === 3) &&
        argument.every(isValue),
      'Template error: every Fn::Cidr object requires two or three parameters, the IP block, the count and the number of subnet bits',
    ),
  ],
  ['Fn::GetAZs', when(isValue, 'Template error: every Fn::GetAZs object must have a String-typed value.')],
  [
    'Fn::ImportValue',
    when(isValue, 'Template error: every Fn::ImportValue object must have a String-typed value.'),
  ],
  ['Fn::If', ifShape],
  [
    'Fn::Equals',
    when(
      (argument) => isList(argument, 2) && argument.every(isValue),
      'Template error: every Fn::Equals object requires a list of 2 string parameters.',
    ),
  ],
  [
    'Fn::And',
    when(
      isConditions,
      'Template error: every Fn::And object requires a list of at least 2 and at most 10 boolean parameters.',
    ),
  ],
  [
    'Fn::Or',
    when(
      isConditions,
      'Template error: every Fn::Or object requires a list of at least 2 and at most 10 boolean parameters.',
    ),
  ],
  [
    'Fn::Not',
    when(
      (argument) => isList(argument, 1) && isObject(argument[0]),
      'Template error: every Fn::Not object requires one boolean parameter.',
    ),
  ],
  ['Fn::Transform', () => undefined],
  ['Fn::Length', () => undefined],
  ['Fn::ToJsonString', () => undefined],
])

/** What CloudFormation lists when it is asked for another function; it counts those of Rules, and no extension. */
const SUPPORTED =
  'Fn::Base64, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, Fn::FindInMap, Fn::Select, Ref, Fn::Equals, Fn::If, Fn::Not, Condition, Fn::And, Fn::Or, Fn::Contains, Fn::EachMemberEquals, Fn::EachMemberIn, Fn::ValueOf, Fn::ValueOfAll, Fn::RefAll, Fn::Sub, Fn::Cidr'

/** Only with the transform AWS::LanguageExtensions. */
const EXTENSIONS: readonly string[] = ['Fn::Length', 'Fn::ToJsonString']

/** Only in Rules, where they are not looked into. */
export const RULE_FUNCTIONS: readonly string[] = [
  'Fn::Contains',
  'Fn::EachMemberEquals',
  'Fn::EachMemberIn',
  'Fn::RefAll',
  'Fn::ValueOf',
  'Fn::ValueOfAll',
]

/** What is wrong with a call's argument, in CloudFormation's words; undefined when nothing is. */
export function shapeProblem(
  name: string,
  argument: unknown,
  options: { languageExtensions: boolean },
): string | undefined {
  const shape = SHAPES.get(name)
  if (shape === undefined || (EXTENSIONS.includes(name) && !options.languageExtensions))
    return RULE_FUNCTIONS.includes(name)
      ? undefined
      : `Template Error: Encountered unsupported function: ${name} Supported functions are: [${SUPPORTED}]`
  if (name === 'Fn::FindInMap' && !options.languageExtensions && !isList(argument, 3))
    return FIND_IN_MAP_SHAPE
  return shape(argument)
}

function subShape(argument: unknown): string | undefined {
  const sub = subArgument(argument)
  if (sub === undefined) return SUB_SHAPE
  return subParts(sub.text).every((part) => 'text' in part || /^[\w.:]+$/.test(part.variable))
    ? undefined
    : SUB_NAMES
}

function selectShape(argument: unknown): string | undefined {
  if (!isList(argument, 2) || !isListOrCall(argument[1])) return SELECT_SHAPE
  const index = argument[0]
  if (functionOf(index) !== undefined) return undefined
  if (!isScalar(index)) return SELECT_SHAPE
  return /^\d+$/.test(String(index))
    ? undefined
    : 'Template error: Fn::Select requires a list argument with a valid index value'
}

function ifShape(argument: unknown): string | undefined {
  if (!isList(argument, 3)) return 'Template error: Fn::If requires a list argument with three elements'
  return isText(argument[0]) || functionOf(argument[0]) !== undefined
    ? undefined
    : 'Template error: Fn::If requires a list argument with the first element being a condition'
}

function when(holds: (argument: unknown) => boolean, message: string): Shape {
  return (argument) => (holds(argument) ? undefined : message)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isList(value: unknown, length: number): value is readonly unknown[] {
  return Array.isArray(value) && value.length === length
}

/** A scalar or a call that will answer one. */
function isValue(value: unknown): boolean {
  return isScalar(value) || functionOf(value) !== undefined
}

function isListOrCall(value: unknown): boolean {
  return Array.isArray(value) || functionOf(value) !== undefined
}

function isConditions(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length >= 2 && value.length <= 10 && value.every((item) => isObject(item))
  )
}
