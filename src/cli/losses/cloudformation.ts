import type { ObjectRecord } from '../../api/record.ts'
import type { BlobStore } from '../../blob/blob.ts'
import { parseTemplate, TemplateSyntaxError } from '../../template/cloudformation/parse.ts'
import { isObject } from '../../template/cloudformation/value.ts'
import type { Loss } from './loss.ts'

/** The resources of a stack as its template says; undefined when the template is not at hand, or is none. */
export async function stackLosses(record: ObjectRecord, blobs: BlobStore): Promise<Loss[] | undefined> {
  const sha256 = record.inputs?.files['template']?.sha256
  const bytes = sha256 === undefined ? undefined : await blobs.get(sha256)
  if (bytes === undefined) return undefined
  try {
    const { Resources: resources } = parseTemplate(new TextDecoder().decode(bytes)).value
    if (!isObject(resources)) return undefined
    return Object.entries(resources).flatMap(([id, resource]): Loss[] => {
      if (!isObject(resource)) return []
      const { Type: type, DeletionPolicy: policy } = resource
      const stays = typeof policy === 'string' && isKept(policy) ? { stays: policy } : {}
      return [{ id, type: String(type), ...stays }]
    })
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return undefined
    throw error
  }
}

function isKept(policy: string): boolean {
  return policy.startsWith('Retain') || policy === 'Snapshot'
}
