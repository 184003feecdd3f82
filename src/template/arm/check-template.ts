import { didYouMean } from '../../api/did-you-mean.ts'
import { type Names, checkExpressions } from './check-expressions.ts'
import type { Place } from './frame.ts'
import { type RawResource, isSymbolic, readRawResources } from './raw-resources.ts'
import type { ArmPath, ArmProblem, ArmTemplate, Json, JsonObject } from './types.ts'
import { isJsonList, isJsonObject, jsonMember } from './value.ts'

/** ARM's limits on one template. */
const limits = [
  ['parameters', 256],
  ['variables', 512],
  ['outputs', 64],
] as const

const sections = [
  '$schema',
  'apiProfile',
  'asserts',
  'contentVersion',
  'definitions',
  'extensions',
  'functions',
  'imports',
  'languageVersion',
  'metadata',
  'outputs',
  'parameters',
  'resources',
  'variables',
]

/** What is wrong with a template as it is written, nested templates too; nothing is evaluated. */
export function checkTemplate(template: ArmTemplate, path: ArmPath = []): ArmProblem[] {
  return [
    ...checkSections(template, path),
    ...limits.flatMap(([section, limit]) => checkLimit(template, section, limit, path)),
    ...checkParts(template, path, namesOf(template)),
  ]
}

function checkSections(template: ArmTemplate, path: ArmPath): ArmProblem[] {
  const problems: ArmProblem[] = []
  if (typeof jsonMember(template, '$schema') !== 'string')
    problems.push(problem("the template has no '$schema', a string", path))
  if (typeof jsonMember(template, 'contentVersion') !== 'string')
    problems.push(problem("the template has no 'contentVersion', a string such as 1.0.0.0", path))
  const resources = jsonMember(template, 'resources')
  if (!isJsonList(resources) && !isJsonObject(resources))
    problems.push(problem("the template has no 'resources', an array", path))
  for (const key of Object.keys(template))
    if (!sections.some((section) => section.toLowerCase() === key.toLowerCase()))
      problems.push(problem(`a template has no section '${key}'${didYouMean(key, sections)}`, [...path, key]))
  return problems
}

function checkLimit(template: ArmTemplate, section: string, limit: number, path: ArmPath): ArmProblem[] {
  const json = jsonMember(template, section)
  if (json !== undefined && !isJsonObject(json))
    return [problem(`'${section}' must be an object`, [...path, section])]
  const count = Object.keys(json ?? {}).length
  return count > limit
    ? [
        problem(
          `the template has ${count} ${section}, the limit is ${limit}`,
          [...path, section],
          'LimitExceeded',
        ),
      ]
    : []
}

function namesOf(template: ArmTemplate): Omit<Names, 'place'> {
  const keys = (section: string): string[] => {
    const json = jsonMember(template, section)
    return isJsonObject(json) ? Object.keys(json) : []
  }
  const copies = jsonMember(jsonMember(template, 'variables'), 'copy')
  const loops = (isJsonList(copies) ? copies : []).map((copy) => jsonMember(copy, 'name'))
  return {
    parameters: keys('parameters'),
    variables: [...keys('variables'), ...loops.filter((name) => typeof name === 'string')],
    functions: userFunctions(template),
  }
}

function userFunctions(template: ArmTemplate): Map<string, number> {
  const groups = jsonMember(template, 'functions')
  return new Map(
    (isJsonList(groups) ? groups : []).flatMap((group) => {
      const namespace = jsonMember(group, 'namespace')
      const members = jsonMember(group, 'members')
      if (typeof namespace !== 'string' || !isJsonObject(members)) return []
      return Object.entries(members).map(([name, json]): [string, number] => {
        const parameters = jsonMember(json, 'parameters')
        return [`${namespace}.${name}`, isJsonList(parameters) ? parameters.length : 0]
      })
    }),
  )
}

function checkParts(template: ArmTemplate, path: ArmPath, names: Omit<Names, 'place'>): ArmProblem[] {
  const check = (json: Json | undefined, place: Place, at: ArmPath): ArmProblem[] =>
    json === undefined ? [] : checkExpressions(json, at, { ...names, place })
  const each = (section: string): [string, Json][] => {
    const json = jsonMember(template, section)
    return isJsonObject(json) ? Object.entries(json) : []
  }
  return [
    ...each('parameters').flatMap(([name, json]) => [
      ...checkDeclaration(json, [...path, 'parameters', name], isSymbolic(template)),
      ...check(jsonMember(json, 'defaultValue'), 'parameter', [...path, 'parameters', name, 'defaultValue']),
    ]),
    ...check(jsonMember(template, 'variables'), 'variable', [...path, 'variables']),
    ...checkFunctions(template, path, names),
    ...readRawResources(template).flatMap((raw) => checkResource(raw, path, names)),
    ...each('outputs').flatMap(([name, json]) =>
      ['condition', 'value', 'copy'].flatMap((key) =>
        check(jsonMember(json, key), 'output', [...path, 'outputs', name, key]),
      ),
    ),
  ]
}

