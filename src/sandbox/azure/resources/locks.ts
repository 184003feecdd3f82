import { ArmError } from '../errors.ts'
import { isBelow, keyOf } from '../ids.ts'
import { objectMember, textMember } from '../json.ts'
import type { World } from '../world.ts'

/** The type of a lock, an extension resource. */
export const lockType = 'Microsoft.Authorization/locks'

/** Refuses what a lock forbids at this id: on it, above it, or (to delete) anywhere below it. */
export function lockRefusal(world: World, id: string, operation: 'write' | 'delete'): ArmError | undefined {
  const scopes = world.graph.below('/').flatMap((lock) => {
    if (lock.type.toLowerCase() !== lockType.toLowerCase() || keyOf(lock.id) === keyOf(id)) return []
    const scope = lock.id.slice(
      0,
      lock.id.toLowerCase().lastIndexOf('/providers/microsoft.authorization/locks/'),
    )
    const level = textMember(objectMember(lock.body, 'properties'), 'level') ?? ''
    const forbids = /^readonly$/i.test(level) || (operation === 'delete' && /^cannotdelete$/i.test(level))
    const reaches = isBelow(id, scope) || (operation === 'delete' && isBelow(scope, id))
    return forbids && reaches ? [scope] : []
  })
  if (scopes.length === 0 || id.toLowerCase().includes('/providers/microsoft.authorization/locks/'))
    return undefined
  const message = `The scope '${id}' cannot perform ${operation} operation because following scope(s) are locked: '${[...new Set(scopes)].join("','")}'. Please remove the lock and try again.`
  return new ArmError(409, { code: 'ScopeLocked', message }, { 'x-ms-failure-cause': 'gateway' })
}
