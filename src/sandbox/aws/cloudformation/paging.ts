import { validationError } from './errors.ts'
import { type Input, text } from './input.ts'

/** One page of a list, with the token of the next one if there is more. */
export function page<Item>(
  input: Input,
  items: readonly Item[],
  size: number,
): { items: Item[]; NextToken?: string } {
  const token = text(input, 'NextToken')
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString('utf8'))
  if (!Number.isInteger(start) || start < 0) throw validationError('Invalid pagination token')
  const end = start + size
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { NextToken: Buffer.from(String(end)).toString('base64url') } : {}),
  }
}
