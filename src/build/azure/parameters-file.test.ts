import { describe, expect, test } from 'vitest'
import { inlineParameters, mergeParameters, parametersBody } from './parameters.ts'
import { readParametersFile } from './parameters-file.ts'

const vault = { keyVault: { id: '/subscriptions/s/v' }, secretName: 'x' }

describe('readParametersFile', () => {
  const table: { name: string; text: string; want: Record<string, unknown> }[] = [
    {
      name: "ARM's own form",
      text: `{"$schema": "x", "contentVersion": "1.0.0.0", "parameters": {"a": {"value": 1}, "b": {"reference": ${JSON.stringify(vault)}}}}`,
      want: { a: { value: 1 }, b: { reference: vault } },
    },
    {
      name: 'without a schema',
      text: '{"parameters": {"a": {"value": [1, null]}}}',
      want: { a: { value: [1, null] } },
    },
    { name: 'bare parameters', text: '{"a": {"value": "x"}}', want: { a: { value: 'x' } } },
    {
      name: 'bare values',
      text: '{"a": 1, "b": {"c": true}}',
      want: { a: { value: 1 }, b: { value: { c: true } } },
    },
    {
      name: 'a parameter that is called parameters',
      text: '{"parameters": {"value": 1}}',
      want: { parameters: { value: 1 } },
    },
    {
      name: 'comments, a trailing comma, a mark at the start',
      text: '\uFEFF{ // a\n "a": 1, /* b */ }'.slice(1),
      want: { a: { value: 1 } },
    },
    {
      name: 'metadata is no value',
      text: '{"parameters": {"a": {"value": 1, "metadata": {"description": "one"}}}}',
      want: { a: { value: 1, metadata: { description: 'one' } } },
    },
  ]
  test.each(table)('reads $name', ({ text, want }) => {
    const { parameters, problems } = readParametersFile(text)
    expect(problems).toEqual([])
    expect(parameters).toEqual(want)
  })

  test.each([
    {
      name: 'no JSON',
      text: '{"a": }',
      want: [{ line: 1, message: /^the parameters file is not valid JSON/ }],
    },
    {
      name: 'no object',
      text: '[]',
      want: [{ line: 1, message: /^the parameters file is not a JSON object/ }],
    },
    {
      name: 'values that are no parameters, each at its place',
      text: '{"parameters": {\n"a": 1,\n"b": {"value": 1, "reference": {}}}}',
      want: [
        { line: 2, message: /^a: is not a parameter; write \{"value"/ },
        { line: 3, message: /^b: is not a parameter/ },
      ],
    },
    {
      name: 'an external input',
      text: '{"parameters": {"a": {"expression": "[externalInputs(\'x\')]"}}}',
      want: [{ line: 1, message: /^a: needs an external input/ }],
    },
  ])('refuses $name', ({ text, want }) => {
    const { problems } = readParametersFile(text)
    expect(problems).toEqual(
      want.map(({ line, message }) => ({
        line,
        column: expect.any(Number) as number,
        message: expect.stringMatching(message) as string,
      })),
    )
  })

  test('knows where a part of a value is written', () => {
    const file = readParametersFile('{"parameters": {\n  "a": {\n    "value": {\n      "b": 1 } } } }')
    expect(file.locate(['a'])).toEqual({ line: 2, column: 3 })
    expect(file.locate(['a', 'b'])).toEqual({ line: 4, column: 7 })
  })
})

describe('parameters', () => {
  test('those of the document win, whatever the letter case; references and objects that look alike are told apart', () => {
    const inline = inlineParameters({
      parameters: {
        Size: 2,
        key: { reference: vault },
        odd: { reference: vault, more: 1 },
        text: { value: 1 },
      },
    })
    expect(inline).toEqual({
      Size: { value: 2 },
      key: { reference: vault },
      odd: { value: { reference: vault, more: 1 } },
      text: { value: { value: 1 } },
    })
    expect(mergeParameters({ size: { value: 1 }, other: { value: 3 } }, { Size: { value: 2 } })).toEqual({
      Size: { value: 2 },
      other: { value: 3 },
    })
  })

  test('have one text, whatever their order, without what ARM does not take', () => {
    const text = (parameters: Parameters<typeof parametersBody>[0]) =>
      new TextDecoder().decode(parametersBody(parameters))
    const file = readParametersFile(
      '{"parameters": {"b": {"value": 1, "metadata": {}}, "a": {"value": null}}}',
    )
    expect(text(file.parameters)).toBe('{"a":{"value":null},"b":{"value":1}}')
    expect(text({})).toBe('{}')
  })
})
