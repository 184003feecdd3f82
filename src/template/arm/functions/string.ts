import { formatComposite } from '../format-text.ts'
import { guid, uniqueString } from '../hash.ts'
import { jsonLine } from '../json-text.ts'
import { toJson } from '../render.ts'
import { type Value, isList, isObject, isSame } from '../value.ts'
import {
  type Context,
  type FunctionTable,
  integerAt,
  listAt,
  refuseArgument,
  refuseCall,
  textAt,
  texts,
  whole,
} from './function.ts'

/** Functions on text. Comparisons without regard to letter case are ARM's, function by function. */
export const stringFunctions: FunctionTable = {
  endsWith: whole(2, 2, (args, context) => {
    const [text = '', end = ''] = texts(args, context)
    return text.toLowerCase().endsWith(end.toLowerCase())
  }),
  format: whole(1, Infinity, (args, context) => formatComposite(textAt(args, 0, context), args.slice(1))),
  guid: whole(1, Infinity, (args, context) => guid(...texts(args, context))),
  indexOf: whole(2, 2, ([where, what], context) => {
    if (isList(where)) return where.findIndex((item) => isSame(item, what ?? null))
    const [text = '', part = ''] = texts([where ?? null, what ?? null], context)
    return text.toLowerCase().indexOf(part.toLowerCase())
  }),
  join: whole(2, 2, (args, context) =>
    listAt(args, 0, context)
      .map((item) => scalarText(item, context))
      .join(textAt(args, 1, context)),
  ),
  lastIndexOf: whole(2, 2, ([where, what], context) => {
    if (isList(where)) return where.findLastIndex((item) => isSame(item, what ?? null))
    const [text = '', part = ''] = texts([where ?? null, what ?? null], context)
    // .NET finds an empty part at the last character, not behind it.
    if (part === '') return Math.max(0, text.length - 1)
    return text.toLowerCase().lastIndexOf(part.toLowerCase())
  }),
  like: whole(2, 2, (args, context) => {
    const [text = '', pattern = ''] = texts(args, context)
    return isLike(text.toLowerCase(), pattern.toLowerCase())
  }),
  newGuid: whole(0, 0, (_, { frame }) => frame.world.surroundings.newGuid?.()),
  padLeft: whole(2, 3, (args, context) => {
    const [value] = args
    const text = typeof value === 'number' ? String(value) : textAt(args, 0, context)
    const pad = args.length > 2 ? textAt(args, 2, context) : ' '
    return text.padStart(integerAt(args, 1, context), pad.slice(0, 1) || ' ')
  }),
  replace: whole(3, 3, (args, context) => {
    const [text = '', part = '', by = ''] = texts(args, context)
    return part === ''
      ? refuseCall(context, 'cannot replace an empty string')
      : text.replaceAll(part, () => by)
  }),
  split: whole(2, 2, (args, context) => {
    const delimiters = isList(args[1]) ? texts(args[1], context) : [textAt(args, 1, context)]
    return splitBy(
      textAt(args, 0, context),
      delimiters.filter((delimiter) => delimiter !== ''),
    )
  }),
  startsWith: whole(2, 2, (args, context) => {
    const [text = '', start = ''] = texts(args, context)
    return text.toLowerCase().startsWith(start.toLowerCase())
  }),
  string: whole(1, 1, ([value], context) => toText(value, context)),
  substring: whole(2, 3, substring),
  toLower: whole(1, 1, (args, context) => textAt(args, 0, context).toLowerCase()),
  toUpper: whole(1, 1, (args, context) => upperCase(textAt(args, 0, context))),
  trim: whole(1, 1, (args, context) => textAt(args, 0, context).trim()),
  uniqueString: whole(1, Infinity, (args, context) => uniqueString(...texts(args, context))),
}

/** Letter by letter, as .NET does it: `ß` stays. */
function upperCase(text: string): string {
  return Array.from(text, (char) => {
    const upper = char.toUpperCase()
    return upper.length === char.length ? upper : char
  }).join('')
}

function scalarText(value: Value, context: Context): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return refuseCall(context, 'joins strings, numbers and booleans only')
}

function toText(value: Value | undefined, context: Context): string {
  if (isList(value) || isObject(value)) return jsonLine(toJson(value))
  if (typeof value === 'string' || typeof value === 'boolean' || Number.isInteger(value))
    return scalarText(value ?? null, context)
  return refuseArgument(context, 0, 'an integer, a string, a boolean, an object or an array', value)
}

/** Whether a text is what a pattern with stars for anything describes. */
function isLike(text: string, pattern: string): boolean {
  const [start = '', ...parts] = pattern.split('*')
  const end = parts.pop()
  if (end === undefined) return text === pattern
  if (!text.startsWith(start)) return false
  let at = start.length
  for (const part of parts) {
    const found = text.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return text.length - end.length >= at && text.endsWith(end)
}

function splitBy(text: string, delimiters: readonly string[]): string[] {
  if (delimiters.length === 0) return [text]
  const parts: string[] = []
  let start = 0
  for (let at = 0; at < text.length;) {
    const found = delimiters.find((delimiter) => text.startsWith(delimiter, at))
    if (found === undefined) at += 1
    else {
      parts.push(text.slice(start, at))
      at += found.length
      start = at
    }
  }
  return [...parts, text.slice(start)]
}

function substring(args: readonly Value[], context: Context): string {
  const text = textAt(args, 0, context)
  const start = integerAt(args, 1, context)
  const length = args.length > 2 ? integerAt(args, 2, context) : text.length - start
  if (start < 0 || length < 0 || start + length > text.length)
    return refuseCall(
      context,
      `reaches out of its text: start ${start}, length ${length}, and the text has ${text.length} characters`,
    )
  return text.slice(start, start + length)
}
