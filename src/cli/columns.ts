import { cloudIdOf } from './cloud.ts'
import { findCondition } from '../api/condition.ts'
import type { ObjectRecord } from '../api/record.ts'
import { describe, formatAge } from './describe.ts'
import type { Io } from './io.ts'
import { paintFor, paintReady } from './paint.ts'
import type { Cell } from './table.ts'

/** The columns of `get`. */
export interface ObjectColumns {
  headers: string[]
  row(record: ObjectRecord, now: number): Cell[]
}

/** Flux's columns; `wide` adds where the object lives in its cloud and how long it has been as it is. */
export function objectColumns(options: {
  io: Pick<Io, 'color'>
  isWide: boolean
  hasNamespace: boolean
  hasKind: boolean
}): ObjectColumns {
  const { isWide, hasNamespace, hasKind } = options
  const paint = paintFor(options.io)
  return {
    headers: [
      ...(hasNamespace ? ['NAMESPACE'] : []),
      'NAME',
      'REVISION',
      'SUSPENDED',
      'READY',
      ...(isWide ? ['SINCE', 'WHERE', 'DECLARED IN'] : []),
      'MESSAGE',
    ],
    row(record, now) {
      const { namespace, typedName, name, revision, isSuspended, ready, message } = describe(record, now)
      return [
        ...(hasNamespace ? [namespace] : []),
        hasKind ? typedName : name,
        revision,
        isSuspended ? { text: 'True', paint: paint.busy } : 'False',
        { text: ready, paint: paintReady(paint, ready) },
        ...(isWide ? [since(record, now), whereOf(record), declaredIn(record)] : []),
        message,
      ]
    },
  }
}

function since(record: ObjectRecord, now: number): string {
  const ready = findCondition(record.status.conditions, 'Ready')
  return ready === undefined ? '' : formatAge(Date.parse(ready.lastTransitionTime), now)
}

function whereOf(record: ObjectRecord): string {
  const { spec } = record
  const cloudId = cloudIdOf(record)
  if (cloudId !== undefined) return cloudId
  if (typeof spec['url'] === 'string') return spec['url']
  if (typeof spec['path'] === 'string') return spec['path']
  return typeof spec['region'] === 'string' ? spec['region'] : ''
}

function declaredIn({ origin }: ObjectRecord): string {
  return origin === undefined ? 'settings' : `${origin.file}:${origin.line}`
}
