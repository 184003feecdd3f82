import { canonicalJson } from '../../api/canonical-json.ts'
import type { AzureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import type { GivenParameter } from '../../template/arm/index.ts'
import { isReference } from './parameters-file.ts'

/** Parameters as they are deployed. */
export type Parameters = Readonly<Record<string, GivenParameter>>

/** The values that a manifest gives itself: a Key Vault reference passes through, everything else is a value. */
export function inlineParameters({ parameters }: Pick<AzureDeploymentSpec, 'parameters'>): Parameters {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]): [string, GivenParameter] => [
      name,
      isReference(value) ? { reference: value.reference } : { value },
    ]),
  )
}

/** Those of the file with the manifest's own over them. ARM does not tell names apart by letter case. */
export function mergeParameters(file: Parameters, inline: Parameters): Parameters {
  const own = new Set(Object.keys(inline).map((name) => name.toLowerCase()))
  const rest = Object.entries(file).filter(([name]) => !own.has(name.toLowerCase()))
  return { ...Object.fromEntries(rest), ...inline }
}

/** The one text of parameters, so that equal ones have equal hashes. Metadata of a file does not reach ARM. */
export function parametersBody(parameters: Parameters): Uint8Array {
  const entries = Object.entries(parameters).map(([name, { value, reference }]) => [
    name,
    reference === undefined ? { value } : { reference },
  ])
  return new TextEncoder().encode(canonicalJson(Object.fromEntries(entries)))
}
