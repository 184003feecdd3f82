import { expect, test } from 'vitest'
import { checkNames, namesOf } from './twins.ts'

const pairs: { name: string; first: string; second: string; isOne: boolean }[] = [
  { name: 'letter case', first: 'a.yaml', second: 'A.YAML', isOne: true },
  { name: 'letter case beyond ASCII', first: 'ä', second: 'Ä', isOne: true },
  { name: 'one character and two', first: 'caf\u00e9', second: 'cafe\u0301', isOne: true },
  { name: 'both at once', first: 'CAF\u00c9', second: 'cafe\u0301', isOne: true },
  { name: 'sharp s', first: 'stra\u00dfe', second: 'STRASSE', isOne: true },
  { name: 'long s', first: '\u017f', second: 's', isOne: true },
  { name: 'the sign of Kelvin', first: '\u212a', second: 'k', isOne: true },
  { name: 'letters that only look alike', first: 'web', second: 'w\u0435b', isOne: false },
  { name: 'a name within another', first: 'a', second: 'a.yaml', isOne: false },
  { name: 'hyphen and underscore', first: 'a-b', second: 'a_b', isOne: false },
]
test.each(pairs)('S10 $name', ({ first, second, isOne }) => {
  expect(namesOf([{ name: first }, { name: second }]).twinsOf(first)).toEqual(isOne ? [{ name: second }] : [])
  expect(namesOf([{ name: first }, { name: second }]).twinsOf(second)).toEqual(isOne ? [{ name: first }] : [])
  const check = (): void => checkNames('host', [`x/${first}`, 'y', `x/${second}`])
  const told = outcomeOf(check)
  expect(told.startsWith('host holds "x/')).toBe(isOne)
  expect(told.includes('rename one')).toBe(isOne)
})

test('F35 a name is found among many without looking at all of them again', () => {
  let looks = 0
  const entries = Array.from({ length: 1000 }, (_, index) => ({
    get name() {
      looks += 1
      return `é${index}`
    },
  }))
  const names = namesOf(entries)
  for (let index = 0; index < 1000; index += 1) {
    expect(names.find(`é${index}`)).toBe(entries[index])
    expect(names.twinsOf(`É${index}`)).toEqual([entries[index]])
  }
  expect(looks).toBeLessThan(10_000)
})

test('S10 the message names both, in one order, without moving a cursor', () => {
  expect(() => checkNames('host', ['b\u001b', 'B\u001b'])).toThrow(
    expect.objectContaining({
      reason: 'InvalidPath',
      message: expect.stringContaining(
        String.raw`host holds "B\u001b" and "b\u001b", which differ only by`,
      ) as string,
    }),
  )
})

function outcomeOf(run: () => void): string {
  try {
    run()
    return 'fine'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
