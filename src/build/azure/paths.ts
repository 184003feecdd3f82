import type { BuiltObject } from '../manifest.ts'
import { referencedFiles } from '../references.ts'

/** The files that a deployment names, from the root of the tree. */
export interface Paths {
  template: string
  parametersFile?: string
}

/** The files of a deployment; undefined where it names none that is in the tree. */
export function pathsOf(object: BuiltObject): Paths | undefined {
  const { template, parameters } = referencedFiles(object)
  if (template === undefined) return undefined
  return parameters === undefined ? { template } : { template, parametersFile: parameters }
}

/** Whether a template is Bicep, not ARM JSON. */
export function isBicep(file: string): boolean {
  return /\.bicep$/i.test(file)
}

/** Whether a parameters file is Bicep, not ARM JSON. */
export function isBicepParam(file: string): boolean {
  return /\.bicepparam$/i.test(file)
}
