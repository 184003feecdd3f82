import { expect, test } from 'vitest'
import { formatTable, tableWidths } from './table.ts'

const upper = (text: string) => text.toUpperCase()

const cases: { name: string; given: Parameters<typeof formatTable>; want: string }[] = [
  {
    name: 'columns as wide as their widest cell, nothing behind the last',
    given: [
      ['A', 'LONG'],
      [
        ['x', 'y'],
        ['wide', ''],
      ],
    ],
    want: 'A     LONG\nx     y\nwide\n',
  },
  {
    name: 'colour does not count',
    given: [['A', 'B'], [[{ text: 'xx', paint: (text) => `<<${text}>>` }, 'y']]],
    want: 'A   B\n<<xx>>  y\n',
  },
  { name: 'no header', given: [['HEADER', 'B'], [['x', 'y']], { noHeader: true }], want: 'x  y\n' },
  {
    name: 'a table that goes on',
    given: [['A', 'B'], [['x', 'y']], { noHeader: true, widths: [4, 0] }],
    want: 'x     y\n',
  },
  {
    name: 'control characters are shown',
    given: [['A'], [['a\u001b[2Jb\nc']]],
    want: 'A\na\\u001b[2Jb\\u000ac\n',
  },
  {
    name: 'what a person sees as one character is one',
    given: [
      ['A', 'B'],
      [
        ['👩‍💻', 'y'],
        ['ab', 'z'],
      ],
    ],
    want: 'A   B\n👩‍💻   y\nab  z\n',
  },
  {
    name: 'paint sees the escaped text',
    given: [['A'], [[{ text: 'a\u0007', paint: upper }]]],
    want: 'A\nA\\U0007\n',
  },
]

test.each(cases)('$name', ({ given, want }) => {
  expect(formatTable(...given)).toBe(want)
})

test('widths never shrink', () => {
  expect(tableWidths(['A', 'B'], [['abc', 'd']], { widths: [2, 5] })).toEqual([3, 5])
})
