// Writes docs/reference and schemas from the kinds' schemas; with --check it only says what is stale, and fails.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { generateFiles } from './reference/files.ts'

const root = path.resolve(import.meta.dirname, '..')
const isCheck = process.argv.includes('--check')

const stale: string[] = []
for (const { path: name, text } of await generateFiles(root)) {
  const file = path.join(root, name)
  const current = await readFile(file, 'utf8').catch(() => undefined)
  if (current === text) continue
  stale.push(name)
  if (isCheck) continue
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, text)
}

if (stale.length === 0) process.stdout.write('generated files are fresh\n')
else if (!isCheck) process.stdout.write(`wrote ${stale.join(', ')}\n`)
else {
  process.stderr.write(`stale: ${stale.join(', ')}; run npm run generate and commit what it writes\n`)
  process.exitCode = 1
}
