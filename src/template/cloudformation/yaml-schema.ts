import type { CollectionTag, ScalarTag, Tags } from 'yaml'

/** CloudFormation reads a whole number only without a leading zero: `0123456789` (an account id) keeps its zero. */
const WHOLE_NUMBER = /^[-+]?(?:0|[1-9][0-9_]*)$/

/**
 * YAML 1.1 as CloudFormation reads it: `Yes` and `on` are booleans, but a date stays text (AWSTemplateFormatVersion
 * is one) and so does a number that would lose digits. Merge keys, sets and binaries are not part of it.
 */
export const yamlSchema = {
  version: '1.1' as const,
  schema: 'yaml-1.1',
  merge: false,
  stringKeys: false,
  customTags: (tags: Tags): Tags => tags.filter((tag) => !isLeftOut(tag)).map(adapted),
}

const LEFT_OUT = ['timestamp', 'binary', 'omap', 'pairs', 'set', 'merge']

function isLeftOut(tag: Tags[number]): boolean {
  const name = typeof tag === 'string' ? tag : tag.tag.replace('tag:yaml.org,2002:', '')
  return LEFT_OUT.includes(name)
}

function adapted(tag: Tags[number]): Tags[number] {
  if (typeof tag === 'string') return tag
  if (isPlainInteger(tag)) return { ...tag, test: WHOLE_NUMBER, resolve: wholeNumber }
  if (tag.tag === 'tag:yaml.org,2002:float') return without(tag, NO_MANTISSA)
  return tag.tag === 'tag:yaml.org,2002:bool' ? without(tag, LETTER) : tag
}

/** `Y` and `N` are letters to CloudFormation, though YAML 1.1 has them as booleans (its parser, SnakeYAML, does not). */
const LETTER = /^[YyNn]$/

/** `e1` is a name, no power of nothing. */
const NO_MANTISSA = /^[-+]?\.?[eE]/

/** The same tag for all its texts but some. */
function without(tag: CollectionTag | ScalarTag, texts: RegExp): CollectionTag | ScalarTag {
  const { test } = tag as ScalarTag
  return test === undefined
    ? tag
    : ({ ...tag, test: new RegExp(`(?!${texts.source})${test.source}`, test.flags) } as ScalarTag)
}

/** The decimal one among the integer tags: the others have a `format`. */
function isPlainInteger(tag: CollectionTag | ScalarTag): tag is ScalarTag {
  return tag.tag === 'tag:yaml.org,2002:int' && !('format' in tag && tag.format !== undefined)
}

function wholeNumber(text: string): number | string {
  const value = Number(text.replaceAll('_', ''))
  return Number.isSafeInteger(value) ? value : text
}
