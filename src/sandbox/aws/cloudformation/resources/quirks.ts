import type { StackResource } from '../model.ts'

/** What a service refuses by itself although the schema allows it; while it is made, and again while it is deleted. */
export function serviceRefusal(resource: StackResource): string | undefined {
  return QUIRKS[resource.type]?.(resource)
}

const QUIRKS: Readonly<Record<string, (resource: StackResource) => string | undefined>> = {
  'AWS::IAM::Policy': ({ properties }) =>
    ['Groups', 'Roles', 'Users'].some((name) => nonEmptyList(properties[name]))
      ? undefined
      : 'At least one of [Groups,Roles,Users] must be non-empty.',
}

function nonEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0
}
