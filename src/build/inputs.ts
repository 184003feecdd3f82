import type { PackagedInputs } from '../api/record.ts'
import { fileHash } from '../template/bicep/reads.ts'
import type { BuiltObject } from './manifest.ts'
import { referencedFiles } from './references.ts'

/** What an object is made of besides its manifest, ready to be packaged. */
export interface ObjectInputs extends Omit<PackagedInputs, 'revision' | 'digest'> {
  /** By sha256: the bytes of `files`; absent for what was packaged before and still holds. */
  bodies: ReadonlyMap<string, Uint8Array>
}

/** One file of an object, by its role. */
export interface InputFile {
  role: string
  /** The file in git that it was made from. */
  path: string
  body: Uint8Array
}

/** Inputs from the bodies of files. */
export function inputsOf(files: readonly InputFile[]): ObjectInputs {
  const bodies = new Map<string, Uint8Array>()
  const entries = files.map(({ role, path, body }) => {
    const sha256 = fileHash(body)
    bodies.set(sha256, body)
    return [role, { path, sha256, bytes: body.length }] as const
  })
  return { files: Object.fromEntries(entries), bodies }
}

/** The files that an object names, as they are in git. */
export function plainInputs(object: BuiltObject, files: ReadonlyMap<string, Uint8Array>): ObjectInputs {
  const named = Object.entries(referencedFiles(object))
  return inputsOf(named.map(([role, path]) => ({ role, path, body: files.get(path) ?? new Uint8Array() })))
}
