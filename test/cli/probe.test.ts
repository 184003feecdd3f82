import { symlink } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSystemClock } from '../../src/compose/system.ts'
import { createGitFixture, type GitFixture } from '../git-fixture.ts'
import { serveGit, type GitHttpServer } from '../git-http.ts'
import { selfSigned } from '../support/self-signed.ts'
import { headwater } from './test-io.ts'

const clock = createSystemClock()
let fixture: GitFixture
let commit: string
let server: GitHttpServer
beforeAll(async () => {
  fixture = await createGitFixture()
  commit = await fixture.commit({ 'a/b.yaml': 'b: 1\n', 'c.yaml': 'c: 1\n' }, 'a subject')
  await fixture.git('tag', 'v1.0.0')
  server = await serveGit({
    root: path.dirname(fixture.directory),
    canFilter: true,
    authorization: `Basic ${Buffer.from('git:t0ken-canary').toString('base64')}`,
  })
})
afterAll(async () => {
  await server.close()
  await fixture.remove()
})

const probe = (words: string, token = 't0ken-canary') =>
  headwater(`source probe ${words}`, { clock, cwd: fixture.directory, env: { TOKEN: token } })

test('a probe tells the protocol, the strategy, and what each step costs', async () => {
  const { stdout, code } = await probe(`${server.url('repository')} --path a --secret env://TOKEN`)
  expect(code).toBe(0)
  expect(stdout).toMatch(/^protocol +version 2$/m)
  expect(stdout).toMatch(
    /^strategy +parts of commits, (a walk down the trees|the trees on the way at once)$/m,
  )
  expect(stdout).toMatch(
    new RegExp(`^head +main@sha1:${commit} \\("a subject", Ana, 2026-11-02T10:00:00.000Z\\)$`, 'm'),
  )
  expect(stdout).toMatch(/^files +1 files, 5 bytes below "a"$/m)
  expect(stdout).toMatch(/^STEP +REQUESTS +RECEIVED +MS$/m)
  expect(stdout).toMatch(/^look again +1 +\d{3} +\d+$/m)
  expect(stdout).not.toContain('canary')
})

test('the same as data, of a tag', async () => {
  const { stdout } = await probe(`${server.url('repository')} --ref v1.0.0 --secret env://TOKEN -o json`)
  const told = JSON.parse(stdout) as Record<string, unknown>
  expect(told).toMatchObject({ protocol: 2, head: { revision: `v1.0.0@sha1:${commit}`, commit } })
  expect(told['steps']).toHaveLength(3)
})

test('by https it tells the version of HTTP', async () => {
  const tls = selfSigned()
  const secure = await serveGit({ root: path.dirname(fixture.directory), tls, isHttp2: true })
  const secret = JSON.stringify({ 'ca.crt': tls.cert })
  const { stdout } = await probe(`${secure.url('repository')} --secret env://TOKEN`, secret)
  await secure.close()
  expect(stdout).toMatch(/^http +HTTP\/2$/m)
})

test('what is not read below the path is told', async () => {
  const odd = await createGitFixture()
  await symlink('/etc/hostname', path.join(odd.directory, 'out'))
  await odd.commit({ 'a.yaml': 'a: 1\n', '.github/a.yaml': 'a: 1\n' })
  const { stdout } = await probe(`${odd.directory} --path .`)
  expect(stdout).toMatch(/^files +1 files, 5 bytes below "\."$/m)
  expect(stdout).toMatch(/^not read +out: link, it leads out of the repository$/m)
  const ignored = await probe(`${odd.directory} --path .github`)
  expect(ignored.stdout).toMatch(/^not read +\.github: ignored$/m)
  await odd.remove()
})

test('a repository on this machine', async () => {
  const { stdout } = await probe(fixture.directory)
  expect(stdout).toMatch(/^strategy +on this machine$/m)
})

test.each([
  { name: 'a wrong token', words: '', token: 'wr0ng-canary', says: 'refuses the credentials' },
  {
    name: 'a ref that is not there',
    words: '--ref nope',
    token: 't0ken-canary',
    says: 'has no branch "nope"',
  },
])('$name: said, exit 2, no secret shown', async ({ words, token, says }) => {
  const ran = await probe(`${server.url('repository')} ${words} --secret env://TOKEN`, token)
  expect(ran.stderr).toContain(says)
  expect(ran.stdout + ran.stderr).not.toContain('canary')
  expect(ran.code).toBe(2)
})

test('a failure as data: the class, the step, what to do, and all that was found before it', async () => {
  const late = await probe(`${server.url('repository')} --path ../etc --secret env://TOKEN -o json`)
  expect(late.code).toBe(2)
  expect(JSON.parse(late.stdout)).toMatchObject({
    protocol: 2,
    strategy: expect.stringMatching(/^parts of commits, /) as string,
    head: { commit, subject: 'a subject' },
    steps: [
      { step: 'find the ref' },
      { step: 'look again' },
      { step: 'read the commit' },
      { step: 'read the files' },
    ],
    failure: { step: 'read the files', reason: 'InvalidPath', class: 'stalled' },
  })
  const early = await probe(`${server.url('repository')} --secret env://TOKEN -o json`, 'wr0ng-canary')
  expect(early.code).toBe(2)
  const told = JSON.parse(early.stdout) as Record<string, unknown>
  expect(told).toMatchObject({
    features: [],
    steps: [{ step: 'find the ref', requests: 1 }],
    failure: {
      step: 'find the ref',
      reason: 'AuthenticationFailed',
      message: expect.stringContaining('refuses the credentials') as string,
      next: 'a controller would look again after its interval, and need a change by somebody',
    },
  })
  expect(told).not.toHaveProperty('head')
  expect(early.stdout + early.stderr).not.toContain('canary')
})

test.each(['', ' -o json', ' -o yaml'])(
  'a url that holds a token is refused, the token not shown:%s',
  async (output) => {
    for (const url of ['https://u:canary@127.0.0.1/x', 'https://canary@127.0.0.1/x?a=canary#canary']) {
      const ran = await probe(`${url}${output}`)
      expect(ran.code).toBe(2)
      expect(ran.stdout + ran.stderr).toContain('InvalidURL')
      expect(ran.stdout + ran.stderr).not.toContain('canary')
    }
  },
)

test('a host that is not there: said as what would be tried again', async () => {
  const ran = await probe('http://127.0.0.1:9/fleet --secret env://TOKEN')
  expect(ran.code).toBe(2)
  expect(ran.stderr).toMatch(
    /^headwater: find the ref: NetworkError: .*\(a controller would try again, with growing delays\)$/m,
  )
  expect(ran.stdout).toMatch(/^find the ref +\d+ +\d+ +\d+$/m)
})

test.each([
  { words: '--provider svn', says: /svn.*generic, github, aws, azure/i },
  { words: '--provider aws', says: /provider aws is for https:\/\// },
  { words: '--provider github --secret env://TOKEN', says: /provider github is for https:\/\// },
])('$words: refused', async ({ words, says }) => {
  const ran = await probe(`${server.url('repository')} ${words}`)
  expect(ran.stderr).toMatch(says)
  expect(ran.code).toBe(2)
})
