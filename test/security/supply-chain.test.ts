import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

interface Package {
  version?: string
  resolved?: string
  integrity?: string
  hasInstallScript?: boolean
  link?: boolean
  dev?: boolean
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}
const read = async <Shape>(file: string) => JSON.parse(await readFile(`${root}${file}`, 'utf8')) as Shape
const manifest = await read<Package & { allowScripts: Record<string, boolean>; engines: object }>(
  'package.json',
)
const lock = await read<{ packages: Record<string, Package> }>('package-lock.json')
const installed = Object.entries(lock.packages).filter(([path]) => path !== '')
const nameOf = (path: string) => path.replace(/^.*node_modules\//, '')

/** Packages with a script that nobody needs: an advertisement, a warning about a version range. */
const idle = ['es5-ext', 'protobufjs']
/** Packages whose script builds a native part that is optional and not wanted: without it they do the same in JavaScript. */
const nativeByChoice = ['cpu-features', 'ssh2']
/** Whoever adds a dependency that every user installs says so here, and why it is worth it in the commit. */
const maxDependencies = 30

describe('S30 what is installed', () => {
  it('S30 is pinned to one version each, few of them', () => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies }
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
    expect(Object.keys(manifest.dependencies ?? {}).length).toBeLessThanOrEqual(maxDependencies)
  })

  it('S30 is what the lockfile says, which is of this package.json', () => {
    expect(lock.packages['']?.dependencies).toEqual(manifest.dependencies)
    expect(lock.packages['']?.devDependencies).toEqual(manifest.devDependencies)
  })

  it('S30 comes from a registry, by its hash', () => {
    const strange = installed.filter(([, { resolved = '', integrity = '', link = false }]) => {
      // Without an address it is whatever registry is configured; the hash says whether that gave the right thing.
      const isNamed = resolved === '' || resolved.startsWith('https://registry.npmjs.org/')
      return link || !isNamed || !integrity.startsWith('sha512-')
    })
    expect(strange.map(([path]) => path)).toEqual([])
  })

  it('S30 runs no script but those allowed, and none that users would run', () => {
    const scripted = installed.filter(([, { hasInstallScript = false }]) => hasInstallScript)
    const allowed = Object.keys(manifest.allowScripts).filter((name) => manifest.allowScripts[name])
    expect(scripted.map(([path]) => nameOf(path)).toSorted()).toEqual(
      [...allowed, ...idle, ...nativeByChoice].toSorted(),
    )
    const ofUsers = scripted.filter(([, { dev = false }]) => !dev)
    expect(ofUsers.map(([path]) => nameOf(path)).toSorted()).toEqual(nativeByChoice)
    expect(nativeByChoice.filter((name) => allowed.includes(name))).toEqual([])
  })
})

describe('S30 what is published', () => {
  const expected = /^(bin|dist|schemas|examples|infra)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/
  const never =
    /\.test\.|(^|\/)(test|node_modules|\.headwater|\.env[^/]*|\.git[^/]*)(\/|$)|\.(db|db-wal|pem|key)$/

  it('S30 is what is meant to be, and no state, secret or test', async () => {
    const { stdout } = await promisify(execFile)(
      'npm',
      ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'],
      { cwd: root },
    )
    const [packed] = Object.values(JSON.parse(stdout) as Record<string, { files: { path: string }[] }>)
    const paths = (packed?.files ?? []).map(({ path }) => path)
    expect(paths).toContain('package.json')
    expect(paths.length).toBeGreaterThan(5)
    expect(paths.filter((path) => !expected.test(path) || never.test(path))).toEqual([])
  })

  it('S30 the rule finds what it is for', () => {
    for (const path of ['dist/a.test.js', 'examples/.headwater/state.db', 'infra/.env', 'bin/id.pem'])
      expect(path).toMatch(never)
    expect('src/cli/main.ts').not.toMatch(expected)
  })
})
