import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { createBuildCommand } from '../src/cli/commands/build.ts'
import { createCheckCommand } from '../src/cli/commands/check.ts'
import { createValidateCommand } from '../src/cli/commands/validate.ts'
import type { Io } from '../src/cli/io.ts'
import { createSystemClock, createSystemRandom } from '../src/compose/system.ts'
import { realBicep } from './support/bicep.ts'

const fixtures = path.join(import.meta.dirname, 'fixtures/validate-azure')
const withBicep = { HEADWATER_BICEP: realBicep.path }

async function run(
  create: (io: Io) => ReturnType<typeof createValidateCommand>,
  env: Io['env'],
  ...args: string[]
) {
  const answer = { text: '', errors: '', exitCode: 0 }
  const io: Io = {
    stdout: (text) => void (answer.text += text),
    stderr: (text) => void (answer.errors += text),
    env,
    cwd: fixtures,
    clock: createSystemClock(),
    random: createSystemRandom(),
    color: false,
    exitWith: (code) => void (answer.exitCode = code),
  }
  await create(io).parseAsync(args, { from: 'user' })
  return { ...answer, lines: answer.text.trimEnd().split('\n') }
}

/** What was planted, mistake by mistake: one that concerns two objects is told at both. */
const planted: { mistake: string; lines: string[] }[] = [
  {
    mistake: '1 a misspelt field',
    lines: [
      'broken/landing/network.yaml:7:3: AzureDeployment we/network, spec.whatif: unknown field of AzureDeployment (did you mean whatIf?)',
    ],
  },
  {
    mistake: '2 a wrong type in Bicep',
    lines: [
      'broken/landing/network.bicep:3:17: AzureDeployment we/network: BCP033: Expected a value of type "int" but the provided value is of type',
    ],
  },
  {
    mistake: '3 two scopes',
    lines: [
      'broken/landing/policy.yaml:5:3: AzureDeployment we/policy, spec.scope: a scope is exactly one of',
    ],
  },
  {
    mistake: '4 a file outside the repository',
    lines: [
      'broken/apps/files.bicep:2:37: AzureDeployment we/files: "../../../../../../etc/passwd" leads out of the repository',
    ],
  },
  {
    mistake: '5 a remote module that nobody allowed',
    lines: [
      'broken/apps/modules.bicep:3:14: AzureDeployment we/modules: "br/public:avm/res/key-vault/vault:0.11.0" comes from the registry mcr.microsoft.com',
    ],
  },
  {
    mistake: '6 a secret in clear',
    lines: [
      "broken/apps/web.parameters.json:5:5: AzureDeployment we/web, parameters.password: parameter 'password' is secure and stands in clear",
    ],
  },
  {
    mistake: '7 a required parameter that is given nowhere',
    lines: [
      "broken/apps/web.yaml:8:3: AzureDeployment we/web, spec.parameters.plan: the parameter 'plan' has no value",
    ],
  },
  {
    mistake: '8 a value of a wrong type',
    lines: ['broken/apps/web.yaml:9:5: AzureDeployment we/web, spec.parameters.instances: '],
  },
  {
    mistake: '9 a value that is not allowed',
    lines: ['broken/apps/web.yaml:10:5: AzureDeployment we/web, spec.parameters.sku: '],
  },
  {
    mistake: '10 a parameter that the template does not have',
    lines: ['broken/apps/web.yaml:11:5: AzureDeployment we/web, spec.parameters.colour: '],
  },
  {
    mistake: '11 a variable that ARM JSON does not have',
    lines: [
      "broken/shared/store.json:9:7: AzureDeployment we/store, resources[0].name: there is no variable 'nam' (did you mean name?)",
    ],
  },
  {
    mistake: '12 one deployment name claimed twice, in other letter case',
    lines: [
      'broken/shared/backup.yaml:7:3: AzureDeployment we/backup, spec.deploymentName: claims the same scope and deployment name as AzureDeployment we/store',
      'broken/shared/store.yaml:7:3: AzureDeployment we/store, spec.deploymentName: claims the same scope and deployment name as AzureDeployment we/backup',
    ],
  },
]

