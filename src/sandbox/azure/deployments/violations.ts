import type { ArmPath, ArmProblem, Expansion, Locate } from '../../../template/arm/index.ts'
import type { ArmError } from '../errors.ts'
import { gatewayError } from '../errors.ts'
import type { DeploymentRequest } from './model.ts'
import { templateMember } from './read-request.ts'

// ARM's limits on one template: best-practices.md, "Template limits".
const limits = { parameters: 256, variables: 256, outputs: 64, resources: 800 } as const

/** The first thing that is wrong with a request's parameters or its template's size, in ARM's words. */
export function requestViolation(request: DeploymentRequest): ArmError | undefined {
  for (const section of ['parameters', 'variables', 'outputs'] as const) {
    const count = Object.keys(templateMember(request.template, section)).length
    if (count > limits[section]) return overLimit(section, count)
  }
  return unknownParameter(request) ?? missingParameter(request)
}

function unknownParameter({ template, parameters }: DeploymentRequest): ArmError | undefined {
  const declared = Object.keys(templateMember(template, 'parameters'))
  const known = new Set(declared.map((name) => name.toLowerCase()))
  const unknown = Object.keys(parameters).filter((name) => !known.has(name.toLowerCase()))
  if (unknown.length === 0) return undefined
  return violation(
    `The template parameters '${unknown.join(', ')}' in the parameters file are not valid; they are not present in the original template and can therefore not be provided at deployment time. The only supported parameters for this template are '${declared.join(', ')}'. Please see https://aka.ms/arm-pass-parameter-values for usage details.`,
  )
}

function missingParameter({ template, parameters, locate }: DeploymentRequest): ArmError | undefined {
  const given = new Set(Object.keys(parameters).map((name) => name.toLowerCase()))
  for (const [name, declared] of Object.entries(templateMember(template, 'parameters'))) {
    if (given.has(name.toLowerCase()) || hasDefault(declared)) continue
    const place = placeIn(locate, ['parameters', name])
    return violation(
      `The value for the template parameter '${name}' at line '${place.lineNumber}' and column '${place.linePosition}' is not provided. Please see https://aka.ms/arm-create-parameter-file for usage details.`,
      place,
    )
  }
  return undefined
}

function hasDefault(declared: unknown): boolean {
  // A reference to a type may make it nullable; the evaluator knows.
  return (
    typeof declared === 'object' &&
    declared !== null &&
    ['defaultValue', 'nullable', '$ref'].some((word) => word in declared)
  )
}

/** What is wrong with an expanded template, in ARM's form; undefined when nothing is. */
export function expansionViolation(expansion: Expansion, locate: Locate | undefined): ArmError | undefined {
  const deployed = expansion.resources.filter(({ existing }) => !existing)
  if (deployed.length > limits.resources) return overLimit('resources', deployed.length)
  const problem = expansion.problems.find(({ severity }) => severity === 'error')
  if (problem !== undefined) return problemViolation(problem, locate)
  return duplicate(deployed, locate) ?? cycle(expansion)
}

/** One problem that the evaluator found, in ARM's form. */
export function problemViolation(problem: ArmProblem, locate: Locate | undefined): ArmError {
  const nowhere = { lineNumber: 0, linePosition: 0, path: '' }
  const missing = /the resource '([^']+)' is not in the template/.exec(problem.message)?.[1]
  if (missing !== undefined) {
    return violation(
      `The resource '${missing.split('/providers/').at(-1) ?? missing}' is not defined in the template. Please see https://aka.ms/arm-template for usage details.`,
      nowhere,
    )
  }
  const place = problem.document === 'parameters' ? nowhere : placeIn(locate, problem.path)
  return violation(inArmsWords(problem.message), place)
}

const words: readonly (readonly [ours: RegExp, arms: (name: string) => string])[] = [
  [
    /there is no parameter '([^']+)'/,
    (name) =>
      `The template parameter '${name}' is not found. Please see https://aka.ms/arm-syntax-parameters for usage details.`,
  ],
  [
    /there is no variable '([^']+)'/,
    (name) =>
      `The template variable '${name}' is not found. Please see https://aka.ms/arm-syntax-variables for usage details.`,
  ],
  [
    /the template function '([^']+)' is not known here/,
    (name) =>
      `The template function '${name}' is not valid. Please see https://aka.ms/arm-functions for usage details.`,
  ],
]

/** ARM's own sentence where there is one, else the evaluator's. */
function inArmsWords(message: string): string {
  for (const [ours, arms] of words) {
    const name = ours.exec(message)?.[1]
    if (name !== undefined) return arms(name)
  }
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`
  const ended = /[.!?]$/.test(sentence) ? sentence : `${sentence}.`
  return `${ended} Please see https://aka.ms/arm-syntax for usage details.`
}

function duplicate(resources: Expansion['resources'], locate: Locate | undefined): ArmError | undefined {
  const seen = new Set<string>()
  for (const { id, condition, path } of resources) {
    if (!condition) continue
    const key = id.toLowerCase()
    if (seen.has(key)) {
      const place = placeIn(locate, path)
      return violation(
        `The resource '${id}' at line '${place.lineNumber}' and column '${place.linePosition}' is defined multiple times in a template. Please see https://aka.ms/arm-syntax-resources for usage details.`,
        place,
      )
    }
    seen.add(key)
  }
  return undefined
}

function cycle({ resources }: Expansion): ArmError | undefined {
  const waiting = new Map(
    resources.map(({ id, dependsOn }) => [id.toLowerCase(), dependsOn.map((other) => other.toLowerCase())]),
  )
  for (let progress = true; progress;) {
    progress = false
    for (const [id, needs] of waiting) {
      if (needs.some((need) => waiting.has(need))) continue
      waiting.delete(id)
      progress = true
    }
  }
  const stuck = resources.find(({ id }) => waiting.has(id.toLowerCase()))
  return stuck === undefined
    ? undefined
    : violation(
        `Circular dependency detected on resource: '${stuck.id}'. Please see https://aka.ms/arm-syntax-resources for usage details.`,
      )
}

function overLimit(section: keyof typeof limits, count: number): ArmError {
  return violation(
    `The number of template ${section} limit exceeded. Limit: '${limits[section]}' and actual: '${count}'. Please see https://aka.ms/arm-template/#limits for usage details.`,
  )
}

/** Where something stands, as ARM tells it. */
export interface ViolationPlace {
  lineNumber: number
  linePosition: number
  path: string
}

/** A place of the template's text; zeros where it was not sent as text. */
export function placeIn(locate: Locate | undefined, path: ArmPath): ViolationPlace {
  const { line, column } = locate === undefined ? { line: 0, column: 0 } : locate(path)
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('')
  return { lineNumber: line, linePosition: column, path: `properties.template${text}` }
}

/** 400 InvalidTemplate with the place of what is wrong. */
export function violation(
  message: string,
  place: ViolationPlace = { lineNumber: 0, linePosition: 0, path: '' },
): ArmError {
  return gatewayError(400, 'InvalidTemplate', `Deployment template validation failed: '${message}'.`, {
    additionalInfo: [{ type: 'TemplateViolation', info: { ...place } }],
  })
}
