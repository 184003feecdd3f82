import type { PackagedInputs } from '../api/record.ts'
import { formatKey } from '../api/reference.ts'
import type { BicepCompiler, TreeReader } from '../template/bicep/compiler.ts'
import type { PreparedDeployment } from './azure/prepare.ts'
import { checkFiles, type BuildFacts } from './files.ts'
import type { Flag } from './flag.ts'
import { plainInputs, type ObjectInputs } from './inputs.ts'
import type { BuiltObject } from './manifest.ts'
import { buildObjects, type BuildObjectsOptions, type TreeFile } from './objects.ts'
import { checkOrder, withhold } from './order.ts'
import { sortProblems, type Problem } from './problem.ts'
import { fileReferences } from './references.ts'
import { createTreeReader } from './tree.ts'
import { checkClaims, checkKeys, claimByFields } from './unique.ts'

export type { BuildFacts, BuiltObject, ObjectInputs, Problem, TreeFile }
export type { BicepCompiler } from '../template/bicep/compiler.ts'
export { buildObjects } from './objects.ts'
export { formatProblem } from './problem.ts'

/** What a build needs besides the manifests; it does no I/O of its own. */
export interface BuildOptions extends BuildObjectsOptions {
  /** Reads files of the same revision that lie elsewhere in the tree; what does not exist is left out. */
  readFiles(paths: readonly string[]): Promise<readonly TreeFile[]>
  /** Whether a file that was not found is one that the source leaves out. */
  isIgnored?(path: string): boolean
  /** What an object claims in its cloud, by `Target.claim`; undefined: nothing that could be claimed twice. Left out: told by its fields. */
  claimOf?(object: BuiltObject): Promise<string | undefined>
  facts?: BuildFacts
  /** Compiles Bicep; left out: none can be compiled here. */
  bicep?: BicepCompiler
  /** Hosts of the registries that Bicep may fetch modules from. */
  registries?: readonly string[]
  /** What was packaged of an object before: it is kept where nothing that it was made of has changed. */
  packaged?(object: BuiltObject): PackagedInputs | undefined
}

/** Everything a tree declares, and everything wrong with it. */
export interface BuildResult {
  /** Objects that could be read, also those that must not be applied. */
  objects: BuiltObject[]
  /** Errors and warnings, by file and line. */
  problems: Problem[]
  /** Keys that are declared but must not be applied now, with the reason: broken, or in need of what is. */
  withheld: Map<string, string>
  /** What the objects that may be applied are made of, by key. */
  inputs: Map<string, ObjectInputs>
}

/**
 * From files to checked objects. All problems are collected; what is broken is withheld together with what depends on
 * it, the rest may be applied.
 */
export async function build(files: readonly TreeFile[], options: BuildOptions): Promise<BuildResult> {
  const { objects, problems, broken, remains } = buildObjects(files, options)
  const checked = [...objects, ...remains].toSorted(byPlace)
  const tree = createTreeReader(files, (paths) => options.readFiles(paths))
  const referenced = await readReferenced(checked, tree)
  const deployments = await prepareAzure(checked, tree, options)
  const claims = await readClaims(objects, options)
  const declared = new Set([...broken.keys(), ...objects.map((object) => formatKey(object))])
  const flags: Flag[] = [
    ...checkKeys(checked),
    ...checkClaims(objects, claims),
    ...checkOrder(checked, (key) => declared.has(key)),
    ...checkFiles(checked, referenced, (file) => options.isIgnored?.(file) === true),
    ...(await checkStacks(checked, referenced, options.facts ?? {})),
    ...[...deployments.values()].flatMap((prepared) => prepared.flags),
  ].filter(({ problem }) => !problems.some((known) => isConsequence(problem, known)))
  const causes = new Map(broken)
  for (const { key, problem } of flags) {
    if (problem.severity === 'error' && !causes.has(key)) causes.set(key, describeCause(problem))
  }
  const withheld = withhold(objects, causes)
  return {
    objects,
    problems: sortProblems(mergeShared([...problems, ...flags.map(({ problem }) => problem)])),
    withheld,
    inputs: gatherInputs(objects, { withheld, referenced, deployments }),
  }
}

