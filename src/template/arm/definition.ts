import { invalid } from './problem.ts'
import type { ArmPath, Json, JsonObject } from './types.ts'
import { isJsonObject, jsonMember } from './value.ts'

/** The type of a parameter, output or of a part of one, `$ref`s followed. */
export interface Definition {
  /** In lower case: `string`, `securestring`, `int`, `bool`, `object`, `secureobject`, `array`; empty for any. */
  readonly type: string
  /** As written. */
  readonly typeText: string
  readonly nullable: boolean
  readonly json: JsonObject
}

/** Deeper than any chain of `$ref`s that a person or compiler writes. */
const MAX_REFERENCES = 64

/** A definition with the `$ref`s that lead to another one followed; what is written beside a `$ref` wins. */
export function readDefinition(json: Json | undefined, template: JsonObject, path: ArmPath): Definition {
  let current = isJsonObject(json) ? json : {}
  for (let turn = 0; turn < MAX_REFERENCES; turn += 1) {
    const target = jsonMember(current, '$ref')
    if (typeof target !== 'string') return definitionOf(current)
    const found = followReference(target, template)
    if (found === undefined) return invalid(`the definition '${target}' is not in the template`, path)
    current = { ...found, ...Object.fromEntries(Object.entries(current).filter(([key]) => key !== '$ref')) }
  }
  return invalid(`the definitions refer to each other in a circle`, path)
}

function definitionOf(json: JsonObject): Definition {
  const type = jsonMember(json, 'type')
  const typeText = typeof type === 'string' ? type : ''
  return { type: typeText.toLowerCase(), typeText, nullable: jsonMember(json, 'nullable') === true, json }
}

/** `#/definitions/name/…`, each part escaped as in a JSON pointer. */
function followReference(target: string, template: JsonObject): JsonObject | undefined {
  if (!target.startsWith('#/')) return undefined
  const steps = target
    .slice(2)
    .split('/')
    .map((step) => unescape(step))
  const found = steps.reduce<Json | undefined>((at, step) => {
    if (Array.isArray(at)) return at[Number(step)]
    return jsonMember(at, step)
  }, template)
  return isJsonObject(found) ? found : undefined
}

function unescape(step: string): string {
  const text = step.replaceAll('~1', '/').replaceAll('~0', '~')
  return /%[0-9a-f]{2}/i.test(text) ? safeDecode(text) : text
}

function safeDecode(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  )
}

/** Whether values of a type are secret. */
export function isSecure(definition: Definition): boolean {
  return definition.type.startsWith('secure')
}
