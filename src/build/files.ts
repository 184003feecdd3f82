import { didYouMean, nearestWord } from '../api/did-you-mean.ts'
import type { ResourceFacts } from '../template/cloudformation/facts.ts'
import { flagField, type Flag } from './flag.ts'
import type { BuiltObject } from './manifest.ts'
import { fileReferences } from './references.ts'

/** What is known beforehand about what templates may hold; each cloud's is loaded only where it is used. */
export interface BuildFacts {
  cloudFormation?: ResourceFacts
}

/** Files that objects name and that are not there, or lead out of the repository. */
export function checkFiles(
  objects: readonly BuiltObject[],
  files: ReadonlyMap<string, Uint8Array>,
  isIgnored: (path: string) => boolean,
): Flag[] {
  return objects.flatMap((object) =>
    fileReferences(object).flatMap(({ field, path, problem }): Flag[] => {
      if (path === undefined) return [flagField(object, field, problem ?? 'leads nowhere')]
      if (files.has(path)) return []
      if (isIgnored(path)) {
        const message = `${path} is left out by spec.ignore or a .sourceignore; take it back there, or name another file`
        return [flagField(object, field, message)]
      }
      const message = `${path} does not exist in the repository${nearestFile(path, files)}; correct the path or add the file`
      return [flagField(object, field, message)]
    }),
  )
}

/** Whole paths look alike by their folders; a slip of the pen is in one part. */
function nearestFile(path: string, files: ReadonlyMap<string, Uint8Array>): string {
  const parts = path.split('/')
  const alike = [...files.keys()].filter((candidate) => {
    const others = candidate.split('/')
    return (
      others.length === parts.length && others.filter((part, index) => part !== parts[index]).length === 1
    )
  })
  const differing = alike.filter((candidate) =>
    candidate.split('/').every((part, index) => nearestWord(parts[index] ?? '', [part]) !== undefined),
  )
  return didYouMean(path, differing)
}