/** What is wrong in templates of CloudFormation; loaded where there are stacks. */
async function checkStacks(
  objects: readonly BuiltObject[],
  files: ReadonlyMap<string, Uint8Array>,
  facts: BuildFacts,
): Promise<Flag[]> {
  const stacks = objects.filter(({ kind }) => kind === 'CloudFormationStack')
  if (stacks.length === 0) return []
  const { checkTemplates } = await import('./cloudformation/check.ts')
  return checkTemplates(stacks, files, facts)
}

/** What is only known of Azure deployments once they are compiled and put together; loaded where there are some. */
async function prepareAzure(
  objects: readonly BuiltObject[],
  tree: TreeReader,
  options: BuildOptions,
): Promise<Map<BuiltObject, PreparedDeployment>> {
  const deployments = objects.filter(({ kind }) => kind === 'AzureDeployment')
  if (deployments.length === 0) return new Map()
  const { prepareDeployments } = await import('./azure/prepare.ts')
  return prepareDeployments(deployments, {
    tree,
    registries: options.registries ?? [],
    packaged: (object) => options.packaged?.(object),
    ...(options.bicep === undefined ? {} : { bicep: options.bicep }),
  })
}

function gatherInputs(
  objects: readonly BuiltObject[],
  {
    withheld,
    referenced,
    deployments,
  }: {
    withheld: ReadonlyMap<string, string>
    referenced: ReadonlyMap<string, Uint8Array>
    deployments: ReadonlyMap<BuiltObject, PreparedDeployment>
  },
): Map<string, ObjectInputs> {
  const inputs = new Map<string, ObjectInputs>()
  for (const object of objects) {
    const key = formatKey(object)
    if (withheld.has(key)) continue
    const own = deployments.has(object) ? deployments.get(object)?.inputs : plainInputs(object, referenced)
    if (own !== undefined) inputs.set(key, own)
  }
  return inputs
}

function byPlace({ origin: a }: BuiltObject, { origin: b }: BuiltObject): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line
}

async function readClaims(
  objects: readonly BuiltObject[],
  options: BuildOptions,
): Promise<Map<string, string>> {
  const claims = new Map<string, string>()
  for (const object of objects) {
    const claim = options.claimOf ? await options.claimOf(object) : claimByFields(object)
    if (claim !== undefined) claims.set(formatKey(object), claim)
  }
  return claims
}

/** A field that is wrong was left out before the object was checked: what is said of it then is not to be believed. */
function isConsequence(problem: Problem, known: Problem): boolean {
  const { field = '' } = problem
  if (problem.file !== known.file || problem.object !== known.object || known.field === undefined)
    return false
  return isWithin(field, known.field) || isWithin(known.field, field)
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || (outer !== '' && (inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`)))
}

async function readReferenced(
  objects: readonly BuiltObject[],
  tree: TreeReader,
): Promise<ReadonlyMap<string, Uint8Array>> {
  return tree.read(
    objects.flatMap((object) =>
      fileReferences(object).flatMap(({ path }) => (path === undefined ? [] : [path])),
    ),
  )
}

function describeCause({ file, line, field, message }: Problem): string {
  return `${file}:${line}: ${field === undefined ? '' : `${field}: `}${message}`
}

/** A template that several objects use is wrong once: its problem names the first of them and counts the others. */
function mergeShared(problems: readonly Problem[]): Problem[] {
  const identity = (problem: Problem): string => JSON.stringify({ ...problem, object: undefined })
  return [...Map.groupBy(problems, identity).values()].flatMap(([first, ...others]) => {
    if (!first) return []
    const more = new Set(others.flatMap(({ object }) => (object === first.object ? [] : [object]))).size
    return more === 0 ? [first] : [{ ...first, object: `${first.object ?? ''} and ${more} more` }]
  })
}
