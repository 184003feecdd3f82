import { gatewayError } from './errors.ts'
import { placeOf } from './ids.ts'
import type { Json } from './json.ts'
import { member, objectMember, textMember } from './json.ts'

/**
 * What an OData `$filter` keeps, as far as ARM's lists take one: comparisons with `eq` and `ne`, `substringof`, and
 * `startswith`, joined by `and` and `or`. Throws ARM's 400 for what it does not understand.
 */
export function createFilter(text: string | undefined): (item: Json) => boolean {
  if (text === undefined || text.trim() === '') return () => true
  const any = text
    .split(/\s+or\s+/i)
    .map((side) => side.split(/\s+and\s+/i).map((term) => termOf(term.trim(), text)))
  return (item) => any.some((all) => all.every((term) => term(item)))
}

type Term = (item: Json) => boolean

function termOf(term: string, whole: string): Term {
  const plain = /^\(.*\)$/.test(term) ? term.slice(1, -1) : term
  const compared = /^([\w/]+)\s+(eq|ne)\s+'([^']*)'$/i.exec(plain)
  if (compared !== null) {
    const [, name = '', operator = '', wanted = ''] = compared
    return (item) => same(item, name, wanted) === (operator.toLowerCase() === 'eq')
  }
  const contained = /^substringof\('([^']*)',\s*([\w/]+)\)/i.exec(plain)
  if (contained !== null) {
    const [, part = '', name = ''] = contained
    return (item) => texts(item, name).some((text) => text.includes(part.toLowerCase()))
  }
  const begun = /^startswith\(([\w/]+),\s*'([^']*)'\)/i.exec(plain)
  if (begun !== null) {
    const [, name = '', part = ''] = begun
    return (item) => texts(item, name).some((text) => text.startsWith(part.toLowerCase()))
  }
  throw gatewayError(
    400,
    'InvalidFilterInQueryString',
    `Invalid $filter '${whole}' specified in the query string.`,
  )
}

function same(item: Json, name: string, wanted: string): boolean {
  return texts(item, name).includes(wanted.toLowerCase())
}

/** The texts that a name of the filter stands for, in lower case. */
function texts(item: Json, name: string): string[] {
  const tags = objectMember(item, 'tags')
  const lower = name.toLowerCase()
  if (lower === 'tagname') return Object.keys(tags).map((key) => key.toLowerCase())
  if (lower === 'tagvalue') return Object.values(tags).map((value) => plainText(value))
  if (lower === 'resourcegroup')
    return [placeOf(textMember(item, 'id') ?? '').resourceGroup?.toLowerCase() ?? '']
  const value = name
    .replace(/^resourceType$/i, 'type')
    .split('/')
    .reduce<Json | undefined>((at, key) => member(at, key), item)
  return value === undefined ? [] : [plainText(value)]
}

function plainText(value: Json): string {
  return (typeof value === 'object' ? JSON.stringify(value) : String(value)).toLowerCase()
}
