import type { ExpandedResource } from '../../../template/arm/index.ts'
import { keyOf } from '../ids.ts'

/** What each resource waits for, by key: what it depends on, and in a serial copy the batch before its own. */
export function afterOf(resources: readonly ExpandedResource[]): Map<string, string[]> {
  const batches = new Map<string, string[]>()
  for (const resource of resources) {
    const batch = batchOf(resource)
    if (batch !== undefined) {
      const key = `${batch.name}|${batch.number}`
      batches.set(key, [...(batches.get(key) ?? []), keyOf(resource.id)])
    }
  }
  return new Map(
    resources.map((resource) => {
      const batch = batchOf(resource)
      const earlier = batch === undefined ? [] : (batches.get(`${batch.name}|${batch.number - 1}`) ?? [])
      return [keyOf(resource.id), [...resource.dependsOn.map((id) => keyOf(id)), ...earlier]]
    }),
  )
}

function batchOf({ copy }: ExpandedResource): { name: string; number: number } | undefined {
  if (copy?.mode !== 'serial') return undefined
  return { name: copy.name.toLowerCase(), number: Math.floor(copy.index / (copy.batchSize ?? 1)) }
}
