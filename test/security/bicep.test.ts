import { readdir, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../src/compose/system.ts'
import { createTreeReader } from '../../src/build/tree.ts'
import { personalPolicy, sourceOpener } from '../../src/source/index.ts'
import { createBicepCompiler, type BicepCompilerWithCounts } from '../../src/target/azure/bicep/index.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { openFakeBicep, openRealBicep, realBicep, requestFor } from '../support/bicep.ts'

const output = "output text string = loadTextContent('note.txt')\n"
const readsThis = (call: string) => ({ 'main.bicep': `output text string = ${call}\n` })

/** A line that only a file of this machine holds. */
const foreign = /root:|PATH=/

describe.skipIf(realBicep.path === undefined)(
  `S9 Bicep, by the real compiler${realBicep.pending}`,
  { timeout: 60_000 },
  () => {
    let bicep: BicepCompilerWithCounts
    beforeAll(() => {
      bicep = openRealBicep()
    })
    afterAll(() => bicep.close())

    const outside: { name: string; files: Record<string, string>; want: string }[] = [
      {
        name: 'outside the tree by ..',
        files: readsThis("loadTextContent('../../../../../proc/self/environ')"),
        want: 'main.bicep:1:38: "../../../../../proc/self/environ" leads out of the repository; name a path inside it',
      },
      {
        name: 'outside the tree by .., in a variable that only the compiler can work out',
        files: {
          'main.bicep':
            "var up = '../../../../..'\noutput text string = loadTextContent('${up}/etc/passwd')\n",
        },
        want: 'main.bicep:2:22: reads /etc/passwd, which is outside the repository; name a file of the repository',
      },
      {
        name: 'outside the tree by .. in a module of a module',
        files: {
          'main.bicep': "module a 'a/a.bicep' = { name: 'a' }\n",
          'a/a.bicep': "module b '../b.bicep' = { name: 'b' }\n",
          'b.bicep': "\noutput text string = loadJsonContent('../../etc/passwd')\n",
        },
        want: 'b.bicep:2:38: "../../etc/passwd" leads out of the repository; name a path inside it',
      },
      {
        name: 'with escapes in place of letters',
        files: readsThis(String.raw`loadTextContent('\u{2e}\u{2e}/../etc/passwd')`),
        want: 'main.bicep:1:38: "../../etc/passwd" leads out of the repository; name a path inside it',
      },
      {
        name: 'by an absolute path',
        files: readsThis("loadTextContent('/etc/passwd')"),
        want: 'main.bicep:1:38: "/etc/passwd" is an absolute path; name a file of the repository relative to this one',
      },
      {
        name: 'a folder outside the tree',
        files: readsThis("string(loadDirectoryFileInfo('../../etc'))"),
        want: 'main.bicep:1:51: "../../etc" leads out of the repository; name a path inside it',
      },
      {
        name: 'a folder that is not written out',
        files: readsThis("string(loadDirectoryFileInfo('${'..'}/etc'))"),
        want: 'main.bicep:1:29: loadDirectoryFileInfo: the folder must be written out as a text, so that it is known what is read',
      },
      {
        name: 'a configuration that moves the cache of modules',
        files: { ...readsThis("'x'"), 'bicepconfig.json': '{"cacheRootDirectory": "/tmp/elsewhere"}' },
        want: 'bicepconfig.json:1:1: cacheRootDirectory lets the compiler write outside its own folder; remove it',
      },
    ]
    it.each(outside)('reads nothing $name', async ({ files, want }) => {
      const { template, diagnostics } = await bicep.compile(requestFor(files))
      expect(template).toBeUndefined()
      expect(
        diagnostics.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`),
      ).toEqual([want])
      expect(JSON.stringify(diagnostics)).not.toMatch(foreign)
    })

    it('looks for no configuration above the tree', async () => {
      const { reads, diagnostics } = await bicep.compile(requestFor(readsThis("'x'")))
      expect(diagnostics).toEqual([])
      expect(Object.keys(reads)).toEqual(['bicepconfig.json', 'main.bicep'])
    })

    describe('a symbolic link in git', () => {
      let repository: GitFixture
      beforeAll(async () => {
        repository = await createGitFixture()
        await symlink('/etc/passwd', path.join(repository.directory, 'note.txt'))
        await symlink('/etc', path.join(repository.directory, 'folder'))
        await repository.commit({
          'main.bicep': output,
          'by-folder.bicep': "output text string = loadTextContent('folder/passwd')\n",
        })
      })
      afterAll(() => repository.remove())

      it.each(['main.bicep', 'by-folder.bicep'])('is not there: %s', async (template) => {
        const source = sourceOpener({ clock: createSystemClock(), policy: personalPolicy })({
          url: repository.directory,
          timeoutMs: 10_000,
        })
        const { commit } = await source.head({ branch: 'main' })
        const tree = createTreeReader([], (paths) => source.files(commit, paths))
        const answer = await bicep.compile(requestFor({}, { template, tree }))
        expect(answer.template).toBeUndefined()
        expect(answer.diagnostics[0]).toMatchObject({ file: template, line: 1, column: 38, code: 'BCP091' })
        expect(JSON.stringify(answer)).not.toMatch(foreign)
      })
    })

    describe('the environment', () => {
      const parameters = (name: string) => ({
        'main.bicep': 'param value string\noutput value string = value\n',
        'main.bicepparam': `using 'main.bicep'\nparam value = readEnvironmentVariable('${name}', 'nothing')\n`,
      })
      const valueOf = async (name: string, environment: Record<string, string> = {}) => {
        const request = requestFor(parameters(name), { parametersFile: 'main.bicepparam', environment })
        const { parameters: text = '{}', diagnostics } = await bicep.compile(request)
        expect(diagnostics).toEqual([])
        return (JSON.parse(text) as { parameters: { value: { value: string } } }).parameters.value.value
      }

      it('shows nothing of the controller', async () => {
        process.env['HEADWATER_CANARY'] = 'canary'
        try {
          for (const name of ['HEADWATER_CANARY', 'USER', 'PWD', 'VITEST', 'AWS_SECRET_ACCESS_KEY']) {
            expect([name, await valueOf(name)]).toEqual([name, 'nothing'])
          }
        } finally {
          delete process.env['HEADWATER_CANARY']
        }
      })
      it('shows what the manifest names, to this object alone', async () => {
        expect(await valueOf('REGION', { REGION: 'eu' })).toBe('eu')
        expect(await valueOf('REGION', { REGION: 'us' })).toBe('us')
        expect(await valueOf('REGION')).toBe('nothing')
      })
      it('refuses names that would change the compiler itself', async () => {
        const request = requestFor(parameters('X'), {
          parametersFile: 'main.bicepparam',
          environment: { LD_PRELOAD: '/tmp/evil.so' },
        })
        await expect(bicep.compile(request)).rejects.toThrow('LD_PRELOAD may not be set for the compiler')
      })
    })

    describe('a remote module', () => {
      const remote: { name: string; files: Record<string, string>; want: RegExp }[] = [
        {
          name: 'of a registry',
          files: { 'main.bicep': "module a 'br:acme.azurecr.io/net:1' = { name: 'a' }\n" },
          want: /^main\.bicep:1:10: "br:acme\.azurecr\.io\/net:1" comes from the registry acme\.azurecr\.io/,
        },
        {
          name: 'of an alias',
          files: { 'main.bicep': "module a 'br/public:avm/res/x:1.0.0' = { name: 'a' }\n" },
          want: /^main\.bicep:1:10: .* the registry mcr\.microsoft\.com, which the source does not allow/,
        },
        {
          name: 'in an import',
          files: { 'main.bicep': "import { a } from 'br:acme.azurecr.io/types:1'\n" },
          want: /^main\.bicep:1:19: /,
        },
        {
          name: 'of a module that is a template spec',
          files: {
            'main.bicep': "module a 'a.bicep' = { name: 'a' }\n",
            'a.bicep': "module b 'ts:s/r/n:1' = { name: 'b' }\n",
          },
          want: /^a\.bicep:1:10: "ts:s\/r\/n:1" is a template spec/,
        },
        {
          name: 'of an extension that the configuration names',
          files: {
            'main.bicep': 'extension graph\n',
            'bicepconfig.json':
              '{"extensions": {"graph": "br:mcr.microsoft.com/bicep/extensions/graph:1.0"}}',
          },
          want: /^main\.bicep:1:11: .* the registry mcr\.microsoft\.com/,
        },
        {
          name: 'of an alias that the configuration moves',
          files: {
            'main.bicep': "module a 'br/public:avm/res/x:1.0.0' = { name: 'a' }\n",
            'bicepconfig.json': '{"moduleAliases": {"br": {"public": {"registry": "evil.example"}}}}',
          },
          want: /^main\.bicep:1:10: .* the registry evil\.example/,
        },
      ]
      it.each(remote)('$name is refused, and fast', async ({ files, want }) => {
        const request = requestFor(files, { registries: ['other.azurecr.io'] })
        const before = performance.now()
        const { template, diagnostics } = await bicep.compile(request)
        expect(performance.now() - before).toBeLessThan(3_000)
        expect(template).toBeUndefined()
        expect(
          diagnostics.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`),
        ).toEqual([expect.stringMatching(want)])
      })

      it('of an allowed registry that does not answer has a time limit and says what to do', async () => {
        const hurried = openRealBicep({ callMs: 4_000 })
        try {
          const request = requestFor(
            { 'main.bicep': "module a 'br:127.0.0.1:1/net:1' = { name: 'a' }\n" },
            { registries: ['127.0.0.1:1'] },
          )
          await expect(hurried.compile(request)).rejects.toThrow(
            /did not answer within 4s and was ended; .*keep copies of remote modules in the repository/,
          )
        } finally {
          await hurried.close()
        }
      })
    })

    it('a compiler whose memory has grown is replaced after its call', async () => {
      const small = openRealBicep({ recycleAboveBytes: 1024 * 1024 })
      try {
        for (const note of ['a', 'b']) {
          const { template } = await small.compile(requestFor({ 'main.bicep': output, 'note.txt': note }))
          expect(template).toContain(`"$fxv#0": "${note}"`)
        }
        expect(small.counts()).toEqual({ compiles: 2, starts: 2 })
      } finally {
        await small.close()
      }
    })

    it('one compiler serves every compile, and sees new text at the same path', async () => {
      const before = bicep.counts().starts
      for (const note of ['first', 'second', 'first']) {
        const { template } = await bicep.compile(requestFor({ 'main.bicep': output, 'note.txt': note }))
        expect(template).toContain(`"$fxv#0": "${note}"`)
      }
      expect(bicep.counts().starts).toBe(before)
    })
  },
)

