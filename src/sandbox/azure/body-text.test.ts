import { describe, expect, it } from 'vitest'
import { BodySyntaxError, parseBody } from './body-text.ts'

describe('bodies', () => {
  it.each([
    {
      name: 'JSON',
      text: '{"a":[1,-2.5e3,true,false,null,"\\u00e9\\n"]}',
      want: { a: [1, -2500, true, false, null, 'é\n'] },
    },
    { name: 'a byte-order mark', text: '\uFEFF{"a":1}', want: { a: 1 } },
    {
      name: 'names without quotes',
      text: '{template: {$schema: "s", a-b: 1}}',
      want: { template: { $schema: 's', 'a-b': 1 } },
    },
    { name: 'comments', text: '/* a */ { // b\n "c": 1, /* d\n */ "e": "//f" }', want: { c: 1, e: '//f' } },
    { name: 'a long comment', text: `{ //${'x'.repeat(5000)}\n"a": 1 }`, want: { a: 1 } },
    { name: 'trailing commas', text: '{"a":[1,2,],}', want: { a: [1, 2] } },
    { name: 'single quotes', text: "{'a':'b\"c'}", want: { a: 'b"c' } },
    { name: 'strings over lines', text: '{a: "one\n  two"}', want: { a: 'one\n  two' } },
    {
      name: 'a name that objects have',
      text: '{"__proto__": {"a": 1}, b: 2}',
      want: JSON.parse('{"__proto__": {"a": 1}, "b": 2}'),
    },
  ])('$name', ({ text, want }) => {
    expect(parseBody(text).value).toEqual(want)
  })

  it('gives a part back as it was written', () => {
    const template = '{ // the file\n  "resources": [\n    ["a"] ] }'
    const { textOf } = parseBody(`{"properties": {"mode": "Incremental", template: ${template}}}`)
    expect(textOf(['properties', 'template'])).toBe(template)
    expect(textOf(['properties', 'template', 'resources', 0])).toBe('["a"]')
    expect(textOf(['properties', 'mode'])).toBe('"Incremental"')
    expect(textOf(['properties', 'parameters'])).toBeUndefined()
  })

  it.each([
    { text: '{"a":\n  oops}', want: "'oops' is no value at line 2, column 3" },
    { text: '{"a" 1}', want: "':' is missing after the name 'a' at line 1, column 6" },
    { text: '{"a":1 "b":2}', want: "',' or '}' is missing at line 1, column 8" },
    { text: '[1 2]', want: "',' or ']' is missing at line 1, column 4" },
    { text: '{"a":"b', want: 'a string without end at line 1, column 8' },
    { text: '{} x', want: 'more text after the end at line 1, column 4' },
    { text: '', want: 'a value is missing at line 1, column 1' },
    { text: '{/* a', want: 'a name is missing at line 1, column 2' },
    { text: '["\\u12"]', want: 'an escape that is none at line 1, column 5' },
    { text: '['.repeat(300), want: 'more than 200 levels at line 1, column 201' },
  ])('says where $text ends to be one', ({ text, want }) => {
    expect(() => parseBody(text)).toThrow(BodySyntaxError)
    expect(() => parseBody(text)).toThrow(want)
  })
})
