import { describe, expect, test } from 'vitest'
import { bicepLiteral, parametersText } from './literal.ts'
import { readTokens } from './tokens.ts'

describe('bicepLiteral', () => {
  test.each([
    { value: 3, want: '3' },
    { value: 1.5, want: "json('1.5')" },
    { value: true, want: 'true' },
    { value: null, want: 'null' },
    { value: [1, 'a'], want: "[\n1\n'a'\n]" },
    { value: { 'a-b': { c: [] } }, want: "{\n'a-b': {\n'c': [\n\n]\n}\n}" },
  ])('$want', ({ value, want }) => expect(bicepLiteral(value)).toBe(want))

  test.each(["it's", '${x}', String.raw`\n`, 'a\nb\u0000', '$', "''' '"])(
    'the text %j is read back',
    (text) => {
      expect(readTokens(bicepLiteral(text)).map(({ value }) => value)).toEqual([text])
    },
  )
})

test('parametersText gives values and references, and leaves out what is no name', () => {
  const reference = {
    keyVault: { id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v' },
    secretName: 'n',
  }
  expect(
    parametersText('main.json', {
      a: { value: 1 },
      b: { reference },
      c: { reference: {} },
      'd-e': { value: 1 },
    }),
  ).toBe("using 'main.json'\nparam a = 1\nparam b = az.getSecret('s', 'g', 'v', 'n')\nparam c = any('')\n")
})
