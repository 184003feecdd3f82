import type { Frame, KnownResource, Place, World } from './frame.ts'
import { type GivenValue, type Parameters, createParameters } from './parameters.ts'
import { readText } from './parse-expression.ts'
import { isSymbolic } from './raw-resources.ts'
import type { Expression } from './syntax.ts'
import type { ArmTemplate, Surroundings } from './types.ts'
import { readUserFunctions } from './user-functions.ts'
import { type Value, jsonMember } from './value.ts'
import { createVariables } from './variables.ts'

/** What `createWorld` needs. */
export interface WorldInput {
  readonly template: ArmTemplate
  readonly given: Readonly<Record<string, GivenValue>>
  readonly surroundings: Surroundings
  /** See `createParameters`. */
  readonly hideSecrets: boolean
  readonly deploymentName: Value
  readonly deploymentLocation: Value | undefined
  /** Resources by name, once they are known. */
  readonly find: (name: string) => readonly KnownResource[]
}

/** A deployment's world, and the frames its expressions are worked out in. */
export interface CreatedWorld {
  readonly world: World
  readonly parameters: Parameters
  readonly frame: (place: Place) => Frame
}

/** Sets up parameters, variables and functions of one deployment; nothing is worked out yet. */
export function createWorld(input: WorldInput): CreatedWorld {
  const { template } = input
  const parsed = new Map<string, { text: string } | { expression: Expression }>()
  const frame = (place: Place): Frame => ({ world, place, copies: [], lambdas: new Map(), depth: 0 })
  const parameters = createParameters({
    template,
    given: input.given,
    hideSecrets: input.hideSecrets,
    frame: () => frame('parameter'),
  })
  const variables = createVariables(template, () => frame('variable'))
  const contentVersion = jsonMember(template, 'contentVersion')
  const world: World = {
    surroundings: input.surroundings,
    deploymentName: input.deploymentName,
    deploymentLocation: input.deploymentLocation,
    symbolic: isSymbolic(template),
    contentVersion: typeof contentVersion === 'string' ? contentVersion : '1.0.0.0',
    metadata: jsonMember(template, 'metadata'),
    functions: readUserFunctions(template),
    parameter: parameters.get,
    parameterNames: parameters.names,
    variable: variables.get,
    variableNames: variables.names,
    find: input.find,
    parse(text) {
      const known = parsed.get(text)
      if (known !== undefined) return known
      const read = readText(text)
      parsed.set(text, read)
      return read
    },
  }
  return { world, parameters, frame }
}
