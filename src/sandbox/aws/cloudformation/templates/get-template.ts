import { findChangeSet } from '../changesets/lookup.ts'
import { ApiError, validationError } from '../errors.ts'
import { type Input, choice, given } from '../input.ts'
import type { StackTemplate } from '../model.ts'
import { noStackWithId, stackOf } from '../stacks/lookup.ts'
import type { Call } from '../world.ts'

/** GetTemplate: as it was sent, or as it was read after its transforms. */
export function getTemplate(call: Call, input: Input): Record<string, unknown> {
  const stage = choice(input, 'TemplateStage', ['Original', 'Processed']) ?? 'Original'
  const template = templateOf(call, input)
  return {
    TemplateBody:
      stage === 'Processed' && template.transforms.length > 0
        ? JSON.stringify(template.processed)
        : template.body,
    StagesAvailable: ['Original', 'Processed'],
  }
}

function templateOf(call: Call, input: Input): StackTemplate {
  if (given(input, 'ChangeSetName')) {
    const set = findChangeSet(call, input)
    if (set === undefined)
      throw new ApiError(
        'ChangeSetNotFound',
        `ChangeSet [${String(input['ChangeSetName'])}] does not exist`,
        404,
      )
    return set.template
  }
  if (!given(input, 'StackName'))
    throw validationError('Either StackName or ChangeSetName must be specified.')
  const stack = stackOf(call, input, noStackWithId)
  if (stack.configuration === undefined) throw noStackWithId(stack.name)
  return stack.configuration.template
}
