import type { PackagedInputs } from '../api/record.ts'

/**
 * The parameters of an object whose values may be shown: those that its template declares and does not keep secret.
 * Whatever cannot be read shows nothing. `bodyOf` gives the bytes of a file by its sha256.
 */
export async function visibleParametersOf(
  kind: string,
  inputs: PackagedInputs | undefined,
  bodyOf: (sha256: string) => Promise<Uint8Array | undefined>,
): Promise<ReadonlySet<string>> {
  const sha256 = inputs?.files['template']?.sha256
  const body = sha256 === undefined ? undefined : await bodyOf(sha256)
  if (body === undefined) return new Set()
  const text = new TextDecoder().decode(body)
  if (kind === 'AzureDeployment') {
    const { visibleParameters } = await import('../template/arm/visible-parameters.ts')
    return visibleParameters(text)
  }
  const { visibleParameters } = await import('../template/cloudformation/visible-parameters.ts')
  return visibleParameters(text)
}
