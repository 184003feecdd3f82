import type { Operation } from '../../api/record.ts'
import type { Progress } from '../target.ts'
import { field, textField } from './arm-error.ts'

/**
 * How many of a deployment's operations have come to rest. ARM lists them as they begin, so the total grows; what the
 * template holds is known from the start. Pure.
 */
export function progressOf(operations: readonly unknown[], operation: Operation): Progress | undefined {
  const creating = operations.filter((one) => {
    const kind = textField(field(one, 'properties'), 'provisioningOperation')?.toLowerCase()
    return kind === undefined || kind === 'create'
  })
  if (creating.length === 0) return undefined
  const stateOf = (one: unknown) => textField(field(one, 'properties'), 'provisioningState')?.toLowerCase()
  const done = creating.filter((one) => stateOf(one) === 'succeeded')
  const running = creating.find((one) => stateOf(one) !== 'succeeded' && stateOf(one) !== 'failed')
  const target = field(field(running, 'properties'), 'targetResource')
  const name = textField(target, 'resourceName')
  const current =
    name === undefined ? {} : { current: `${textField(target, 'resourceType') ?? ''} ${name}`.trim() }
  const planned = Number(operation.data['total'] ?? '0')
  return { done: done.length, total: Math.max(planned, creating.length), ...current }
}
