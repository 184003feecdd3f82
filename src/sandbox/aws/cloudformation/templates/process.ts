import type { GivenParameter } from '../../../../template/cloudformation/parameters.ts'
import type { Place, World } from '../world.ts'
import type { JsonObject, StackTemplate } from '../model.ts'
import type { ReadTemplate } from './load.ts'

/** A transform that went wrong; in a change set this is its StatusReason. */
export class TransformError extends Error {
  override readonly name = 'TransformError'
}

/** Runs a template's transforms; one without any is as it was. Rejects with TransformError. */
export async function processTemplate(
  world: World,
  place: Place,
  read: ReadTemplate,
  given: readonly GivenParameter[],
): Promise<StackTemplate> {
  void world
  void place
  void given
  const processed: JsonObject = read.value
  return { body: read.body, processed, transforms: read.transforms }
}
