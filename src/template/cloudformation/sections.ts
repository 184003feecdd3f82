import type { Report } from './problem.ts'
import { type JsonObject, type TemplatePath, isObject } from './value.ts'

/** One of the template's sections as an object; empty when it is not there or, reported, not an object. */
export function readSection(source: JsonObject, name: string, report: Report): JsonObject {
  const section = source[name]
  if (section === undefined || section === null) return {}
  if (isObject(section)) return section
  report({
    path: [name],
    message: `Template format error: Any ${name} member must be an object.`,
    advice: `${name} must be an object of names`,
  })
  return {}
}

const ALPHANUMERIC = /^[A-Za-z0-9]+$/

/** A section's names are letters and digits. `kind` is how CloudFormation calls what is named. */
export function checkName(kind: string, name: string, path: TemplatePath, report: Report): void {
  if (ALPHANUMERIC.test(name)) {
    if (name.length <= 255) return
    report({
      path,
      message: `Template format error: ${kind} name ${name} is longer than 255 characters.`,
      advice: `the name has ${name.length} characters, at most 255 are allowed`,
    })
    return
  }
  report({
    path,
    message: `Template format error: ${kind} name ${name} is non alphanumeric.`,
    advice: `"${name}" is not a name: only letters and digits are allowed`,
  })
}

/** How many of something a template may have. */
export function checkLimit(
  what: string,
  count: number,
  limit: number,
  path: TemplatePath,
  report: Report,
): void {
  if (count <= limit) return
  report({
    path,
    message: `Template format error: Number of ${what}, ${count}, is greater than maximum allowed, ${limit}`,
    advice: `has ${count} ${what}, CloudFormation takes at most ${limit}; split the template into nested stacks`,
  })
}
