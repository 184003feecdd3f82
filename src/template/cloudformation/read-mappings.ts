import type { Report } from './problem.ts'
import { checkName, readSection } from './sections.ts'
import { type JsonObject, type TemplatePath, isObject, isScalar } from './value.ts'

/** The template's mappings: two levels of keys above a scalar or a list. An included one is left as it stands. */
export function readMappings(source: JsonObject, report: Report): ReadonlyMap<string, JsonObject> {
  const mappings = new Map<string, JsonObject>()
  for (const [name, mapping] of Object.entries(readSection(source, 'Mappings', report))) {
    const path = ['Mappings', name]
    if (name.startsWith('Fn::')) continue
    checkName('Mappings', name, path, report)
    if (!isObject(mapping)) {
      malformed(mapping, path, report)
      continue
    }
    if (!('Fn::Transform' in mapping)) checkMapping(mapping, path, report)
    mappings.set(name, mapping)
  }
  return mappings
}

function checkMapping(mapping: JsonObject, path: TemplatePath, report: Report): void {
  for (const [key, attributes] of Object.entries(mapping)) {
    const keyPath = [...path, key]
    checkKey('element', key, keyPath, report)
    if (!isObject(attributes)) malformed(attributes, keyPath, report)
    else
      for (const [attribute, value] of Object.entries(attributes)) {
        const attributePath = [...keyPath, attribute]
        if (attribute.startsWith('Fn::')) continue
        checkKey('attribute', attribute, attributePath, report)
        if (value !== null && !isScalar(value) && !Array.isArray(value))
          report({
            path: attributePath,
            message: 'Template format error: Every Mappings attribute must be a String or a List.',
            advice: 'a mapping ends in a text or a list; functions are not possible here',
          })
      }
  }
}

function checkKey(kind: string, key: string, path: TemplatePath, report: Report): void {
  if (/^[A-Za-z0-9.-]+$/.test(key)) return
  report({
    path,
    message: `Template format error: Mappings ${kind} name '${key}' must be non-empty and can contain only alphanumerics, '-' or '.'`,
    advice: `"${key}" is no key of a mapping: only letters, digits, "-" and "." are allowed`,
  })
}

function malformed(value: unknown, path: TemplatePath, report: Report): void {
  if (value === null) return
  report({
    path,
    message: `Template format error: Every Mappings member ${path.at(-1)} must be a map`,
    advice: 'a mapping has two levels of keys: map, key, attribute',
  })
}
