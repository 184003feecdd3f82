import { describe, expect, it } from 'vitest'
import { parseArmTemplate } from './index.ts'

const text = `\uFEFF{
  // a comment
  "resources": [
    { "name": "[concat(
        'a')]", "tags": { "__proto__": "x" } }, /* another */
  ],
}`

describe('parsing', () => {
  it('takes comments, trailing commas, strings over lines and a byte order mark', () => {
    expect(parseArmTemplate(text).problems).toEqual([])
    const { template } = parseArmTemplate(text)
    expect(JSON.stringify(template)).toBe(
      JSON.stringify({
        resources: [{ name: "[concat(\n        'a')]", tags: JSON.parse('{"__proto__":"x"}') as object }],
      }),
    )
  })

  it.each([
    [[], { line: 1, column: 2 }],
    [['resources'], { line: 3, column: 3 }],
    [['Resources', 0, 'NAME'], { line: 4, column: 7 }],
    [['resources', 0, 'tags', '__proto__'], { line: 5, column: 27 }],
    [['resources', 7, 'nowhere'], { line: 3, column: 3 }],
  ])('finds the place of %j', (path, want) => {
    expect(parseArmTemplate(text).locate(path)).toEqual(want)
  })

  it.each([
    ['{ "a": }', 'the template is not valid JSON: value expected', 1, 8],
    ['{\n "a": 1', 'the template is not valid JSON: close brace expected', 2, 8],
    ['[]', 'the template is not a JSON object', 1, 1],
    ['', 'the template is not valid JSON', 1, 1],
    ['['.repeat(100_000), 'the template is nested deeper than 400 levels', 1, 401],
  ])('refuses %s', (given, message, line, column) => {
    const { template, problems } = parseArmTemplate(given)
    expect(template).toBeUndefined()
    expect(problems).toMatchObject([{ message: expect.stringContaining(message) as string, line, column }])
  })
})
