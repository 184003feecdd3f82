import type { ObjectRecord, PackagedInputs } from '../../api/record.ts'
import { keyOf, recordSchema } from '../../api/record.ts'
import { isBelow } from '../../api/tree-path.ts'
import type { BuiltObject } from '../../build/index.ts'
import { inputChanges } from '../input-changes.ts'
import { visibleParametersOf } from '../visible-parameters.ts'
import type { Candidate } from './candidate.ts'
import type { Desired } from './desired.ts'
import type { Planner } from './planners/index.ts'

/** What differs between what is declared and what the store holds. */
export interface Comparison {
  candidates: Candidate[]
  /** Keys of those that are as they are declared. */
  unchanged: string[]
}

/** Compares by digest, as the controller does: the same digest means that nothing would be called. */
export async function compare(
  desired: Desired,
  records: readonly ObjectRecord[],
  planners: ReadonlyMap<string, Planner>,
): Promise<Comparison> {
  const byKey = new Map(records.map((record) => [keyOf(record), record]))
  const candidates: Candidate[] = []
  const unchanged: string[] = []
  for (const object of desired.result.objects) {
    const planner = planners.get(object.kind)
    if (planner === undefined) continue
    const key = keyOf(object)
    if (desired.result.withheld.has(key)) continue
    const before = byKey.get(key)
    const { inputs, files } = packageLocally(object, desired, planner)
    if (
      before !== undefined &&
      inputs.digest === (before.status.lastAppliedDigest ?? before.inputs?.digest)
    ) {
      unchanged.push(key)
      continue
    }
    const after = recordOf(object, inputs, before)
    const visible = await visibleParametersOf(object.kind, inputs, async (sha256) => files.get(sha256))
    candidates.push({
      key,
      after,
      files,
      inputs: before === undefined ? [] : inputChanges(before, after, visible),
      ...(before === undefined ? {} : { before }),
    })
  }
  return { candidates: [...candidates, ...leaving(desired, records, planners)], unchanged }
}

/** What git declared below the folder that was looked at, and the folder does not declare now. */
function leaving(
  desired: Desired,
  records: readonly ObjectRecord[],
  planners: ReadonlyMap<string, Planner>,
): Candidate[] {
  const declared = new Set([...desired.result.objects.map(keyOf), ...desired.result.withheld.keys()])
  return records
    .filter((record) => planners.has(record.kind) && !declared.has(keyOf(record)))
    .filter(({ origin }) => origin !== undefined && isBelow(desired.below, origin.file))
    .map((before) => ({ key: keyOf(before), before, inputs: [], files: new Map<string, Uint8Array>() }))
}

function packageLocally(object: BuiltObject, desired: Desired, { target }: Planner) {
  const { bodies = new Map<string, Uint8Array>(), ...made } = desired.result.inputs.get(keyOf(object)) ?? {
    files: {},
  }
  const digest = target.digest(object.spec, made.files)
  const inputs: PackagedInputs = { revision: desired.label, ...made, digest }
  return { inputs, files: new Map(bodies) }
}

function recordOf(
  object: BuiltObject,
  inputs: PackagedInputs,
  before: ObjectRecord | undefined,
): ObjectRecord {
  const { kind, namespace, name, spec, origin } = object
  const fresh = { schema: recordSchema, generation: 1, status: { conditions: [], observedGeneration: 0 } }
  return { ...fresh, ...before, kind, namespace, name, spec, origin, inputs }
}
