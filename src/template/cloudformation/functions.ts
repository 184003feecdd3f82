import { type JsonObject, isObject } from './value.ts'

/** A function call in a template: `{ "Fn::Sub": … }` or `{ "Ref": … }`. */
export interface FunctionCall {
  name: string
  argument: unknown
}

/** A value as a function call, or undefined. A function stands alone in its object. */
export function functionOf(value: unknown): FunctionCall | undefined {
  if (!isObject(value)) return undefined
  const keys = Object.keys(value)
  const [name] = keys
  if (keys.length !== 1 || name === undefined) return undefined
  return name === 'Ref' || (name.startsWith('Fn::') && !isLoop(name))
    ? { name, argument: value[name] }
    : undefined
}

/** A condition by name, `{ "Condition": "IsProd" }`. Only where a condition is wanted: elsewhere it is just a key. */
export function conditionNameOf(value: unknown): string | undefined {
  if (!isObject(value) || Object.keys(value).length !== 1) return undefined
  return typeof value['Condition'] === 'string' ? value['Condition'] : undefined
}

/** Whether a key is a loop of AWS::LanguageExtensions, `Fn::ForEach::Buckets`. */
export function isLoop(key: string): boolean {
  return key.startsWith('Fn::ForEach::')
}

/** `Ref: AWS::NoValue`: the entry that holds it is not there. */
export const NO_VALUE = 'AWS::NoValue'

/** The names that Ref answers without anybody declaring them. */
export const PSEUDO_PARAMETERS: readonly string[] = [
  'AWS::AccountId',
  'AWS::NotificationARNs',
  NO_VALUE,
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackId',
  'AWS::StackName',
  'AWS::URLSuffix',
]

/** A piece of an Fn::Sub text. */
export type SubPart = { text: string } | { variable: string }

/** An Fn::Sub text in its pieces; `${!Literal}` is the text `${Literal}`. */
export function subParts(text: string): SubPart[] {
  const parts: SubPart[] = []
  let end = 0
  for (const match of text.matchAll(/\$\{([^}]*)\}/g)) {
    parts.push({ text: text.slice(end, match.index) })
    const inner = match[1] ?? ''
    parts.push(inner.startsWith('!') ? { text: `\${${inner.slice(1)}}` } : { variable: inner.trim() })
    end = match.index + match[0].length
  }
  parts.push({ text: text.slice(end) })
  return parts.filter((part) => !('text' in part && part.text === ''))
}

/** The text and the variables of an Fn::Sub; undefined when it is neither of its two forms. */
export function subArgument(argument: unknown): { text: string; variables: JsonObject } | undefined {
  if (typeof argument === 'string') return { text: argument, variables: {} }
  if (!Array.isArray(argument) || argument.length !== 2) return undefined
  const items: readonly unknown[] = argument
  const [text, variables] = items
  return typeof text === 'string' && isObject(variables) ? { text, variables } : undefined
}

/** Resource and attribute of an Fn::GetAtt; the attribute may be a function. */
export function getAttArgument(argument: unknown): { logicalId: string; attribute: unknown } | undefined {
  const list: readonly unknown[] =
    typeof argument === 'string'
      ? [argument.split('.', 1)[0], argument.split('.').slice(1).join('.')]
      : Array.isArray(argument)
        ? argument
        : []
  const [logicalId, ...rest] = list
  if (typeof logicalId !== 'string' || logicalId === '' || rest.length === 0) return undefined
  const attribute =
    rest.length === 1 ? rest[0] : rest.every((part) => typeof part === 'string') ? rest.join('.') : undefined
  if (attribute === undefined || attribute === '') return undefined
  if (typeof attribute !== 'string' && functionOf(attribute) === undefined) return undefined
  return { logicalId, attribute }
}
