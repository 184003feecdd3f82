import { expect, it } from 'vitest'
import { integer } from './der.ts'

it.each([
  { name: 'as it is', given: [0x12, 0x34], want: '02021234' },
  { name: 'that would read as negative, behind a zero', given: [0x80, 0x01], want: '0203008001' },
  { name: 'without zeros that say nothing', given: [0x00, 0x00, 0x7f], want: '02017f' },
  { name: 'with the one zero that says something', given: [0x00, 0x00, 0x80], want: '02020080' },
  { name: 'of nothing', given: [0x00], want: '020100' },
])('an integer is written $name', ({ given, want }) => {
  expect(integer(Buffer.from(given)).toString('hex')).toBe(want)
})
