import { LANGUAGE_EXTENSIONS } from './template.ts'
import { type JsonObject, isObject } from './value.ts'

/** Which transforms a template names, and what that allows in it. */
export interface Dialect {
  /** Names of the transforms in the header, in their order. */
  transforms: readonly string[]
  languageExtensions: boolean
  /**
   * A macro other than the language extensions rewrites the whole template: what it names, and of what types, only
   * its output can tell.
   */
  rewritten: boolean
}

/** Reads the header's Transform: a name, a list of names, or objects with a Name. */
export function dialectOf(source: JsonObject): Dialect {
  const declared: unknown = source['Transform']
  const list: readonly unknown[] = Array.isArray(declared)
    ? declared
    : declared === undefined
      ? []
      : [declared]
  const transforms = list.flatMap((item) => {
    const name = isObject(item) ? item['Name'] : item
    return typeof name === 'string' ? [name] : []
  })
  return {
    transforms,
    languageExtensions: transforms.includes(LANGUAGE_EXTENSIONS),
    rewritten: transforms.some(
      (name) => name !== LANGUAGE_EXTENSIONS && name !== 'AWS::SecretsManager-2020-07-23',
    ),
  }
}
