import * as z from 'zod'
import { didYouMean } from '../api/did-you-mean.ts'
import { apiVersion, defaultNamespace, metadataSchema } from '../api/kinds/common.ts'
import { findKind, kinds } from '../api/kinds/index.ts'
import type { Origin } from '../api/record.ts'
import { displayKey, formatKey } from '../api/reference.ts'
import { isBelow, treePath } from '../api/tree-path.ts'
import type { FieldPath, Position, Problem } from './problem.ts'
import { formatField } from './problem.ts'
import { readBySchema } from './schema-problems.ts'
import { parseDocuments, type YamlDocument } from './yaml.ts'

/** A file of the tree, as sources hand it out. */
export interface TreeFile {
  /** From the root of the repository. */
  path: string
  bytes: Uint8Array
}

/** An object that git declares, read by its kind's schema. */
export interface BuiltObject {
  kind: string
  namespace: string
  name: string
  labels?: Record<string, string>
  /** Validated, defaults filled in. */
  spec: Record<string, unknown>
  origin: Origin
  /** Where a field of the document stands in the manifest. */
  positionOf(path: FieldPath): Position
}

/** What to build, and from where it comes. */
export interface BuildObjectsOptions {
  /** Folder or file in the tree; documents outside it are not looked at. */
  path: string
  /** Key of the source, for the objects' origin. */
  source: string
  /** Namespace of every object, or of those in a file, whatever they say themselves. */
  targetNamespace?: string | ((file: string) => string | undefined)
}

/** The objects of a tree, and what could not be read. */
export interface BuiltObjects {
  objects: BuiltObject[]
  problems: Problem[]
  /** Keys of objects that are declared, but wrongly, with the first thing that is wrong. */
  broken: Map<string, string>
}

const group = apiVersion.split('/')[0] ?? apiVersion
const manifestName = /\.(ya?ml|json)$/i

/**
 * Every document of ours in the manifests (`.yaml`, `.yml`, `.json`) below a path. Other YAML, CloudFormation templates
 * among it, is left alone. All problems are collected; pure.
 */
export function buildObjects(files: readonly TreeFile[], options: BuildObjectsOptions): BuiltObjects {
  const folder = treePath(options.path)
  const built: BuiltObjects = { objects: [], problems: [], broken: new Map() }
  for (const file of files) {
    if (!manifestName.test(file.path) || !isBelow(folder, file.path) || !mentions(file.bytes, group)) continue
    const { targetNamespace } = options
    const namespace = typeof targetNamespace === 'function' ? targetNamespace(file.path) : targetNamespace
    for (const document of parseDocuments(new TextDecoder().decode(file.bytes), group)) {
      readObject({ document, file: file.path, options, namespace, built })
    }
  }
  return built
}

/** Looks at the bytes alone: most YAML of a repository is none of ours, and is not worth decoding. */
function mentions(bytes: Uint8Array, word: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(word)
}

interface Reading {
  document: YamlDocument
  file: string
  options: BuildObjectsOptions
  /** What the options say of this file. */
  namespace: string | undefined
  built: BuiltObjects
}

const manifestSchema = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.record(z.string(), z.unknown()),
  spec: z.record(z.string(), z.unknown()).default({}),
})

function readObject(reading: Reading): void {
  const { document, file, namespace, built } = reading
  const key = identify(document.value, namespace)
  const before = built.problems.length
  const report = (path: FieldPath, message: string, position = document.positionOf(path)): void => {
    built.problems.push({
      severity: 'error',
      file,
      line: position.line,
      column: position.column,
      ...(key === undefined ? {} : { object: displayKey(key) }),
      ...(path.length === 0 ? {} : { field: formatField(path) }),
      message,
    })
  }
  for (const flaw of document.flaws) report(flaw.path ?? [], flaw.message, flaw)
  // What is no YAML gives no second opinion about its fields.
  const object = document.flaws.length === 0 ? readManifest(reading, report) : undefined
  const first = built.problems[before]
  if (object && !first) built.objects.push(object)
  else if (key !== undefined)
    built.broken.set(key, `its manifest is broken: ${first?.message ?? 'unreadable'}`)
}

function readManifest(
  { document, file, options, namespace }: Reading,
  report: (path: FieldPath, message: string) => void,
): BuiltObject | undefined {
  const read = <T>(schema: z.ZodType<T>, value: unknown, path: FieldPath, subject: string): T | undefined => {
    const result = readBySchema(schema, value, { path, subject })
    if ('value' in result) return result.value
    for (const problem of result.problems) report(problem.path, problem.message)
    return undefined
  }
  const manifest = read(manifestSchema, document.value, [], 'a document')
  const value: Partial<Record<string, unknown>> = isMapping(document.value) ? document.value : {}
  const { kind: kindName, apiVersion: version } = value
  if (typeof version === 'string' && version !== apiVersion) {
    report(['apiVersion'], `the version "${version}" is not known; write ${apiVersion}`)
    return undefined
  }
  if (typeof kindName !== 'string') return undefined
  const kind = findKind(kindName)
  if (!kind) {
    const known = kinds.map((candidate) => candidate.kind)
    report(
      ['kind'],
      `the kind "${kindName}" is not known${didYouMean(kindName, known)}; known: ${known.join(', ')}`,
    )
    return undefined
  }
  const metadata =
    'metadata' in value ? read(metadataSchema, value['metadata'], ['metadata'], 'metadata') : undefined
  const spec = read(kind.spec, value['spec'] ?? {}, ['spec'], kindName)
  if (!manifest || !metadata || !spec) return undefined
  const { line, column } = document.positionOf([])
  return {
    kind: kindName,
    namespace: namespace ?? metadata.namespace ?? defaultNamespace,
    name: metadata.name,
    ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
    spec,
    origin: { source: options.source, file, line, column },
    positionOf: (path) => document.positionOf(path),
  }
}

/** The key of a document that may be broken everywhere else; undefined when it does not say who it is. */
function identify(value: unknown, targetNamespace: string | undefined): string | undefined {
  if (!isMapping(value) || typeof value['kind'] !== 'string' || !isMapping(value['metadata']))
    return undefined
  const { name, namespace } = value['metadata']
  const [inNamespace, isNamed] = [targetNamespace ?? namespace ?? defaultNamespace, typeof name === 'string']
  if (!isNamed || typeof inNamespace !== 'string') return undefined
  const reference = { kind: value['kind'], namespace: inNamespace, name: String(name) }
  return Object.values(reference).some((part) => part === '' || part.includes('/'))
    ? undefined
    : formatKey(reference)
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
