import { expect, test } from 'vitest'
import { didYouMean, nearestWord } from './did-you-mean.ts'

const known = ['parameters', 'tags', 'stackName', 'DesiredCount', 'region']

test.each([
  ['paramters', 'parameters'],
  ['paramaters', 'parameters'],
  ['tgas', 'tags'],
  ['stackname', 'stackName'],
  ['DesiredCont', 'DesiredCount'],
  ['regions', 'region'],
  ['x', undefined],
  ['capabilities', undefined],
  ['', undefined],
  ['p'.repeat(100_000), undefined],
])('%s: %s', (word, want) => {
  expect(nearestWord(word, known)).toBe(want)
})

test('as a clause of a message', () => {
  expect(didYouMean('tagz', known)).toBe(' (did you mean tags?)')
  expect(didYouMean('nothing', known)).toBe('')
})
