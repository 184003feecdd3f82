import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = await readFile(`${root}docs/threats-and-faults.md`, 'utf8')
const rows = page.split('\n').flatMap((line) => {
  const [numbers = '', what = '', tests] = line.split('|').slice(1, -1)
  const isRow = /^ [FIS]\d/.test(numbers)
  return isRow ? [{ numbers: numbers.split(',').map((number) => number.trim()), what, tests }] : []
})
const tested = rows.filter(({ tests }) => tests !== undefined)

it('every test that the page names is there and carries its number', async () => {
  expect(tested.length).toBeGreaterThan(60)
  const missing: string[] = []
  for (const { numbers, tests = '' } of tested) {
    const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file)
    if (files.length === 0) missing.push(`${numbers.join(' ')} names no test`)
    for (const file of files) {
      const text = await readFile(`${root}${file}`, 'utf8').catch(() => '')
      for (const number of numbers)
        if (!new RegExp(`\\b${number}\\b`).test(text)) missing.push(`${number} is not in ${file}`)
    }
  }
  expect(missing).toEqual([])
})

it('every number stands on the page once, tested or said to be open', () => {
  const numbered = (letter: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${letter}${index + 1}`)
  const all = [...numbered('I', 8), ...numbered('F', 43), ...numbered('S', 30)]
  expect(rows.flatMap(({ numbers }) => numbers).toSorted()).toEqual(all.toSorted())
})
