import { functionOf, getAttArgument, subArgument, subParts } from './functions.ts'
import { type TemplatePath, isObject, member } from './value.ts'

/** A name that a value asks for. */
export interface Reference {
  kind: 'ref' | 'getAtt'
  /** The logical id, parameter or pseudo parameter. */
  name: string
  /** Of a getAtt, when it is written out. */
  attribute?: string
  /** The function that names it. */
  by: 'Ref' | 'Fn::GetAtt' | 'Fn::Sub'
  /** Where the function stands. */
  path: TemplatePath
}

/** Every name that a value asks for, by Ref, Fn::GetAtt and the variables of Fn::Sub, in order. */
export function* referencesIn(value: unknown, path: TemplatePath = []): Generator<Reference> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* referencesIn(item, [...path, index])
    return
  }
  if (!isObject(value)) return
  const call = functionOf(value)
  if (call === undefined) {
    for (const [key, child] of Object.entries(value)) yield* referencesIn(child, [...path, key])
    return
  }
  const inside = [...path, call.name]
  switch (call.name) {
    case 'Ref':
      if (typeof call.argument === 'string')
        yield { kind: 'ref', name: call.argument, by: 'Ref', path: inside }
      else yield* referencesIn(call.argument, inside)
      return
    case 'Fn::GetAtt':
      yield* getAttReferences(call.argument, inside)
      return
    case 'Fn::Sub':
      yield* subReferences(call.argument, inside)
      return
    default:
      yield* referencesIn(call.argument, inside)
  }
}

function* getAttReferences(argument: unknown, path: TemplatePath): Generator<Reference> {
  const getAtt = getAttArgument(argument)
  if (getAtt === undefined) return
  const { logicalId, attribute } = getAtt
  const reference = { kind: 'getAtt', name: logicalId, by: 'Fn::GetAtt', path } as const
  yield typeof attribute === 'string' ? { ...reference, attribute } : reference
  yield* referencesIn(attribute, [...path, 1])
}

function* subReferences(argument: unknown, path: TemplatePath): Generator<Reference> {
  const sub = subArgument(argument)
  if (sub === undefined) return
  yield* referencesIn(sub.variables, [...path, 1])
  for (const part of subParts(sub.text)) {
    if ('text' in part || member(sub.variables, part.variable) !== undefined) continue
    const dot = part.variable.indexOf('.')
    yield dot < 0
      ? { kind: 'ref', name: part.variable, by: 'Fn::Sub', path }
      : {
          kind: 'getAtt',
          name: part.variable.slice(0, dot),
          attribute: part.variable.slice(dot + 1),
          by: 'Fn::Sub',
          path,
        }
  }
}
