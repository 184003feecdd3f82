import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Bundle } from '../../scripts/bundle.ts'
import { bundleAws, checkBundle, entryBudget, functionNames } from '../../scripts/bundle.ts'
import { zip } from '../../scripts/zip.ts'

const run = promisify(execFile)
const hasPython = spawnSync('python3', ['--version']).status === 0

describe('the bundle for AWS', () => {
  let folder: string
  let bundle: Bundle

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headwater-bundle-'))
    bundle = await bundleAws(join(folder, 'first'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('holds the five functions, within its budgets, and nothing for other clouds', () => {
    expect(Object.keys(bundle.entries).sort()).toEqual([...functionNames].sort())
    expect(checkBundle(bundle)).toEqual([])
  })

  it('says what is wrong with one that passes a budget, is broken, or holds a stranger', () => {
    const inputs = { 'node_modules/@azure/identity/index.js': { bytes: 1, imports: [] } }
    const wrong: Bundle = {
      ...bundle,
      files: { 'a.mjs': 900_001 },
      entries: { schedule: entryBudget + 1 },
      broken: ['a.mjs'],
      metafile: { inputs, outputs: {} },
    }
    expect(checkBundle(wrong)).toEqual([
      'schedule loads 250001 bytes before its handler runs; 250000 are allowed',
      'all code is 900001 bytes; 900000 are allowed',
      'a.mjs calls something that was left out',
      'node_modules/@azure/identity/index.js must not be part of a function for AWS',
    ])
  })

  it('S30 is the same, byte by byte, when it is made again elsewhere', async () => {
    const again = await bundleAws(join(folder, 'second'))
    expect(again.digest).toBe(bundle.digest)
    expect(Buffer.compare(again.archive, bundle.archive)).toBe(0)
  })

  it.skipIf(!hasPython)('is archived as a zip file that other programs read (needs python3)', async () => {
    const archive = join(folder, 'some.zip')
    const text = 'some text, some text, some text'
    const files = [
      { path: 'b/é.txt', bytes: Buffer.from(text) },
      { path: 'a.txt', bytes: new Uint8Array() },
    ]
    await writeFile(archive, zip(files))
    const { stdout } = await run('python3', ['-c', readZip, archive])
    expect(JSON.parse(stdout)).toEqual([
      ['a.txt', 0o100644, ''],
      ['b/é.txt', 0o100644, text],
    ])
  })
})

// testzip() compares every checksum.
const readZip = `import json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(json.dumps([[i.filename, i.external_attr >> 16, z.read(i).decode()] for i in z.infolist()]))`