describe('a compiler that misbehaves', { timeout: 60_000 }, () => {
  let opened: BicepCompilerWithCounts | undefined
  afterEach(async () => {
    await opened?.close()
    opened = undefined
  })
  const open = (...args: Parameters<typeof openFakeBicep>): BicepCompilerWithCounts =>
    (opened = openFakeBicep(...args))
  const request = requestFor({ 'main.bicep': '' })
  const stalled = (reason: string, message: RegExp) =>
    expect.objectContaining({ class: 'stalled', reason, message: expect.stringMatching(message) as string })

  it('that hangs is ended at its time limit; the next call has another', async () => {
    const bicep = open('hang', { callMs: 700 })
    const want = stalled('BicepTimeout', /did not answer within 0\.7s and was ended/)
    await expect(bicep.compile(request)).rejects.toEqual(want)
    await expect(bicep.compile(request)).rejects.toEqual(want)
    expect(bicep.counts().starts).toBe(2)
  })
  it('that writes without end is ended at its limit of output', async () => {
    const bicep = open('flood', { outputBytes: 8 * 1024 * 1024 })
    await expect(bicep.compile(request)).rejects.toEqual(
      stalled('BicepOutputTooLarge', /wrote more than 8 MiB and was ended/),
    )
  })
  it('that ends under a call is started again, and the call made once more', async () => {
    const bicep = open('crash-once')
    expect((await bicep.compile(request)).template).toContain('resources')
    expect(bicep.counts()).toEqual({ compiles: 1, starts: 2 })
  })
  it('that ends under the same call again is not asked a third time', async () => {
    const bicep = open('crash')
    await expect(bicep.compile(request)).rejects.toEqual(
      stalled('BicepCrashed', /ended twice without an answer \(exit code 7: out of luck\)/),
    )
    expect(bicep.counts().starts).toBe(2)
  })
  it('that answers with what is no message counts as ended', async () => {
    await expect(open('garbage').compile(request)).rejects.toEqual(stalled('BicepCrashed', /ended twice/))
  })
  it('that takes more memory than it may in one call is killed', async () => {
    const bicep = open('bloat', { killAboveBytes: 200 * 1024 * 1024 })
    await expect(bicep.compile(request)).rejects.toEqual(
      stalled('BicepMemoryExceeded', /of memory \(limit 200 MiB\) and was ended/),
    )
  })
  it('whose memory grows from call to call is replaced between calls', async () => {
    const bicep = open('grow', { recycleAboveBytes: 140 * 1024 * 1024 })
    for (let count = 0; count < 6; count += 1) await bicep.compile(request)
    const { starts } = bicep.counts()
    expect(starts).toBeGreaterThan(1)
    expect(starts).toBeLessThan(6)
  })
  it('that would read a file outside is not let compile', async () => {
    const { template, diagnostics } = await open('outside').compile(request)
    expect(template).toBeUndefined()
    expect(diagnostics[0]?.message).toMatch(/^reads \/etc\/passwd, which is outside the repository/)
  })
  it('sees an environment made from nothing, and no way to the network', async () => {
    const { template = '{}' } = await open('well').compile(request)
    const { environment } = (JSON.parse(template) as { metadata: { environment: Record<string, string> } })
      .metadata
    expect(environment).toEqual({
      PATH: '/usr/bin:/bin',
      HOME: expect.stringMatching(/headwater-bicep-.*\/home$/) as string,
      DOTNET_BUNDLE_EXTRACT_BASE_DIR: expect.stringMatching(/headwater-bicep-.*\/dotnet$/) as string,
      DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1',
      BICEP_TRUSTED_CLOUDS: '[]',
      BICEP_TRUSTED_REGISTRIES: '',
      HTTP_PROXY: 'http://127.0.0.1:9',
      HTTPS_PROXY: 'http://127.0.0.1:9',
      ALL_PROXY: 'http://127.0.0.1:9',
    })
  })
  it('that cannot be started says so', async () => {
    const missing = createBicepCompiler({
      clock: createSystemClock(),
      env: { HEADWATER_BICEP: '/nowhere/bicep' },
    })
    await expect(missing.compile(request)).rejects.toEqual(
      stalled('BicepMissing', /^HEADWATER_BICEP: \/nowhere\/bicep does not exist$/),
    )
    await missing.close()
  })
  it('leaves nothing behind when it is closed', async () => {
    const own = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('headwater-bicep-'))
    const before = new Set(await own())
    const bicep = open('well')
    await bicep.compile(request)
    const mine = (await own()).filter((name) => !before.has(name))
    expect(mine.length).toBeGreaterThan(0)
    await bicep.close()
    const left = new Set(await own())
    expect(mine.filter((name) => left.has(name)).length).toBeLessThan(mine.length)
  })
})
