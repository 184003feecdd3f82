import type { ObjectRecord } from '../api/record.ts'
import { keyOf } from '../api/record.ts'
import { displayKey } from '../api/reference.ts'
import { dependencyKeys } from '../reconcile/dependencies.ts'
import { sourceKeyOf } from '../reconcile/repository.ts'
import { isSuspended } from '../reconcile/suspend.ts'

/** What becomes of an object that a person wants gone. */
export type Parting =
  | { type: 'deleted' }
  | { type: 'forgotten' }
  | { type: 'refused'; /** After the object's name. */ why: string }

/** What the spec, git and the neighbours allow. Pure. */
export function partingOf(record: ObjectRecord, all: readonly ObjectRecord[], now: number): Parting {
  const key = keyOf(record)
  if (record.owner === undefined && record.origin === undefined) {
    return {
      type: 'refused',
      why: 'is declared by the settings of the controller; change HEADWATER_SOURCE_URL',
    }
  }
  if (record.deletion !== undefined) return { type: 'refused', why: 'is on its way out already' }
  const owner = all.find((other) => keyOf(other) === record.owner)
  const isDeclared = owner !== undefined && (owner.status.inventory?.includes(key) ?? false)
  if (isDeclared && !isSuspended(owner, now)) {
    const where = record.origin === undefined ? '' : ` in ${record.origin.file}:${record.origin.line}`
    return {
      type: 'refused',
      why: `is declared by git${where}; remove it there, or suspend ${displayKey(keyOf(owner))} first`,
    }
  }
  const dependents = all.filter((other) => isNeededBy(record, other) && other.deletion === undefined)
  if (dependents.length > 0) {
    const names = dependents.slice(0, 5).map((other) => displayKey(keyOf(other)))
    return { type: 'refused', why: `is needed by ${names.join(', ')}; let those go first` }
  }
  const isDeleted = record.kind === 'Kustomization' || record.spec['deletionPolicy'] === 'Delete'
  return { type: isDeleted ? 'deleted' : 'forgotten' }
}

function isNeededBy(record: ObjectRecord, other: ObjectRecord): boolean {
  const key = keyOf(record)
  const isReader =
    record.kind === 'GitRepository' && other.kind === 'Kustomization' && sourceKeyOf(other) === key
  return isReader || dependencyKeys(other).includes(key)
}
