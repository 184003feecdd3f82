import { expect, it } from 'vitest'
import { splitScheme } from './scheme.ts'

it.each([
  { url: 'memory:', want: { scheme: 'memory', rest: '' } },
  { url: 'SQLITE:///a b/c%20', want: { scheme: 'sqlite', rest: '/a b/c%20' } },
  { url: 'sqlite:relative', want: { scheme: 'sqlite', rest: 'relative' } },
  { url: 'env://NAME', want: { scheme: 'env', rest: 'NAME' } },
  { url: 'aws-sm://a/b#key', want: { scheme: 'aws-sm', rest: 'a/b', fragment: 'key' } },
  {
    url: 'aws-sm://arn:aws:secretsmanager:eu-west-1:1:secret:x#k#l',
    want: { scheme: 'aws-sm', rest: 'arn:aws:secretsmanager:eu-west-1:1:secret:x', fragment: 'k#l' },
  },
  { url: 's3://b/p?region=eu-west-1', want: { scheme: 's3', rest: 'b/p' }, query: { region: 'eu-west-1' } },
  { url: '/a/path', want: undefined },
  { url: 'C', want: undefined },
  { url: '', want: undefined },
])('cuts "$url"', ({ url, want, query = {} }) => {
  const found = splitScheme(url)
  const { query: foundQuery, ...parts } = found ?? { query: new URLSearchParams() }
  expect(found && parts).toEqual(want)
  expect(Object.fromEntries(foundQuery)).toEqual(query)
})
