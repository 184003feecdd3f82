import { formatKey } from '../api/reference.ts'
import { checkFiles, type BuildFacts } from './files.ts'
import type { Flag } from './flag.ts'
import type { BuiltObject } from './manifest.ts'
import { buildObjects, type BuildObjectsOptions, type TreeFile } from './objects.ts'
import { checkOrder, withhold } from './order.ts'
import { sortProblems, type Problem } from './problem.ts'
import { fileReferences } from './references.ts'
import { checkClaims, checkFileNames, checkKeys, claimByFields } from './unique.ts'

export type { BuildFacts, BuiltObject, Problem, TreeFile }
export { buildObjects } from './objects.ts'
export { formatProblem } from './problem.ts'
export { referencedFiles } from './references.ts'

/** What a build needs besides the manifests; it does no I/O of its own. */
export interface BuildOptions extends BuildObjectsOptions {
  /** Reads files of the same revision that lie elsewhere in the tree; what does not exist is left out. */
  readFiles(paths: readonly string[]): Promise<readonly TreeFile[]>
  /** What an object claims in its cloud, by `Target.claim`; undefined: nothing that could be claimed twice. Left out: told by its fields. */
  claimOf?(object: BuiltObject): Promise<string | undefined>
  facts?: BuildFacts
}

/** Everything a tree declares, and everything wrong with it. */
export interface BuildResult {
  /** Objects that could be read, also those that must not be applied. */
  objects: BuiltObject[]
  /** Errors and warnings, by file and line. */
  problems: Problem[]
  /** Keys that are declared but must not be applied now, with the reason: broken, or in need of what is. */
  withheld: Map<string, string>
  /** The files that objects refer to, by path. */
  files: Map<string, Uint8Array>
}

/**
 * From files to checked objects. All problems are collected; what is broken is withheld together with what depends on
 * it, the rest may be applied.
 */
export async function build(files: readonly TreeFile[], options: BuildOptions): Promise<BuildResult> {
  const { objects, problems, broken, remains } = buildObjects(files, options)
  const checked = [...objects, ...remains].toSorted(byPlace)
  const referenced = await readReferenced(checked, files, options)
  const claims = await readClaims(objects, options)
  const declared = new Set([...broken.keys(), ...objects.map((object) => formatKey(object))])
  const flags: Flag[] = [
    ...checkKeys(checked),
    ...checkClaims(objects, claims),
    ...checkFileNames(checked),
    ...checkOrder(checked, (key) => declared.has(key)),
    ...checkFiles(checked, referenced, options.facts ?? {}),
  ].filter(({ problem }) => !problems.some((known) => isConsequence(problem, known)))
  const causes = new Map(broken)
  for (const { key, problem } of flags) {
    if (problem.severity === 'error' && !causes.has(key)) causes.set(key, describeCause(problem))
  }
  return {
    objects,
    problems: sortProblems(mergeShared([...problems, ...flags.map(({ problem }) => problem)])),
    withheld: withhold(objects, causes),
    files: referenced,
  }
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
  files: readonly TreeFile[],
  options: BuildOptions,
): Promise<Map<string, Uint8Array>> {
  const wanted = new Set(
    objects.flatMap((object) =>
      fileReferences(object).flatMap(({ path }) => (path === undefined ? [] : [path])),
    ),
  )
  const given = files.filter(({ path }) => wanted.delete(path))
  const rest = wanted.size === 0 ? [] : await options.readFiles([...wanted])
  // A path that is a folder answers with what lies below it.
  const found = rest.filter(({ path }) => wanted.has(path))
  return new Map([...given, ...found].map(({ path, bytes }) => [path, bytes]))
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
