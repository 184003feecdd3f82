import { spawnSync, execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../src/compose/system.ts'
import { editRecord } from '../../src/reconcile/step.ts'
import { createGitSource, personalPolicy } from '../../src/source/index.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { serveGit, type GitHttpServer } from '../git-http.ts'
import { createHarness, rootSource, stackFiles, type Harness } from '../support/harness.ts'

const run = promisify(execFile)
const minute = 60_000
const hasKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined

let git: GitFixture
let host: GitHttpServer
let keys: string
beforeEach(async () => {
  git = await createGitFixture()
  keys = await mkdtemp(path.join(tmpdir(), 'headwater-keys-'))
  host = await serveGit({ root: path.dirname(git.directory), canFilter: true })
})
afterEach(async () => {
  await host.close()
  await git.remove()
  await rm(keys, { recursive: true, force: true })
})

const commit = (description: string) => git.commit(stackFiles('web', { description }), description)

/** The loop over the real repository by http, with more in the declaration of its source. */
async function follow(by: 'http' | 'disk', spec: Record<string, unknown>): Promise<Harness> {
  const clock = createSystemClock()
  const house = await createHarness({
    secrets: { resolve: (reference) => readFile(new URL(reference), 'utf8') },
    openSource: (location) =>
      createGitSource({ ...location, timeoutMs: 20_000 }, { clock, policy: personalPolicy }),
  })
  await change(house, { url: by === 'http' ? host.url('repository') : git.directory, ...spec })
  await house.run(2 * minute)
  return house
}

async function change(house: Harness, spec: Record<string, unknown>): Promise<void> {
  await editRecord(house.ports, rootSource, (record) => ({
    ...record,
    generation: record.generation + 1,
    spec: { ...record.spec, ...spec },
  }))
}

const inForce = async (house: Harness) => (await house.record(rootSource))?.status.lastAppliedRevision

describe.each(['http', 'disk'] as const)('F36 by %s, where force pushes are refused', (by) => {
  it('F36 descendants are followed, a rewritten history is not, and a change of the declaration lets it in', async () => {
    await commit('first')
    const second = await commit('second')
    const house = await follow(by, { forcePush: 'refuse' })
    expect(await inForce(house)).toBe(`main@sha1:${second}`)
    const third = await commit('third')
    await house.run(3 * minute)
    expect(await inForce(house)).toBe(`main@sha1:${third}`)
    await git.git('commit', '--quiet', '--amend', '-m', 'another word')
    const rewritten = await git.git('rev-parse', 'HEAD')
    await house.run(3 * minute)
    expect(await inForce(house)).toBe(`main@sha1:${third}`)
    expect(await house.ready(rootSource)).toMatch(new RegExp(`^False: .*does not descend from ${third}`))
    await change(house, { forcePush: 'allow' })
    await house.run(20 * minute)
    expect(await inForce(house)).toBe(`main@sha1:${rewritten}`)
  })
})

describe('S27 a source that is verified', () => {
  it.skipIf(!hasKeygen)(
    'S27 S26 moves to signed descendants only, and not back to an old signed commit (needs ssh-keygen)',
    async () => {
      await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path.join(keys, 'id')])
      const signers = path.join(keys, 'signers')
      await writeFile(signers, `ana@example.com ${await readFile(path.join(keys, 'id.pub'), 'utf8')}`)
      const sign = async (): Promise<string> => {
        const signing = ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${path.join(keys, 'id')}`]
        await git.git(...signing, 'commit', '--quiet', '--amend', '--no-edit', '-S')
        return git.git('rev-parse', 'HEAD')
      }
      await commit('first')
      const first = await sign()
      await commit('second')
      const second = await sign()
      const house = await follow('http', { verify: { mode: 'HEAD', signers: `file://${signers}` } })
      expect(await inForce(house)).toBe(`main@sha1:${second}`)
      expect(await house.ready(rootSource)).toMatch(/signed by ana@example.com/)
      await commit('nobody signed this')
      await house.run(3 * minute)
      expect(await inForce(house)).toBe(`main@sha1:${second}`)
      expect(await house.ready(rootSource)).toMatch(/^False: .*is not signed/)
      await git.git('reset', '--quiet', '--hard', first)
      await house.run(3 * minute)
      expect(await inForce(house)).toBe(`main@sha1:${second}`)
      expect(await house.ready(rootSource)).toMatch(/^False: .*does not descend/)
      await git.git('reset', '--quiet', '--hard', second)
      await commit('third')
      const third = await sign()
      await house.run(3 * minute)
      expect(await inForce(house)).toBe(`main@sha1:${third}`)
    },
  )

  it.skipIf(!hasKeygen)(
    'S27 S26 by a signed tag moves forward only: an older tag, signed as well, is not followed back (needs ssh-keygen)',
    async () => {
      await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path.join(keys, 'tagger')])
      const signers = path.join(keys, 'tag-signers')
      await writeFile(signers, `ana@example.com ${await readFile(path.join(keys, 'tagger.pub'), 'utf8')}`)
      const signing = ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${path.join(keys, 'tagger')}`]
      const release = async (description: string): Promise<[string, string]> => {
        const made = await commit(description)
        await git.git(...signing, 'tag', '--force', '-s', '-m', description, 'stable')
        return [made, await git.git('rev-parse', 'refs/tags/stable')]
      }
      const [, oldTag] = await release('first')
      const [second] = await release('second')
      const verify = { mode: 'Tag', signers: `file://${signers}` }
      const house = await follow('http', { ref: { tag: 'stable' }, verify })
      expect(await inForce(house)).toBe(`stable@sha1:${second}`)
      // The old tag object, whose signature is as good as ever, under its own name.
      await git.git('update-ref', 'refs/tags/stable', oldTag)
      await house.run(3 * minute)
      expect(await inForce(house)).toBe(`stable@sha1:${second}`)
      expect(await house.ready(rootSource)).toMatch(/^False: .*does not descend/)
      const [third] = await release('third')
      await house.run(3 * minute)
      expect(await inForce(house)).toBe(`stable@sha1:${third}`)
    },
  )
})
