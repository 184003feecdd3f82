import { validationError } from '../errors.ts'
import { type Input, requiredText } from '../input.ts'
import { importersOf } from '../operations/exports.ts'
import { page } from '../paging.ts'
import type { Call } from '../world.ts'

const PAGE = 100

/** ListExports: by name. */
export function listExports(call: Call, input: Input): Record<string, unknown> {
  const exports = [...call.place.exports.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const { items, ...more } = page(input, exports, PAGE)
  return {
    Exports: items.map(({ name, value, stackId }) => ({
      ExportingStackId: stackId,
      Name: name,
      Value: value,
    })),
    ...more,
  }
}

/** ListImports: who imports an export; AWS refuses when nobody does. */
export function listImports(call: Call, input: Input): Record<string, unknown> {
  const name = requiredText(input, 'ExportName')
  const importers = importersOf(call.place, name)
  if (importers.length === 0) throw validationError(`Export '${name}' is not imported by any stack.`)
  const { items, ...more } = page(input, importers, PAGE)
  return { Imports: items, ...more }
}
