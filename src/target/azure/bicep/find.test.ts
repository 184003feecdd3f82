import { chmod, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findBicep } from './find.ts'

describe('findBicep', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'headwater-find-'))
    for (const [name, mode] of [
      ['bin/bicep', 0o755],
      ['named', 0o755],
      ['plain/bicep', 0o644],
      ['app/bicep/bicep', 0o755],
    ] as const) {
      await mkdir(path.join(folder, path.dirname(name)), { recursive: true })
      await writeFile(path.join(folder, name), 'x')
      await chmod(path.join(folder, name), mode)
    }
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const at = (name: string) => path.join(folder, name)

  const found: { name: string; env: Record<string, string>; beside?: string[]; want: string }[] = [
    {
      name: 'what the variable names, before PATH',
      env: { HEADWATER_BICEP: 'named', PATH: 'bin' },
      want: 'named',
    },
    {
      name: 'what is on PATH, before what is beside',
      env: { PATH: 'none:bin' },
      beside: ['app'],
      want: 'bin/bicep',
    },
    {
      name: 'what is in the package',
      env: { PATH: 'none' },
      beside: ['none', 'app'],
      want: 'app/bicep/bicep',
    },
    { name: 'an empty variable is none', env: { HEADWATER_BICEP: '', PATH: 'bin' }, want: 'bin/bicep' },
    { name: 'a file that is not executable is passed over', env: { PATH: 'plain:bin' }, want: 'bin/bicep' },
  ]
  test.each(found)('$name', async ({ env, beside = [], want }) => {
    const absolute = Object.entries(env).map(([name, value]) => [
      name,
      value === '' ? '' : value.split(':').map(at).join(':'),
    ])
    const answer = await findBicep({
      env: Object.fromEntries(absolute) as Record<string, string>,
      beside: beside.map(at),
    })
    expect(answer).toMatchObject({ type: 'found', path: at(want) })
  })

  test('says what is wrong with what is named, and looks no further', async () => {
    const env = { HEADWATER_BICEP: at('plain/bicep'), PATH: at('bin') }
    expect(await findBicep({ env })).toEqual({
      type: 'missing',
      message: `HEADWATER_BICEP: ${at('plain/bicep')} is not executable; set its x bit, also in the zip that it comes in`,
    })
  })
  test('says how to get it, and what was in the way', async () => {
    expect(await findBicep({ env: { PATH: `relative:${at('plain')}` } })).toEqual({
      type: 'missing',
      message: expect.stringMatching(
        /^the Bicep compiler was not found \(\S+ is not executable.*\); install it .* or commit the compiled JSON/,
      ) as string,
    })
  })
  test('tells a program that was replaced from the one before', async () => {
    const identity = async () => findBicep({ env: { HEADWATER_BICEP: at('named') } })
    const before = await identity()
    expect(await identity()).toEqual(before)
    await utimes(at('named'), 1, 1)
    expect(await identity()).not.toEqual(before)
  })
})
