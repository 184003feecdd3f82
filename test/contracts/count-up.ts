import { HeadwaterError } from '../../src/api/errors.ts'
import type { Store } from '../../src/store/store.ts'
import { recordKey } from './store-ground.ts'

/**
 * Raises the generation until so many writes were acknowledged, and counts the others: a conflict can hide a write of
 * ours too, one that landed unanswered and was overtaken before we asked again.
 */
export async function countUp(
  store: Store,
  times: number,
): Promise<{ acknowledged: number; unknown: number }> {
  const tally = { acknowledged: 0, unknown: 0 }
  while (tally.acknowledged < times) {
    try {
      const read = await store.get(recordKey)
      if (read === undefined) throw new Error('the record is gone')
      await store.put({ ...read.record, generation: read.record.generation + 1 }, read.version)
      tally.acknowledged++
    } catch (error) {
      if (!(error instanceof HeadwaterError) || error.class !== 'backoff') throw error
      tally.unknown++
    }
  }
  return tally
}
