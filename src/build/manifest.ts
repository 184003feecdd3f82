import * as z from 'zod'
import { didYouMean } from '../api/did-you-mean.ts'
import { apiVersion, metadataSchema } from '../api/kinds/common.ts'
import { findKind, kinds } from '../api/kinds/index.ts'
import type { Origin } from '../api/record.ts'
import { defaultNamespace, formatKey } from '../api/reference.ts'
import type { FieldPath, Position } from './problem.ts'
import { readBySchema } from './schema-problems.ts'
import type { YamlDocument } from './yaml.ts'

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

/** Something wrong with a manifest, at its place. */
export interface Complaint extends Position {
  path: FieldPath
  message: string
}

/** What a document declares. */
export interface Manifest {
  /** The key of the object, known also when everything else about it is wrong. */
  key?: string
  /** With complaints: what is left of it without its wrong fields. */
  object?: BuiltObject
  complaints: Complaint[]
}

/** Where a manifest was found, and the namespace it is put into, if any. */
export interface ManifestPlace {
  file: string
  source: string
  namespace: string | undefined
}

const manifestSchema = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.record(z.string(), z.unknown()),
  spec: z.record(z.string(), z.unknown()).default({}),
})

/** Reads a document of ours by its kind's schema. */
export function readManifest(document: YamlDocument, place: ManifestPlace): Manifest {
  const reader = createReader(document)
  const key = identify(document.value, place.namespace)
  // What is no YAML gives no second opinion about its fields.
  const object = document.isWhole ? readObject(reader, document, place) : undefined
  return {
    ...(key === undefined ? {} : { key }),
    ...(object === undefined ? {} : { object }),
    complaints: reader.complaints,
  }
}

interface Reader {
  complaints: Complaint[]
  complain(path: FieldPath, message: string): void
  read<T>(schema: z.ZodType<T>, value: unknown, path: FieldPath, subject: string): T | undefined
  positionOf(path: FieldPath): Position
}

/** Collects complaints, and knows where a field stands also when it was read under another name than the one written. */
function createReader(document: YamlDocument): Reader {
  const { flaws } = document
  const complaints: Complaint[] = flaws.map((flaw) => ({ path: [], ...flaw }))
  const misspelt: { written: FieldPath; meant: FieldPath }[] = []
  const positionOf = (path: FieldPath): Position => {
    const found = misspelt.find(({ meant }) => startsWith(path, meant))
    return document.positionOf(found ? [...found.written, ...path.slice(found.meant.length)] : path)
  }
  const complain = (path: FieldPath, message: string): void => {
    const isTold = flaws.some((flaw) => flaw.path !== undefined && startsWith(path, flaw.path))
    if (!isTold) complaints.push({ path, ...positionOf(path), message })
  }
  return {
    complaints,
    complain,
    positionOf,
    read(schema, value, path, subject) {
      const result = readBySchema(schema, value, subject)
      for (const problem of result.problems) {
        const at = [...path, ...problem.path]
        complain(at, problem.message)
        if (problem.meant !== undefined) {
          misspelt.push({ written: at, meant: [...at.slice(0, -1), problem.meant] })
        }
      }
      return result.value
    },
  }
}

function readObject(
  reader: Reader,
  document: YamlDocument,
  { file, source, namespace }: ManifestPlace,
): BuiltObject | undefined {
  reader.read(manifestSchema, document.value, [], 'a document')
  const value: Partial<Record<string, unknown>> = isMapping(document.value) ? document.value : {}
  const schema = kindOf(reader, value)
  if (!schema) return undefined
  const { kind, spec: specSchema } = schema
  const metadata =
    'metadata' in value ? reader.read(metadataSchema, value['metadata'], ['metadata'], 'metadata') : undefined
  const spec = reader.read(specSchema, value['spec'] ?? {}, ['spec'], kind)
  if (!metadata || !spec) return undefined
  const { name, labels } = metadata
  return {
    kind,
    namespace: namespace ?? metadata.namespace ?? defaultNamespace,
    name,
    ...(labels === undefined ? {} : { labels }),
    spec,
    origin: { source, file, ...document.positionOf([]) },
    positionOf: (path) => reader.positionOf(path),
  }
}

function kindOf(
  reader: Reader,
  { kind: name, apiVersion: version }: Partial<Record<string, unknown>>,
): ReturnType<typeof findKind> {
  if (typeof version === 'string' && version !== apiVersion) {
    reader.complain(['apiVersion'], `the version "${version}" is not known; write ${apiVersion}`)
    return undefined
  }
  if (typeof name !== 'string') return undefined
  const kind = findKind(name)
  if (kind) return kind
  const known = kinds.map((candidate) => candidate.kind)
  const message = `the kind "${name}" is not known${didYouMean(name, known)}; known: ${known.join(', ')}`
  reader.complain(['kind'], message)
  return undefined
}

/** The key of a document that may be broken everywhere else; undefined when it does not say who it is. */
function identify(value: unknown, targetNamespace: string | undefined): string | undefined {
  if (!isMapping(value) || !isMapping(value['metadata'])) return undefined
  const { kind } = value
  const { name, namespace: ownNamespace = defaultNamespace } = value['metadata']
  const namespace = targetNamespace ?? ownNamespace
  const isText = [kind, namespace, name].every(
    (part) => typeof part === 'string' && part !== '' && !part.includes('/'),
  )
  return isText ? formatKey({ kind, namespace, name } as BuiltObject) : undefined
}

function startsWith(path: FieldPath, start: FieldPath): boolean {
  return start.every((part, index) => part === path[index])
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
