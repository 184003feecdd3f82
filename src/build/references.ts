import { HeadwaterError } from '../api/errors.ts'
import { formatKey } from '../api/reference.ts'
import { resolveTreePath, treeFolder } from '../api/tree-path.ts'
import type { FieldPath } from './problem.ts'
import type { BuiltObject } from './manifest.ts'

/** A field that names a file of the repository. */
export interface FileReference {
  /** What the file is to the object: `template`, `parameters`. */
  role: string
  field: FieldPath
  /** From the root of the repository; absent when it leads out of it, which `problem` then says. */
  path?: string
  problem?: string
}

/** The fields of each kind that name files, by role. */
const fileFields: Record<string, Record<string, FieldPath>> = {
  CloudFormationStack: { template: ['spec', 'template'] },
  AzureDeployment: { template: ['spec', 'template'], parameters: ['spec', 'parametersFile'] },
}

/** Every file that an object names, also those that it names wrongly. */
export function fileReferences(object: BuiltObject): FileReference[] {
  return Object.entries(fileFields[object.kind] ?? {}).flatMap(([role, field]): FileReference[] => {
    const written = field.slice(1).reduce<unknown>((value, part) => childOf(value, part), object.spec)
    if (typeof written !== 'string') return []
    try {
      return [{ role, field, path: resolveTreePath(treeFolder(object.origin.file), written) }]
    } catch (error) {
      if (!(error instanceof HeadwaterError)) throw error
      return [{ role, field, problem: error.message }]
    }
  })
}

/** The files that an object is made of besides its manifest, by role, from the root of the repository. */
export function referencedFiles(object: BuiltObject): Record<string, string> {
  return Object.fromEntries(
    fileReferences(object).flatMap(({ role, path }) => (path === undefined ? [] : [[role, path]])),
  )
}

/** A dependency as written, and the key it means. */
export interface DependencyReference {
  field: FieldPath
  key: string
}

/** The objects that one waits for, by its `dependsOn`. */
export function dependencies(object: BuiltObject): DependencyReference[] {
  const { dependsOn } = object.spec as { dependsOn?: { kind?: string; namespace?: string; name: string }[] }
  return (dependsOn ?? []).map(({ kind = object.kind, namespace = object.namespace, name }, index) => ({
    field: ['spec', 'dependsOn', index],
    key: formatKey({ kind, namespace, name }),
  }))
}

/** The source that an object reads from, when it names one. */
export function sourceKeyOf(object: BuiltObject): string | undefined {
  const { sourceRef } = object.spec as { sourceRef?: { kind: string; namespace?: string; name: string } }
  return sourceRef && formatKey({ ...sourceRef, namespace: sourceRef.namespace ?? object.namespace })
}

function childOf(value: unknown, part: string | number): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string | number, unknown>)[part]
    : undefined
}
