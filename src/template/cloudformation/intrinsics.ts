import { cidrBlocks } from './cidr.ts'
import { type Evaluation, KNOWN_AFTER_APPLY, isUnknown } from './evaluation.ts'
import { findInMap } from './find-in-map.ts'
import { type FunctionCall, NO_VALUE, getAttArgument, subArgument, subParts } from './functions.ts'
import { shapeProblem } from './function-shapes.ts'
import { refuse } from './problem.ts'
import { type TemplatePath, isObject, isScalar, member, scalarText } from './value.ts'

/** Works one function out; undefined is AWS::NoValue. Refuses with TemplateError, in CloudFormation's words. */
export function callFunction(evaluation: Evaluation, call: FunctionCall, path: TemplatePath): unknown {
  const { argument } = call
  switch (call.name) {
    case 'Ref':
      return ref(evaluation, evaluation.evaluate(argument, path), path)
    case 'Fn::GetAtt':
      return getAtt(evaluation, argument, path)
    case 'Fn::Sub':
      return sub(evaluation, argument, path)
    case 'Fn::If':
      return choose(evaluation, argument, path)
    case 'Fn::FindInMap':
      return findInMap(evaluation, argument, path)
    case 'Fn::Transform':
      return { 'Fn::Transform': evaluation.evaluate(argument, path) }
    case 'Fn::ToJsonString':
      return toJsonString(evaluation, argument, path)
    default: {
      const value = evaluation.evaluate(argument, path)
      return isUnknown(value) ? unknownResult(call.name, value) : plain(evaluation, call, value, path)
    }
  }
}

/** Selecting from a list whose other items are unknown still gives what was asked for. */
function unknownResult(name: string, value: unknown): unknown {
  if (name !== 'Fn::Select' || !Array.isArray(value)) return KNOWN_AFTER_APPLY
  const [index, list]: readonly unknown[] = value
  const item: unknown = Array.isArray(list) ? list[Number(index)] : undefined
  return item ?? KNOWN_AFTER_APPLY
}

/** The functions that need nothing but their argument, worked out. */
function plain(evaluation: Evaluation, call: FunctionCall, value: unknown, path: TemplatePath): unknown {
  const { context } = evaluation
  const items: readonly unknown[] = Array.isArray(value) ? value : []
  switch (call.name) {
    case 'Fn::Base64':
      return Buffer.from(text(value, call, path)).toString('base64')
    case 'Fn::Join':
      return join(items, call, path)
    case 'Fn::Split':
      return text(items[1], call, path).split(text(items[0], call, path))
    case 'Fn::Select':
      return select(items, call, path)
    case 'Fn::Cidr':
      return cidrBlocks(items, path)
    case 'Fn::Length':
      return Array.isArray(value) ? value.length : misshapen(call, path)
    case 'Fn::GetAZs': {
      const region = text(value, call, path)
      const named = region === '' ? context.pseudo.region : region
      return [...(context.availabilityZones?.(named) ?? [`${named}a`, `${named}b`, `${named}c`])]
    }
    case 'Fn::ImportValue':
      return importValue(evaluation, text(value, call, path), path)
    default:
      return misshapen(call, path)
  }
}

function ref(evaluation: Evaluation, name: unknown, path: TemplatePath): unknown {
  if (typeof name !== 'string') return misshapen({ name: 'Ref', argument: name }, path)
  if (name === NO_VALUE) return undefined
  const { parameters, pseudo } = evaluation.context
  switch (name) {
    case 'AWS::AccountId':
      return pseudo.accountId
    case 'AWS::NotificationARNs':
      return [...pseudo.notificationArns]
    case 'AWS::Partition':
      return pseudo.partition
    case 'AWS::Region':
      return pseudo.region
    case 'AWS::StackId':
      return pseudo.stackId
    case 'AWS::StackName':
      return pseudo.stackName
    case 'AWS::URLSuffix':
      return pseudo.urlSuffix
    default: {
      const parameter = parameters.get(name)
      if (parameter === undefined) return evaluation.context.ref(name)
      return Array.isArray(parameter.ref) ? [...parameter.ref] : parameter.ref
    }
  }
}

