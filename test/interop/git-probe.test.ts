import { execFile } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Probed } from '../../src/cli/probe.ts'
import type { SourceCredentials } from '../../src/source/source.ts'
import type { Doors } from '../contracts/source-access.ts'
import { httpDoors } from '../git-doors.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { giteaDoors, sshdDoors, sshdSetups } from './git-doors.ts'
import { startGitea, type RunningGitea } from './gitea.ts'
import { describeWith } from './programs.ts'

interface Ran {
  code: number
  stdout: string
  all: string
}

/** The command as a person runs it, a process of its own. */
function headwater(args: readonly string[], credentials: SourceCredentials): Promise<Ran> {
  const { knownHosts, ...rest } = credentials
  const secret = JSON.stringify({ ...rest, ...(knownHosts === undefined ? {} : { known_hosts: knownHosts }) })
  const env = { PATH: process.env['PATH'], SECRET: secret }
  const words = ['src/cli/main.ts', 'source', 'probe', ...args, '--secret', 'env://SECRET']
  return new Promise((resolve) => {
    const child = execFile(process.execPath, words, { env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, all: stdout + stderr }),
    )
  })
}

/** Which of the two, and so how many requests, is a matter of how quickly this machine answers itself. */
const byParts = /^parts of commits, (a walk down the trees|the trees on the way at once)$/
const unfiltered = /^whole commits: the server does not filter$/
const only = (version: number) => new RegExp(`^whole commits: the server speaks version ${version} only$`)

interface Expected {
  protocol: 0 | 1 | 2
  strategy: RegExp
  /** A feature among those that are told. */
  can: RegExp
  /** Requests of each step: finding the ref, looking again, reading the commit, reading the files. */
  requests: [number, number, number, number]
}

/** What a probe must tell of a server. */
function probes(name: string, open: () => Promise<Doors>, expected: Expected): void {
  describe(`probe: ${name}`, () => {
    let fixture: GitFixture
    let doors: Doors
    let url: string
    let commit: string
    beforeAll(async () => {
      fixture = await createGitFixture()
      commit = await fixture.commit({ 'a/b.yaml': 'b: 1\n', 'c.yaml': 'c: 1\n' }, 'a subject')
      doors = await open()
      url = await doors.host(fixture.directory)
    })
    afterAll(async () => {
      await doors.close()
      await fixture.remove()
    })

    it('tells people the protocol, the features, the strategy, the head, and what each step costs', async () => {
      const { code, stdout } = await headwater([url, '--path', 'a'], doors.credentials)
      expect(code).toBe(0)
      const lines = stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' ').trim())
      expect(lines).toContain(`protocol version ${expected.protocol}`)
      const strategy = lines.find((line) => line.startsWith('strategy '))?.slice('strategy '.length)
      expect(strategy).toMatch(expected.strategy)
      expect(lines).toContainEqual(expect.stringMatching(/^agent git\/\d/))
      expect(lines.find((line) => line.startsWith('can '))).toMatch(expected.can)
      expect(lines).toContain(`head main@sha1:${commit} ("a subject", Ana, 2026-11-02T10:00:00.000Z)`)
      expect(lines).toContain('files 1 files, 5 bytes below "a"')
      expect(lines).toContain('STEP REQUESTS RECEIVED MS')
      for (const step of ['find the ref', 'look again', 'read the commit', 'read the files']) {
        expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${step} \\d+ \\d+ \\d+$`)))
      }
    })

    it('tells programs the same', async () => {
      const { code, stdout } = await headwater([url, '--path', 'a', '-o', 'json'], doors.credentials)
      expect(code).toBe(0)
      const told = JSON.parse(stdout) as Probed
      expect(told).toMatchObject({
        // Without its user, as urls are shown everywhere.
        url: url.replace(/\/\/[^/@]*@/, '//'),
        protocol: expected.protocol,
        strategy: expect.stringMatching(expected.strategy) as string,
        head: { commit, subject: 'a subject', author: 'Ana' },
        files: { path: 'a', count: 1, bytes: 5 },
      })
      expect(told.features.join(' ')).toMatch(expected.can)
      expect(told.steps.map(({ requests }) => requests)).toEqual(expected.requests)
      for (const { step, requests, receivedBytes, sentBytes, ms } of told.steps) {
        expect(`${step} ${requests === 0 ? receivedBytes === 0 : receivedBytes > 40}`).toBe(`${step} true`)
        expect(sentBytes).toBeGreaterThanOrEqual(0)
        expect(ms).toBeGreaterThanOrEqual(0)
      }
    })

    it('fails with 2 and the reason, and tells no secret', async () => {
      const missing = await headwater([url, '--ref', 'nope'], doors.credentials)
      expect(missing).toMatchObject({
        code: 2,
        all: expect.stringMatching(/has no branch .?"nope/) as string,
      })
      const wrong = await headwater([url], doors.wrong)
      expect(wrong).toMatchObject({
        code: 2,
        all: expect.stringMatching(/refuses the (credentials|key)/) as string,
      })
      const { password = '', identity = '' } = doors.wrong
      expect(wrong.all).not.toContain((password || identity).slice(0, 60))
      const gone = await headwater([await doors.host(`${fixture.directory}-gone`)], doors.credentials)
      expect(gone).toMatchObject({ code: 2, all: expect.stringMatching(/does not exist/) as string })
    })
  })
}

const filters = /fetch=.*filter/
probes('git http-backend, v2 with filters', httpDoors({ protocol: 2, canFilter: true }), {
  protocol: 2,
  strategy: byParts,
  can: filters,
  requests: [2, 1, 1, 2],
})
probes('git http-backend, v2 without filters', httpDoors({ protocol: 2 }), {
  protocol: 2,
  strategy: unfiltered,
  can: /fetch=/,
  requests: [2, 1, 1, 0],
})
probes('git http-backend, v1', httpDoors({ protocol: 1 }), {
  protocol: 1,
  strategy: only(1),
  can: /side-band-64k/,
  requests: [1, 1, 2, 0],
})
probes('git http-backend, v0', httpDoors({ protocol: 0 }), {
  protocol: 0,
  strategy: only(0),
  can: /side-band-64k/,
  requests: [1, 1, 2, 0],
})

describeWith(['sshd'], 'OpenSSH', ({ sshd }) => {
  const expected: Expected[] = [
    { protocol: 2, strategy: byParts, can: filters, requests: [2, 2, 2, 3] },
    { protocol: 2, strategy: unfiltered, can: /fetch=/, requests: [2, 2, 2, 0] },
    { protocol: 0, strategy: only(0), can: /side-band-64k/, requests: [1, 1, 2, 0] },
  ]
  for (const [index, setup] of sshdSetups.entries()) {
    const want = expected[index]
    if (want !== undefined) probes(setup.name, sshdDoors(sshd, setup), want)
  }
})

describeWith(['gitea'], 'Gitea', ({ gitea }) => {
  let server: RunningGitea
  beforeAll(async () => {
    server = await startGitea(gitea)
  })
  afterAll(() => server.stop())
  probes(
    'by http',
    giteaDoors(() => server, 'http'),
    {
      protocol: 2,
      strategy: byParts,
      can: filters,
      requests: [2, 1, 1, 2],
    },
  )
  probes(
    'by ssh',
    giteaDoors(() => server, 'ssh'),
    {
      protocol: 2,
      strategy: byParts,
      can: filters,
      requests: [2, 2, 2, 3],
    },
  )
})
