import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSystemClock } from '../../src/compose/system.ts'
import { allowances, type Allowance } from '../../src/source/git/policy.ts'
import { sourceOpener } from '../../src/source/index.ts'
import type { OpenSource, SourceCredentials } from '../../src/source/source.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'

/** A git server that lets some in and others not. */
export interface Doors {
  /** Serves a repository of this disk to those with credentials; answers its url, the same for the same repository. */
  host(repository: string): Promise<string>
  /** Serves what was committed since. */
  refresh?(repository: string): Promise<void>
  /** Let in, until they are rotated. For ssh with `known_hosts`, hashed. */
  credentials: SourceCredentials
  /** Of the same sort, not let in. */
  wrong: SourceCredentials
  /** Puts others in place of `credentials`. */
  rotate(): Promise<SourceCredentials>
  /** Credentials for one repository that is served already, and for no other; where the server has such. */
  forOne?(repository: string): Promise<SourceCredentials>
  /** A line of `known_hosts`, not hashed; ssh only. */
  plainKnownHosts?: string
  close(): Promise<void>
}

/**
 * Who is let in where, by the same opener that the controller uses: sources, connections and what was learned of hosts
 * are shared as there.
 */
export function accessContract(
  name: string,
  open: () => Promise<Doors>,
  has: { deployKeys?: boolean; hostKeys?: boolean } = {},
): void {
  describe(`access: ${name}`, () => {
    let fixture: GitFixture
    let other: string
    let doors: Doors
    let url: string
    let commit: string
    beforeAll(async () => {
      fixture = await createGitFixture()
      commit = await fixture.commit({ 'a/a.yaml': 'a: 1\n', 'b.yaml': 'b: 1\n' })
      other = path.join(path.dirname(fixture.directory), 'other')
      mkdirSync(other)
      await fixture.git('clone', '--quiet', '--no-hardlinks', fixture.directory, other)
      doors = await open()
      url = await doors.host(fixture.directory)
    })
    afterAll(async () => {
      await doors.close()
      await fixture.remove()
    })
    const opener = (allow: readonly Allowance[] = ['loopback', 'http']): OpenSource =>
      sourceOpener({ clock: createSystemClock(), policy: { allow: new Set(allow), trusted: [] } })
    const nobody = (): SourceCredentials => {
      const { knownHosts, ca } = doors.credentials
      return { ...(knownHosts === undefined ? {} : { knownHosts }), ...(ca === undefined ? {} : { ca }) }
    }
    const refusal = async (
      credentials: SourceCredentials,
      at = url,
      openSource = opener(),
    ): Promise<unknown> => {
      const source = openSource({ url: at, credentials, timeoutMs: 30_000 })
      const error: unknown = await source.head({}).catch((thrown: unknown) => thrown)
      await source.close?.()
      return error
    }
    /** Hosts say "not found" as well where they mean "not for you". */
    const isRefused = {
      class: 'stalled',
      reason: expect.stringMatching(/^(AuthenticationFailed|RepositoryNotFound)$/) as string,
      message: expect.stringContaining('secretRef') as string,
    }

    test('a private repository is read', async () => {
      const source = opener()({ url, credentials: doors.credentials, timeoutMs: 30_000 })
      expect((await source.head({})).commit).toBe(commit)
      expect((await source.files(commit, ['a'])).map(({ path: at }) => at)).toEqual(['a/a.yaml'])
      await source.close?.()
    })

    test('F37 S23 nobody is refused', async () => {
      expect(await refusal(nobody())).toMatchObject(isRefused)
    })

    test('F37 S23 wrong credentials are refused, also right after good ones, and are told to nobody', async () => {
      const openSource = opener()
      const good = openSource({ url, credentials: doors.credentials, timeoutMs: 30_000 })
      await good.head({})
      const error = await refusal(doors.wrong, url, openSource)
      expect(error).toMatchObject({ ...isRefused, reason: 'AuthenticationFailed' })
      const { password = '', identity = '' } = doors.wrong
      expect(String(error)).not.toContain((password || identity).slice(0, 60))
      expect((await good.head({})).commit).toBe(commit)
      await good.close?.()
    })

    if (has.deployKeys) {
      test('a deploy key is let in to its repository alone', async () => {
        const elsewhere = await doors.host(other)
        const credentials = (await doors.forOne?.(fixture.directory)) ?? {}
        const openSource = opener()
        const source = openSource({ url, credentials, timeoutMs: 30_000 })
        expect((await source.head({})).commit).toBe(commit)
        expect(await source.files(commit, ['a'])).toHaveLength(1)
        expect(await refusal(credentials, elsewhere, openSource)).toMatchObject(isRefused)
        expect((await source.head({})).commit).toBe(commit)
        await source.close?.()
      })
    }

    if (has.hostKeys) {
      test('ssh: a host that shows another key than the known one is refused, whatever is allowed', async () => {
        const { plainKnownHosts = '' } = doors
        const [names = '', type = '', text = ''] = plainKnownHosts.split(' ')
        const key = Buffer.from(text, 'base64')
        key[key.length - 1] = (key.at(-1) ?? 0) ^ 1
        const knownHosts = `${names} ${type} ${key.toString('base64')}`
        const error = await refusal({ ...doors.credentials, knownHosts }, url, opener(allowances))
        expect(error).toMatchObject({ class: 'stalled', reason: 'HostKeyRefused' })
      })

      test('ssh: a host that nobody vouches for is refused; hashed and plain known_hosts both vouch', async () => {
        const { plainKnownHosts = '', credentials } = doors
        const { knownHosts = '', ...rest } = credentials
        expect(await refusal(rest)).toMatchObject({ class: 'stalled', reason: 'AddressRefused' })
        expect(knownHosts).toMatch(/^\|1\|/m)
        for (const vouching of [knownHosts, plainKnownHosts]) {
          const location = { url, credentials: { ...rest, knownHosts: vouching }, timeoutMs: 30_000 }
          const source = opener()(location)
          expect((await source.head({})).commit).toBe(commit)
          await source.close?.()
        }
      })
    }

    test('F37 rotated: the old ones are refused at the next look of a warm source, the new ones let in', async () => {
      const openSource = opener()
      const old = { url, credentials: doors.credentials, timeoutMs: 30_000 }
      const warm = openSource(old)
      expect((await warm.head({})).commit).toBe(commit)
      await warm.files(commit, ['a'])
      const rotated = { ...old, credentials: { ...doors.credentials, ...(await doors.rotate()) } }
      expect(openSource(old)).toBe(warm)
      await expect(warm.head({})).rejects.toMatchObject({ ...isRefused, reason: 'AuthenticationFailed' })
      const next = await fixture.commit({ 'a/a.yaml': 'a: 2\n' })
      await doors.refresh?.(fixture.directory)
      const fresh = openSource(rotated)
      expect((await fresh.head({})).commit).toBe(next)
      expect(await fresh.files(next, ['a'])).toHaveLength(1)
      // What the new ones opened stays closed to the old ones.
      await expect(warm.head({})).rejects.toMatchObject(isRefused)
      await expect(warm.files(next, ['a'])).rejects.toMatchObject(isRefused)
      await fresh.close?.()
      await warm.close?.()
    })
  })
}
