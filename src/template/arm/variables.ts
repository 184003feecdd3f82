import { evaluateJson, readLoop, runLoop } from './evaluate.ts'
import type { Frame } from './frame.ts'
import { invalid } from './problem.ts'
import type { ArmTemplate } from './types.ts'
import { type Value, isJsonList, isJsonObject, jsonMember } from './value.ts'

/** The variables of one deployment. */
export interface Variables {
  readonly names: readonly string[]
  /** A variable's value; undefined for one that does not exist. */
  readonly get: (name: string) => Value | undefined
}

/** Variables of a template, each worked out when first asked for. */
export function createVariables(template: ArmTemplate, frame: () => Frame): Variables {
  const section = jsonMember(template, 'variables')
  const written = isJsonObject(section) ? section : {}
  const makers = new Map<string, { name: string; make: () => Value }>()
  for (const [name, json] of Object.entries(written)) {
    if (name === 'copy' && isJsonList(json)) {
      for (const [index, copy] of json.entries()) {
        const loopName = jsonMember(copy, 'name')
        if (typeof loopName !== 'string') continue
        const path = ['variables', 'copy', index]
        const make = (): Value => runLoop(readLoop(copy, frame(), path), frame(), true)
        makers.set(loopName.toLowerCase(), { name: loopName, make })
      }
    } else
      makers.set(name.toLowerCase(), { name, make: () => evaluateJson(json, frame(), ['variables', name]) })
  }
  const values = new Map<string, Value>()
  const pending = new Set<string>()
  return {
    names: Array.from(makers.values(), ({ name }) => name),
    get(asked) {
      const key = asked.toLowerCase()
      const known = values.get(key)
      const found = makers.get(key)
      if (known !== undefined || found === undefined) return known
      if (pending.has(key)) return invalid(`the variable '${found.name}' refers to itself`)
      pending.add(key)
      try {
        const value = found.make()
        values.set(key, value)
        return value
      } finally {
        pending.delete(key)
      }
    },
  }
}
