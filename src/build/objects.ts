import { apiVersion } from '../api/kinds/common.ts'
import { displayKey } from '../api/reference.ts'
import { isBelow, treePath } from '../api/tree-path.ts'
import { readManifest, type BuiltObject } from './manifest.ts'
import { formatField, type Problem } from './problem.ts'
import { parseDocuments } from './yaml.ts'

/** A file of the tree, as sources hand it out. */
export interface TreeFile {
  /** From the root of the repository. */
  path: string
  bytes: Uint8Array
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
  /** What is left of broken objects without their wrong fields: to be checked further, never to be applied. */
  remains: BuiltObject[]
}

const group = apiVersion.split('/')[0] ?? apiVersion
const manifestName = /\.(ya?ml|json)$/i

/**
 * Every document of ours in the manifests (`.yaml`, `.yml`, `.json`) below a path. Other YAML, CloudFormation templates
 * among it, is left alone. All problems are collected; pure.
 */
export function buildObjects(files: readonly TreeFile[], options: BuildObjectsOptions): BuiltObjects {
  const folder = treePath(options.path)
  const built: BuiltObjects = { objects: [], problems: [], broken: new Map(), remains: [] }
  for (const file of files) {
    if (!manifestName.test(file.path) || !isBelow(folder, file.path) || !mentions(file.bytes, group)) continue
    const { targetNamespace } = options
    const namespace = typeof targetNamespace === 'function' ? targetNamespace(file.path) : targetNamespace
    const place = { file: file.path, source: options.source, namespace }
    for (const document of parseDocuments(new TextDecoder().decode(file.bytes), group)) {
      const { key, object, complaints } = readManifest(document, place)
      const [first] = complaints
      if (object) (first ? built.remains : built.objects).push(object)
      if (first && key !== undefined) built.broken.set(key, `its manifest is broken: ${first.message}`)
      for (const { path, line, column, message } of complaints) {
        const about = key === undefined ? {} : { object: displayKey(key) }
        const field = path.length === 0 ? {} : { field: formatField(path) }
        built.problems.push({ severity: 'error', file: file.path, line, column, ...about, ...field, message })
      }
    }
  }
  return built
}

/** Looks at the bytes alone: most YAML of a repository is none of ours, and is not worth decoding. */
function mentions(bytes: Uint8Array, word: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(word)
}
