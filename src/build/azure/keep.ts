import { canonicalJson } from '../../api/canonical-json.ts'
import type { AzureDeploymentSpec } from '../../api/kinds/azure-deployment.ts'
import type { PackagedInputs } from '../../api/record.ts'
import type { BicepCompiler, TreeReader } from '../../template/bicep/compiler.ts'
import { fileHash, holds } from '../../template/bicep/reads.ts'
import type { ObjectInputs } from '../inputs.ts'
import type { BuiltObject } from '../manifest.ts'
import { pathsOf } from './paths.ts'

/** Grows when the same files would be packaged otherwise than before. */
const recipeVersion = 1

/** Hash over what of the manifest, the source and ourselves decides how files become inputs. */
export function recipeOf(object: BuiltObject, registries: readonly string[]): string {
  const { parameters, bicep, scope } = object.spec as AzureDeploymentSpec
  const parts = {
    recipeVersion,
    paths: pathsOf(object),
    parameters,
    bicep,
    scope,
    registries: registries.toSorted(),
    manifest: object.origin.file,
  }
  return fileHash(new TextEncoder().encode(canonicalJson(parts)))
}

/** What was packaged before, when nothing that it was made of has changed. No compiler is started for that. */
export async function keepInputs(
  object: BuiltObject,
  before: PackagedInputs | undefined,
  ports: { tree: TreeReader; bicep?: BicepCompiler; registries: readonly string[] },
): Promise<ObjectInputs | undefined> {
  if (before?.reads === undefined || before.recipe !== recipeOf(object, ports.registries)) return undefined
  const found = await ports.bicep?.find()
  // Without a compiler what one made before is better than nothing.
  if (found?.type === 'found' && found.identity !== before.compiler) return undefined
  if (!(await holds(before.reads, ports.tree))) return undefined
  const { files, reads, recipe, compiler } = before
  return { files, reads, recipe, ...(compiler === undefined ? {} : { compiler }), bodies: new Map() }
}
