import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parameterText, parameterTexts, type ParameterValue } from './parameters.ts'

const cases: { name: string; given: ParameterValue; want: string }[] = [
  { name: 'text stays', given: ' a,b ', want: ' a,b ' },
  { name: 'whole number', given: 8, want: '8' },
  { name: 'fraction', given: 0.5, want: '0.5' },
  { name: 'large number without exponent', given: 1e21, want: '1000000000000000000000' },
  { name: 'small number without exponent', given: 1.5e-7, want: '0.00000015' },
  { name: 'negative large number', given: -1.25e22, want: '-12500000000000000000000' },
  { name: 'minus zero', given: -0, want: '0' },
  { name: 'true', given: true, want: 'true' },
  { name: 'false', given: false, want: 'false' },
  { name: 'list of mixed scalars', given: ['a', 1, true], want: 'a,1,true' },
  { name: 'empty list', given: [], want: '' },
]

describe('parameterText', () => {
  test.each(cases)('$name', ({ given, want }) => {
    expect(parameterText(given)).toBe(want)
  })

  test('a number reads back as the same number, in plain digits', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = parameterText(value)
        expect(text).toMatch(/^-?\d+(\.\d+)?$/)
        expect(Number(text)).toBe(value === 0 ? 0 : value)
      }),
    )
  })
})

test('parameterTexts sorts by name', () => {
  expect(Object.entries(parameterTexts({ b: 1, a: ['x', 'y'] }))).toEqual([
    ['a', 'x,y'],
    ['b', '1'],
  ])
})
