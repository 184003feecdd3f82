import { type PseudoParameters, createEvaluator } from './evaluate.ts'
import { isUnknown } from './evaluation.ts'
import { functionOf, isLoop } from './functions.ts'
import type { ParameterValue } from './parameters.ts'
import { type Report, refuse } from './problem.ts'
import { readTemplate } from './structure.ts'
import { LANGUAGE_EXTENSIONS } from './template.ts'
import { type JsonObject, type TemplatePath, isObject, isScalar, scalarText } from './value.ts'

/** What a loop's collection may ask for. */
export interface LoopContext {
  parameters: ReadonlyMap<string, ParameterValue>
  pseudo: PseudoParameters
}

/** One round of a loop: the name that its body uses and what stands for it. */
interface Round {
  identifier: string
  value: string
}

/** Works out a collection: a function or a list with functions in it. */
type Collect = (collection: unknown, path: TemplatePath) => unknown

/**
 * Writes out the loops (`Fn::ForEach::Name`) of a parsed template, wherever they stand, as the transform
 * AWS::LanguageExtensions does; the other extensions are functions, and evaluated as such. A template that does not
 * name the transform comes back as it is. Refuses with TemplateError in the transform's words.
 */
export function expandLoops(source: JsonObject, context: LoopContext, report: Report = refuse): JsonObject {
  const template = readTemplate(source, () => {})
  if (!template.transforms.includes(LANGUAGE_EXTENSIONS)) return source
  const evaluator = createEvaluator(
    { ...template, conditions: new Map() },
    {
      ...context,
      ref: (name) => failed(`${name} is not a parameter`, []),
      getAtt: () => failed('Fn::GetAtt is not possible in a collection', []),
    },
  )
  const expanded = expand(source, [], (collection, path) => evaluator.evaluate(collection, path), report)
  return isObject(expanded) ? expanded : source
}

function expand(value: unknown, path: TemplatePath, collect: Collect, report: Report): unknown {
  if (Array.isArray(value)) return value.map((item, index) => expand(item, [...path, index], collect, report))
  if (!isObject(value)) return value
  const object: JsonObject = {}
  for (const [key, child] of Object.entries(value)) {
    const inside = [...path, key]
    if (!isLoop(key)) object[key] = expand(child, inside, collect, report)
    else
      for (const [name, body] of loopEntries(child, inside, collect, report))
        if (Object.hasOwn(object, name)) report(problem(`the loop makes the key ${name} twice`, inside))
        else object[name] = body
  }
  return withSettledNames(object, path, collect)
}

/** With the extensions a name may be a function, `!GetAtt [!Sub 'Bucket${Letter}', Arn]`; afterwards it is a text. */
function withSettledNames(object: JsonObject, path: TemplatePath, collect: Collect): JsonObject {
  const call = functionOf(object)
  if (call?.name === 'Ref' && functionOf(call.argument) !== undefined)
    return { Ref: collect(call.argument, [...path, 'Ref']) }
  if (call?.name !== 'Fn::GetAtt' || !Array.isArray(call.argument)) return object
  const [name, ...rest]: readonly unknown[] = call.argument
  if (functionOf(name) === undefined) return object
  return { 'Fn::GetAtt': [collect(name, [...path, 'Fn::GetAtt', 0]), ...rest] }
}

/** The entries that one loop stands for, loops inside it written out too. */
function loopEntries(
  loop: unknown,
  path: TemplatePath,
  collect: Collect,
  report: Report,
): [name: string, body: unknown][] {
  const [identifier, collection, body]: readonly unknown[] = Array.isArray(loop) ? loop : []
  if (typeof identifier !== 'string' || !isObject(body)) {
    report(problem('Fn::ForEach requires an identifier, a collection and an output', path))
    return []
  }
  const items = collect(collection, [...path, 1])
  if (isUnknown(items) || !Array.isArray(items) || !items.every(isScalar)) {
    report(problem('the collection of Fn::ForEach must be a list of texts', [...path, 1]))
    return []
  }
  return items.flatMap((item) => {
    const round = { identifier, value: scalarText(item) }
    const expanded = expand(substitute(body, round), [...path, 2], collect, report)
    return isObject(expanded) ? Object.entries(expanded) : []
  })
}

/** `${Name}` is the round's value as it is, `&{Name}` without what a logical id cannot have; Ref Name is the value. */
function substitute(value: unknown, round: Round): unknown {
  if (typeof value === 'string') return substituteText(value, round)
  if (Array.isArray(value)) return value.map((item) => substitute(item, round))
  if (!isObject(value)) return value
  if (value['Ref'] === round.identifier && Object.keys(value).length === 1) return round.value
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [substituteText(key, round), substitute(child, round)]),
  )
}

function substituteText(text: string, { identifier, value }: Round): string {
  return text
    .replaceAll(`\${${identifier}}`, () => value)
    .replaceAll(`&{${identifier}}`, () => value.replaceAll(/[^A-Za-z0-9]/g, ''))
}

function problem(what: string, path: TemplatePath) {
  return { path, message: `Transform ${LANGUAGE_EXTENSIONS} failed with: ${what}`, advice: what }
}

function failed(what: string, path: TemplatePath): never {
  return refuse(problem(what, path))
}