const types = ['string', 'secureString', 'int', 'bool', 'object', 'secureObject', 'array']

function checkDeclaration(json: Json, path: ArmPath, mayBeAny: boolean): ArmProblem[] {
  if (!isJsonObject(json)) return [problem('a parameter is an object with a type', path)]
  const type = jsonMember(json, 'type')
  if (type === undefined && jsonMember(json, '$ref') !== undefined) return []
  // Language version 2 writes no type where any will do.
  if (type === undefined && mayBeAny) return []
  if (typeof type !== 'string') return [problem('a parameter needs a type', path)]
  return types.some((known) => known.toLowerCase() === type.toLowerCase())
    ? []
    : [
        problem(`there is no type '${type}'${didYouMean(type, types)}; known are ${types.join(', ')}`, [
          ...path,
          'type',
        ]),
      ]
}

/** A function of the template sees its own parameters and nothing else. */
function checkFunctions(template: ArmTemplate, path: ArmPath, names: Omit<Names, 'place'>): ArmProblem[] {
  const groups = jsonMember(template, 'functions')
  return (isJsonList(groups) ? groups : []).flatMap((group, index) => {
    const members = jsonMember(group, 'members')
    return Object.entries(isJsonObject(members) ? members : {}).flatMap(([name, json]) => {
      const parameters = jsonMember(json, 'parameters')
      const own = (isJsonList(parameters) ? parameters : []).map((parameter) => jsonMember(parameter, 'name'))
      const value = jsonMember(jsonMember(json, 'output'), 'value')
      return checkExpressions(
        value ?? null,
        [...path, 'functions', index, 'members', name, 'output', 'value'],
        {
          functions: names.functions,
          parameters: own.filter((name) => typeof name === 'string'),
          variables: [],
          place: 'variable',
        },
      )
    })
  })
}

/** Members that must be known before the deployment starts. */
const early = new Set(['type', 'name', 'apiversion', 'condition', 'dependson', 'copy', 'scope'])

function checkResource(raw: RawResource, path: ArmPath, names: Omit<Names, 'place'>): ArmProblem[] {
  const at = [...path, ...raw.path]
  const missing = ['type', 'apiVersion', 'name'].filter((key) => jsonMember(raw.json, key) === undefined)
  // Resources of extensions have types of their own and no names.
  const isExtension = jsonMember(raw.json, 'import') ?? jsonMember(raw.json, 'extension')
  const problems =
    isExtension === undefined && missing.length > 0
      ? [problem(`the resource has no ${missing.join(', no ')}`, at)]
      : []
  for (const [key, json] of Object.entries(raw.json)) {
    const lower = key.toLowerCase()
    if (lower === 'resources') continue
    const place = early.has(lower) ? 'start' : 'body'
    if (lower === 'properties' && isJsonObject(jsonMember(json, 'template')))
      problems.push(...checkNested(json as JsonObject, [...at, key], names))
    else problems.push(...checkExpressions(json, [...at, key], { ...names, place }))
  }
  return problems
}

function checkNested(properties: JsonObject, path: ArmPath, names: Omit<Names, 'place'>): ArmProblem[] {
  const scope = jsonMember(jsonMember(properties, 'expressionEvaluationOptions'), 'scope')
  const isInner = typeof scope === 'string' && scope.toLowerCase() === 'inner'
  return Object.entries(properties).flatMap(([key, json]) => {
    const at = [...path, key]
    if (key.toLowerCase() !== 'template') return checkExpressions(json, at, { ...names, place: 'body' })
    if (!isJsonObject(json)) return []
    if (isInner) return checkTemplate(json, at)
    // Worked out in the parent's terms; what it defines itself is of no use there, but does no harm.
    const own = namesOf(json)
    return checkExpressions(json, at, {
      parameters: [...names.parameters, ...own.parameters],
      variables: [...names.variables, ...own.variables],
      functions: new Map([...names.functions, ...own.functions]),
      place: 'any',
    })
  })
}

function problem(message: string, path: ArmPath, code = 'InvalidTemplate'): ArmProblem {
  return { code, message, document: 'template', path, severity: 'error' }
}