function getAtt(evaluation: Evaluation, argument: unknown, path: TemplatePath): unknown {
  const parts = getAttArgument(argument)
  if (parts === undefined) return misshapen({ name: 'Fn::GetAtt', argument }, path)
  const attribute = evaluation.evaluate(parts.attribute, [...path, 1])
  if (!isScalar(attribute)) return misshapen({ name: 'Fn::GetAtt', argument }, path)
  return isUnknown(attribute)
    ? KNOWN_AFTER_APPLY
    : evaluation.context.getAtt(parts.logicalId, scalarText(attribute))
}

function sub(evaluation: Evaluation, argument: unknown, path: TemplatePath): unknown {
  const call = { name: 'Fn::Sub', argument }
  const parts = subArgument(argument)
  const problem = shapeProblem(call.name, argument, evaluation)
  if (parts === undefined || problem !== undefined) return misshapen(call, path)
  const variables = evaluation.evaluate(parts.variables, [...path, 1])
  const values = subParts(parts.text).map((part): unknown => {
    if ('text' in part) return part.text
    const own = isObject(variables) ? member(variables, part.variable) : undefined
    if (own !== undefined) return own
    const dot = part.variable.indexOf('.')
    return dot < 0
      ? ref(evaluation, part.variable, path)
      : evaluation.context.getAtt(part.variable.slice(0, dot), part.variable.slice(dot + 1))
  })
  if (values.some(isUnknown)) return KNOWN_AFTER_APPLY
  return evaluation.evaluate(values.map((value) => text(value, call, path)).join(''), path)
}

function choose(evaluation: Evaluation, argument: unknown, path: TemplatePath): unknown {
  const [name, whenTrue, whenFalse]: readonly unknown[] = Array.isArray(argument) ? argument : []
  const condition = evaluation.evaluate(name, [...path, 0])
  if (typeof condition !== 'string') return misshapen({ name: 'Fn::If', argument }, path)
  const truth = evaluation.condition(condition)
  if (truth === undefined)
    return refuse({
      path,
      message: `Template error: unresolved condition dependency ${condition} in Fn::If`,
      advice: `the condition "${condition}" is not declared`,
    })
  return truth ? evaluation.evaluate(whenTrue, [...path, 1]) : evaluation.evaluate(whenFalse, [...path, 2])
}

function toJsonString(evaluation: Evaluation, argument: unknown, path: TemplatePath): string {
  const json = JSON.stringify(evaluation.evaluate(argument, path) ?? null)
  return isUnknown(json) ? KNOWN_AFTER_APPLY : json
}

function join(items: readonly unknown[], call: FunctionCall, path: TemplatePath): string {
  const [delimiter, list] = items
  if (!Array.isArray(list)) return misshapen(call, path)
  return list.map((item) => text(item, call, path)).join(text(delimiter, call, path))
}

function select(items: readonly unknown[], call: FunctionCall, path: TemplatePath): unknown {
  const [index, list] = items
  if (!isScalar(index) || !Array.isArray(list)) return misshapen(call, path)
  const values: readonly unknown[] = list
  const number = Number(index)
  const value = Number.isInteger(number) ? values[number] : undefined
  if (value !== undefined) return value
  return refuse({
    path,
    message: `Template error: Fn::Select cannot select nonexistent value at index ${index}`,
    advice: `there is no item ${index} in a list of ${values.length}`,
  })
}

function importValue(evaluation: Evaluation, name: string, path: TemplatePath): unknown {
  const { context } = evaluation
  if (context.importValue === undefined) return KNOWN_AFTER_APPLY
  return (
    context.importValue(name) ??
    refuse({
      path,
      message: `No export named ${name} found.`,
      advice: `nobody exports "${name}"`,
    })
  )
}

/** A scalar as text; CloudFormation joins lists nowhere by itself. */
function text(value: unknown, call: FunctionCall, path: TemplatePath): string {
  return isScalar(value) ? scalarText(value) : misshapen(call, path)
}

/** What only the extensions allow was refused before anything is worked out. */
const ANYTHING = { languageExtensions: true }

function misshapen(call: FunctionCall, path: TemplatePath): never {
  const message =
    shapeProblem(call.name, call.argument, ANYTHING) ??
    shapeProblem(call.name, null, ANYTHING) ??
    `Template error: ${call.name} cannot be resolved`
  return refuse({ path, message, advice: message.replace(/^Template error: /, '') })
}
