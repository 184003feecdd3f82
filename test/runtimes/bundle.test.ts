import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Bundle } from '../../scripts/bundle.ts'
import { artifacts, functionNames } from '../../scripts/artifacts.ts'
import type { Cloud } from '../../scripts/artifacts.ts'
import { bundle as bundleFor, checkBundle } from '../../scripts/bundle.ts'
import { zip } from '../../scripts/zip.ts'

const run = promisify(execFile)
const hasPython = spawnSync('python3', ['--version']).status === 0

const clouds: { cloud: Cloud; stranger: string; want: string[] }[] = [
  {
    cloud: 'aws',
    stranger: 'node_modules/@azure/storage-blob/index.js',
    want: [
      'all code is 900001 bytes; 900000 are allowed',
      'all code, what is loaded apart too, is 2250001 bytes; 2250000 are allowed',
    ],
  },
  {
    cloud: 'azure',
    stranger: 'node_modules/@aws-sdk/client-s3/index.js',
    want: [
      'all code is 1300001 bytes; 1300000 are allowed',
      'all code, what is loaded apart too, is 2450001 bytes; 2450000 are allowed',
    ],
  },
]

describe.each(clouds)('the bundle for $cloud', ({ cloud, stranger, want }) => {
  const { artifactBudget, entryBudget, apart } = artifacts[cloud]
  let folder: string
  let bundle: Bundle

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headwater-bundle-'))
    bundle = await bundleFor(cloud, join(folder, 'first'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('holds the five functions, within its budgets, and nothing for other clouds', () => {
    expect(Object.keys(bundle.entries).sort()).toEqual([...functionNames].sort())
    expect(checkBundle(bundle)).toEqual([])
  })

  it('says what is wrong with one that passes a budget, is broken, or holds a stranger', () => {
    const inputs = { [stranger]: { bytes: 1, imports: [] } }
    const wrong: Bundle = {
      ...bundle,
      own: artifactBudget + 1,
      files: { 'a.mjs': apart.budget + 1 },
      entries: { schedule: entryBudget + 1 },
      broken: ['a.mjs'],
      metafile: { inputs, outputs: {} },
    }
    expect(checkBundle(wrong)).toEqual([
      'schedule loads 250001 bytes before its handler runs; 250000 are allowed',
      ...want,
      'a.mjs calls something that was left out',
      `${stranger} must not be part of a function for ${cloud}`,
    ])
  })

  it('S30 is the same, byte by byte, when it is made again elsewhere', async () => {
    const again = await bundleFor(cloud, join(folder, 'second'))
    expect(again.digest).toBe(bundle.digest)
    expect(Buffer.compare(again.archive, bundle.archive)).toBe(0)
  })
})

describe('a zip file', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'headwater-zip-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it.skipIf(!hasPython)(
    `is archived as a zip file that other programs read${hasPython ? '' : ' (needs python3)'}`,
    async () => {
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
    },
  )
})

// testzip() compares every checksum.
const readZip = `import json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(json.dumps([[i.filename, i.external_attr >> 16, z.read(i).decode()] for i in z.infolist()]))`
