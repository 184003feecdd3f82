import { checkTemplate } from './check-template.ts'
import { createParameters, type GivenValue } from './parameters.ts'
import { plan } from './plan.ts'
import type {
  ArmProblem,
  ArmTemplate,
  GivenParameter,
  Json,
  PlannedResource,
  Scope,
  Surroundings,
  ValidateInput,
} from './types.ts'
import { isJsonObject, jsonMember } from './value.ts'
import { createWorld } from './world.ts'

/** ARM's limit on a template with its loops unrolled, in bytes. */
const MAX_TEMPLATE_BYTES = 4 * 1024 * 1024

/** Everything that is wrong with a template and with the parameters given to it, as far as it shows offline. */
export function validate(input: ValidateInput): ArmProblem[] {
  const { template, parameters } = input
  const surroundings = input.surroundings ?? madeUp(template)
  const written = checkTemplate(template)
  const given = parameters ?? allUnknown(template)
  const planned = plan({ template, parameters: given, surroundings })
  const found = [
    ...written,
    ...(parameters === undefined
      ? checkDefaults(template, surroundings)
      : checkSecrets(template, parameters)),
    ...planned.problems,
    ...checkSize(template, planned.resources),
  ]
  return distinct(found)
    .filter(({ code }) => code !== 'NotKnownYet')
    .map((problem) => placed(problem, input))
}

/** Without parameters nothing is said about values: each one may be anything. */
function allUnknown(template: ArmTemplate): Record<string, GivenParameter> {
  const section = jsonMember(template, 'parameters')
  return Object.fromEntries(
    Object.keys(isJsonObject(section) ? section : {}).map((name) => [name, { reference: null }]),
  )
}

/** Default values against their own definitions. */
function checkDefaults(template: ArmTemplate, surroundings: Surroundings): ArmProblem[] {
  const { frame } = createWorld({
    template,
    given: {},
    surroundings,
    hideSecrets: false,
    deploymentName: surroundings.deploymentName,
    deploymentLocation: surroundings.location,
    find: () => [],
  })
  const given: Record<string, GivenValue> = {}
  const parameters = createParameters({
    template,
    given,
    hideSecrets: false,
    frame: () => frame('parameter'),
  })
  return parameters.problems().filter(({ code }) => code === 'InvalidParameter')
}

/** A secret in clear is a secret in git. */
function checkSecrets(template: ArmTemplate, given: Readonly<Record<string, GivenParameter>>): ArmProblem[] {
  const section = jsonMember(template, 'parameters')
  if (!isJsonObject(section)) return []
  return Object.entries(given).flatMap(([name, { value }]): ArmProblem[] => {
    const key = Object.keys(section).find((known) => known.toLowerCase() === name.toLowerCase())
    const type = key === undefined ? undefined : jsonMember(section[key], 'type')
    const isSecure = typeof type === 'string' && type.toLowerCase().startsWith('secure')
    if (!isSecure || value === undefined || isEmpty(value)) return []
    return [
      {
        code: 'SecretInClear',
        message: `parameter '${name}' is secure and stands in clear; give a reference to a Key Vault instead`,
        document: 'parameters',
        path: [name],
        severity: 'error',
      },
    ]
  })
}

function isEmpty(value: Json): boolean {
  return value === null || value === '' || (isJsonObject(value) && Object.keys(value).length === 0)
}

function checkSize(template: ArmTemplate, resources: readonly PlannedResource[]): ArmProblem[] {
  const bytes = Math.max(
    size(template),
    resources.reduce((sum, { body }) => sum + size(body), 0),
  )
  if (bytes <= MAX_TEMPLATE_BYTES) return []
  return [
    {
      code: 'LimitExceeded',
      message: `the template has ${bytes} bytes with its loops unrolled, the limit is ${MAX_TEMPLATE_BYTES}`,
      document: 'template',
      path: [],
      severity: 'error',
    },
  ]
}

function size(json: Json): number {
  return Buffer.byteLength(JSON.stringify(json), 'utf8')
}

/** One problem per place: what a check of the text found is not said again by the evaluation. */
function distinct(problems: readonly ArmProblem[]): ArmProblem[] {
  const kept: ArmProblem[] = []
  const seen = new Map<string, string>()
  for (const problem of problems) {
    const place = JSON.stringify([problem.document, problem.path])
    const earlier = seen.get(place)
    if (
      earlier !== undefined &&
      (earlier === problem.message ||
        problem.code === 'InvalidTemplate' ||
        problem.code.startsWith('Unknown'))
    )
      continue
    seen.set(place, problem.message)
    kept.push(problem)
  }
  return kept
}

function placed(problem: ArmProblem, { locate, locateParameter }: ValidateInput): ArmProblem {
  const find = problem.document === 'template' ? locate : locateParameter
  return find === undefined ? problem : { ...problem, ...find(problem.path) }
}

const nobody = '00000000-0000-0000-0000-000000000000'

/** A place to deploy to, of the kind that the template's schema names. */
function madeUp(template: ArmTemplate): Surroundings {
  const scope = madeUpScope(template)
  const place = { scope, deploymentName: 'deployment', tenantId: nobody }
  return scope.kind === 'resourceGroup' ? place : { ...place, location: 'westeurope' }
}

function madeUpScope(template: ArmTemplate): Scope {
  const schema = jsonMember(template, '$schema')
  const name = typeof schema === 'string' ? schema.toLowerCase() : ''
  if (name.includes('subscriptiondeploymenttemplate')) return { kind: 'subscription', subscriptionId: nobody }
  if (name.includes('managementgroupdeploymenttemplate')) return { kind: 'managementGroup', id: 'group' }
  if (name.includes('tenantdeploymenttemplate')) return { kind: 'tenant' }
  return { kind: 'resourceGroup', subscriptionId: nobody, resourceGroup: 'group' }
}