describe('headwater validate, Azure', { timeout: 60_000 }, () => {
  describe.skipIf(realBicep.path === undefined)(`with Bicep${realBicep.pending}`, () => {
    test('lists all twelve mistakes of a folder, each at its place, and nothing else', async () => {
      const { lines, exitCode } = await run(createValidateCommand, withBicep, 'broken')
      const want = planted.flatMap(({ lines: expected }) => expected)
      expect(planted).toHaveLength(12)
      expect(want.filter((start) => lines.filter((line) => line.startsWith(start)).length !== 1)).toEqual([])
      expect(lines.filter((line) => !line.includes(': warning: '))).toHaveLength(want.length + 1)
      expect(lines.at(-1)).toBe('13 errors, 1 warning; 7 of 7 objects would not be applied')
      expect(exitCode).toBe(1)
    }, 60_000)

    test('finds nothing in a clean folder: modules, files, parameters by Bicep, by JSON and by reference', async () => {
      const { lines, exitCode } = await run(createValidateCommand, withBicep, 'clean')
      expect(lines).toEqual(['2 objects, no problems'])
      expect(exitCode).toBe(0)
    }, 60_000)

    test('headwater check says where the compiler is and which', async () => {
      const settings = { ...withBicep, HEADWATER_STORE: 'memory:', HEADWATER_BLOBS: 'memory:' }
      const { text } = await run(createCheckCommand, settings, '-o', 'json')
      const found = (JSON.parse(text) as { what: string; outcome: string; message: string }[]).find(
        ({ what }) => what === 'bicep',
      )
      expect(found).toEqual({
        what: 'bicep',
        outcome: 'good',
        message: expect.stringMatching(/^bicep \d+\.\d+\.\d+ at \/.*bicep$/) as string,
      })
    }, 60_000)
  })

  test('without a compiler every Bicep file is named, with how to get it, and JSON is checked all the same', async () => {
    const { lines, exitCode } = await run(createValidateCommand, {}, 'broken')
    const missing = lines.filter((line) =>
      line.includes('must be compiled, but the Bicep compiler was not found'),
    )
    expect(missing.map((line) => line.split(': AzureDeployment')[0])).toEqual([
      'broken/apps/more.yaml:6:3',
      'broken/apps/more.yaml:13:3',
      'broken/apps/web.yaml:6:3',
      'broken/landing/network.yaml:6:3',
    ])
    expect(
      missing.every((line) => /install it .* HEADWATER_BICEP.* or commit the compiled JSON/.test(line)),
    ).toBe(true)
    expect(lines.filter((line) => line.startsWith('broken/shared/store.json:9:7: '))).toHaveLength(1)
    expect(exitCode).toBe(1)
  })

  test('headwater check: a compiler that is named and not there is a fault; none at all is not', async () => {
    const settings = { HEADWATER_STORE: 'memory:', HEADWATER_BLOBS: 'memory:', PATH: '/nowhere' }
    const lineOf = async (env: Io['env']) => {
      const { lines } = await run(createCheckCommand, env)
      return lines.find((line) => line.slice(2).startsWith('bicep'))
    }
    expect(await lineOf(settings)).toMatch(/^– bicep {7}the Bicep compiler was not found; install it/)
    expect(await lineOf({ ...settings, HEADWATER_BICEP: '/nowhere/bicep' })).toBe(
      '✗ bicep       HEADWATER_BICEP: /nowhere/bicep does not exist',
    )
  }, 60_000)
})

test('a link in a folder is as little there as it would be in a commit', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'headwater-links-'))
  try {
    const manifest = await readFile(path.join(fixtures, 'clean/web.yaml'), 'utf8')
    await writeFile(path.join(folder, 'a.yaml'), manifest.split('---')[1] ?? '')
    await symlink(path.join(fixtures, 'clean/main.json'), path.join(folder, 'main.json'))
    await symlink(path.join(fixtures, 'clean'), path.join(folder, 'clean'))
    const { lines } = await run(createValidateCommand, {}, folder, '--root', folder)
    const plain = lines.map((line) =>
      line.replace(/^.*[:,] spec\./, 'spec.').replace(/^.*headwater-links-[^/]*\//, ''),
    )
    expect(plain).toEqual([
      'spec.template: main.json does not exist in the repository; correct the path or add the file',
      'spec.parametersFile: main.parameters.json does not exist in the repository; correct the path or add the file',
      'clean:1:1: warning: a symbolic link that is not followed: it leads out of the repository, or nowhere',
      'main.json:1:1: warning: a symbolic link that is not followed: it leads out of the repository, or nowhere',
      '2 errors, 2 warnings; 1 of 1 object would not be applied',
    ])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

describe('headwater build, Azure', () => {
  test.skipIf(realBicep.path === undefined)(
    `keeps numbers of parameters as numbers${realBicep.pending}`,
    async () => {
      const { text } = await run(createBuildCommand, withBicep, 'clean', '-o', 'json')
      const [web] = JSON.parse(text) as { spec: { parameters: unknown } }[]
      expect(web?.spec.parameters).toMatchObject({
        instances: 3,
        password: { reference: { secretName: 'web' } },
      })
    },
    30_000,
  )
})
