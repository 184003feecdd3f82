import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildObjects } from './objects.ts'

const fragments = [
  'apiVersion: headwater.dev/v1alpha1',
  'kind: GitRepository',
  'metadata: { name: a }',
  'spec:',
  '  url: /srv',
  '---',
  '...',
  '%YAML 1.1',
  '&a',
  '*a',
  '<<: *a',
  '? [',
  ']',
  '{',
  '"',
  "'",
  '|',
  '- ',
  ': ',
  '!!binary x',
  '!<tag:x> y',
  '\t',
  '__proto__: 1',
  '\u0000',
  '\uFEFF',
]

test('whatever stands in a file that mentions us is an object or a problem, never a throw', () => {
  const line = fc.oneof(fc.constantFrom(...fragments), fc.string({ maxLength: 12 }))
  const text = fc.array(fc.tuple(fc.constantFrom('', ' ', '  '), line).map((parts) => parts.join('')))
  fc.assert(
    fc.property(text, (lines) => {
      const bytes = new TextEncoder().encode(`${lines.join('\n')}\n# headwater.dev\n`)
      const { objects, problems } = buildObjects([{ path: 'a.yaml', bytes }], { path: '', source: 'x' })
      for (const { line, column, message } of problems) {
        expect(line).toBeGreaterThan(0)
        expect(line).toBeLessThanOrEqual(lines.length + 3)
        expect(column).toBeGreaterThan(0)
        expect(message).not.toBe('')
      }
      for (const { kind, name } of objects) expect([kind, name]).toEqual(['GitRepository', 'a'])
    }),
    { numRuns: 500 },
  )
})
