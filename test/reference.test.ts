import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { generateFiles } from '../scripts/reference/files.ts'
import { kinds } from '../src/api/kinds/index.ts'
import { buildObjects } from '../src/build/index.ts'

const root = path.resolve(import.meta.dirname, '..')

test('the reference and the schemas are fresh (npm run generate)', async () => {
  const files = await generateFiles(root)
  // A page and a schema for each kind, an overview of both, and the page of the command line.
  expect(files).toHaveLength(2 * kinds.length + 3)
  const onDisk = await Promise.all(
    files.map(async ({ path: name }) => ({
      path: name,
      text: await readFile(path.join(root, name), 'utf8'),
    })),
  )
  expect(files).toEqual(onDisk)
})

test('every field has words of its own', async () => {
  const files = await generateFiles(root)
  expect(files.filter(({ text }) => / \|  \|$/m.test(text))).toEqual([])
})

test('every example in the reference is valid', async () => {
  const folder = path.join(root, 'docs/reference')
  const pages = (await readdir(folder)).filter((name) => name.endsWith('.md'))
  const examples = await Promise.all(
    pages.map(async (name) => {
      const text = await readFile(path.join(folder, name), 'utf8')
      const blocks = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, block = '']) => block)
      return blocks
        .filter((block) => block.includes('apiVersion'))
        .map((block, index) => ({ path: `${name}-${index}.yaml`, bytes: new TextEncoder().encode(block) }))
    }),
  )
  const { objects, problems } = buildObjects(examples.flat(), {
    path: '',
    source: 'GitRepository/default/docs',
  })
  expect(problems).toEqual([])
  expect(new Set(objects.map(({ kind }) => kind))).toEqual(new Set(kinds.map(({ kind }) => kind)))
})
