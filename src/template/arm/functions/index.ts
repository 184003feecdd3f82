import { arrayFunctions } from './array.ts'
import { cidrFunctions } from './cidr.ts'
import { comparisonFunctions } from './comparison.ts'
import { dateFunctions } from './date.ts'
import { deploymentFunctions } from './deployment.ts'
import { encodingFunctions } from './encoding.ts'
import type { ArmFunction } from './function.ts'
import { lambdaFunctions } from './lambda.ts'
import { logicalFunctions } from './logical.ts'
import { numericFunctions } from './numeric.ts'
import { objectFunctions } from './object.ts'
import { resourceFunctions } from './resource.ts'
import { runtimeFunctions } from './runtime.ts'
import { stringFunctions } from './string.ts'

const tables = {
  ...arrayFunctions,
  ...cidrFunctions,
  ...comparisonFunctions,
  ...dateFunctions,
  ...deploymentFunctions,
  ...encodingFunctions,
  ...lambdaFunctions,
  ...logicalFunctions,
  ...numericFunctions,
  ...objectFunctions,
  ...resourceFunctions,
  ...runtimeFunctions,
  ...stringFunctions,
}

/** The names of all functions, in ARM's own spelling; besides, every name that starts with `list` is one. */
export const functionNames: readonly string[] = Object.keys(tables)

const byLowerCase = new Map(Object.entries(tables).map(([name, found]) => [name.toLowerCase(), found]))

/** A function by its name, in any letter case. */
export function findFunction(name: string): ArmFunction | undefined {
  return byLowerCase.get(name.toLowerCase())
}

/** Whether a name is that of a `list…` function. */
export function isListFunction(name: string): boolean {
  return /^list\w*$/i.test(name)
}

export { callList } from './runtime.ts'
