import { expect, it } from 'vitest'
import { allMatch } from './bounded-match.ts'

const cases = [
  { name: 'a plain pattern', expression: /^[a-z]+$/, items: ['web'], want: true },
  { name: 'a plain pattern that fails', expression: /^[a-z]+$/, items: ['web', 'Web'], want: false },
  { name: 'a busy pattern', expression: /^([a-z]+\.)+[a-z]{2,}$/, items: ['a.b.example.com'], want: true },
  { name: 'a busy pattern that fails', expression: /^([a-z]+\.)+[a-z]{2,}$/, items: ['a..com'], want: false },
  { name: 'S13 an endless pattern', expression: /^(a+)+$/, items: [`${'a'.repeat(60)}!`], want: undefined },
  {
    name: 'S13 an endless choice',
    expression: /^(a|a)*(b|b)*$/,
    items: [`${'a'.repeat(60)}!`],
    want: undefined,
  },
  {
    name: 'S13 an endless choice repeated once',
    expression: /^(?:(a|aa)+)$/,
    items: [`${'a'.repeat(90)}!`],
    want: undefined,
  },
]
it.each(cases)('$name', ({ expression, items, want }) => {
  expect(allMatch(expression, items)).toBe(want)
})
