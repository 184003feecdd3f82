import { expect, test } from 'vitest'
import { gitRepositorySpec } from './kinds/git-repository.ts'
import { patternProblems } from './ignore-patterns.ts'

const good = [
  '',
  '# a comment [\n\n*.md\r\n!/deploy/\n\t',
  '[]a]/[!b]\\[\n\\#x\n\\!x\n**/a/**',
  'a\\\\',
  'ä/日本語',
]
test.each(good)('nothing is wrong with %j', (text) => {
  expect(patternProblems(text)).toEqual([])
})

const bad: { text: string; want: string[] }[] = [
  { text: 'a\n./b', want: ['line 2: "./b" never matches; write /b for what lies at the root'] },
  { text: '!', want: ['line 1: "!" names nothing; write what is meant after it'] },
  { text: '/', want: ['line 1: "/" names nothing; write what is meant after it'] },
  { text: 'a/../b', want: [expect.stringContaining('leads out of the repository') as string] },
  { text: 'a//b', want: [expect.stringContaining('write one "/"') as string] },
  { text: 'a\\', want: [expect.stringContaining('stands for nothing') as string] },
  {
    text: 'a[b\nc[',
    want: [expect.stringContaining('line 1') as string, expect.stringContaining('"[" without') as string],
  },
  { text: 'a\u0000b', want: ['line 1: "a\\u0000b" holds control characters; remove them'] },
  { text: 'a\u001b[31m', want: ['line 1: "a\\u001b[31m" holds control characters; remove them'] },
  { text: 'x'.repeat(1001), want: [expect.stringContaining('longer than 1000 characters') as string] },
  { text: 'x\n'.repeat(1001), want: [expect.stringContaining('holds 1001 patterns, limit 1000') as string] },
]
test.each(bad)('$text is refused', ({ text, want }) => {
  expect(patternProblems(text)).toEqual(want)
  const parsed = gitRepositorySpec.safeParse({ url: 'https://git.example/fleet', ignore: text })
  expect(parsed.error?.issues.map(({ message }) => message)).toEqual(want)
})

test('the field is text of a bounded length', () => {
  const parsed = gitRepositorySpec.safeParse({ url: 'https://git.example/fleet', ignore: '#'.repeat(70_000) })
  expect(parsed.error?.issues[0]?.message).toContain('65,536')
})
