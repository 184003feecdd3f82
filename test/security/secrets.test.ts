import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { handleWebhook } from '../../functions/aws/webhook.ts'
import { openController } from '../../src/compose/controller.ts'
import { createLogger } from '../../src/compose/logger.ts'
import { readSettings } from '../../src/compose/settings.ts'
import { createSystemClock, createSystemRandom } from '../../src/compose/system.ts'
import type { AwsSandbox } from '../../src/sandbox/aws/server.ts'
import { createAwsSandbox } from '../../src/sandbox/aws/server.ts'
import { openStore } from '../../src/store/index.ts'
import { headwater } from '../cli/test-io.ts'
import { createGitFixture } from '../git-fixture.ts'
import type { GitFixture } from '../git-fixture.ts'
import { serveGit } from '../git-http.ts'
import type { GitHttpServer } from '../git-http.ts'
import { pushEvent } from '../runtimes/aws-events.ts'

/** Secrets that stand in no repository: no trace of them may be anywhere. */
const hidden = {
  git: 'canary-g1t-pa55word',
  webhook: 'canary-w3bhook',
  aws: 'canary-aws-s3cret-access-key',
  url: 'canary-in-the-url',
}
/** Values that a document holds: the record's spec says what the document says, nothing else repeats them. */
const declared = {
  noEcho: 'canary-n0-echo',
  nextNoEcho: 'canary-n1xt-echo',
  externalId: 'canary-external-id',
}
const role = 'arn:aws:iam::210987654321:role/deploy'

const stack = (name: string, spec: string) => `apiVersion: headwater.dev/v1alpha1
kind: CloudFormationStack
metadata: {name: ${name}, namespace: eu}
spec:
  template: web.cfn.yaml
  region: eu-west-1
  parameters: {Password: ${declared.noEcho}}
  ${spec}
`
const template = (description: string) => `Parameters:
  Password: {Type: String, NoEcho: true}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: ${description}, TopicName: !Sub '\${AWS::StackName}-topic'}
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties: {SecretString: !Ref Password}
`

const clock = createSystemClock()
const random = createSystemRandom()
let folder: string
let sandbox: AwsSandbox
let git: GitFixture
let host: GitHttpServer
let env: Record<string, string>
/** Everything that was ever printed, logged or answered, by what said it. */
const said = new Map<string, string>()
let letIn = true

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'headwater-canary-'))
  sandbox = await createAwsSandbox({ clock, random, speed: 200 })
  git = await createGitFixture()
  const good = `Basic ${Buffer.from(`ana:${hidden.git}`).toString('base64')}`
  host = await serveGit({
    root: path.dirname(git.directory),
    intercept(request, response) {
      if (letIn && request.headers.authorization === good) return false
      // A host that repeats what it was sent.
      const echo = `no entry for ${request.headers.authorization ?? 'nobody'} (${hidden.git})`
      response.writeHead(401, { 'www-authenticate': `Basic realm="${echo}"` }).end(echo)
      return true
    },
  })
  env = {
    AWS_ENDPOINT_URL: sandbox.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: hidden.aws,
    HEADWATER_SOURCE_URL: host.url('repository'),
    HEADWATER_SOURCE_SECRET: 'env://GIT_LOGIN',
    GIT_LOGIN: `ana:${hidden.git}`,
    HEADWATER_STORE: `sqlite://${folder}/state.db`,
    HEADWATER_BLOBS: `file://${folder}/blobs`,
    HEADWATER_WEBHOOK_SECRET: 'env://HOOK',
    HOOK: hidden.webhook,
  }
  Object.assign(process.env, env)
})
afterAll(async () => {
  await host.close()
  await git.remove()
  await sandbox.close()
  await rm(folder, { recursive: true })
})

async function type(line: string, options: { env?: Record<string, string> } = {}): Promise<string> {
  const ran = await headwater(line, { clock, cwd: git.directory, env: { ...env, ...options.env } })
  said.set(`${said.size} headwater ${line}`, `${ran.stdout}\n${ran.stderr}`)
  return `${ran.stdout}\n${ran.stderr}`
}

/** A pass of a controller that logs everything it can, as the functions do. */
async function pass(keys: readonly string[]): Promise<void> {
  const lines: string[] = []
  const log = createLogger({
    level: 'debug',
    now: () => clock.now(),
    destination: { write: (line) => void lines.push(line) },
  })
  const settings = readSettings(env)
  const opened = await openController(settings, { clock, random, env, log })
  await opened.controller.markDue(keys, { token: random.uuid() })
  await opened.controller.runDue()
  for (const secret of [hidden.webhook, 'canary-wrong-secret']) {
    const event = pushEvent({ url: host.url('repository'), secret, delivery: random.uuid() })
    const answer = await handleWebhook({ ...opened, settings, clock, random }, event)
    lines.push(JSON.stringify(answer))
  }
  await opened.close()
  expect(lines.length).toBeGreaterThan(2)
  said.set(`${said.size} log`, lines.join('\n'))
}

const root = 'GitRepository/headwater-system/headwater-system'

describe('S23 I7 secrets go nowhere', () => {
  it('S23 through every path, good and bad', async () => {
    const web = stack('web', `deployAs: {roleArn: "${role}", externalId: ${declared.externalId}}`)
    const bad = stack('bad', 'drift: correct')
    await git.commit({ 'web.yaml': web, 'bad.yaml': bad, 'web.cfn.yaml': template('first') })
    sandbox.engine.faults.failResource({ stackName: 'bad', logicalId: 'Topic', on: 'create', reason: 'no' })
    expect(await type('run --once --wait')).toMatch(/web/)
    expect(await type('get all -A')).toMatch(/eu +cloudformationstack\/web .*True/)
    await pass([root])

    const changed = (file: string) => file.replace(declared.noEcho, declared.nextNoEcho)
    await git.commit({ 'web.yaml': changed(web), 'bad.yaml': changed(bad) })
    for (const how of ['', ' --offline -o json'])
      expect(await type(`diff --path .${how}`)).toMatch(/parameter Password \(values not shown\)/)
    const told = await type('reconcile stack web -n eu --with-source --wait')
    expect(told).toMatch(/parameter Password \(values not shown\)/)

    // A role that is refused, a cloud in trouble, a host that does not let us in, a url with a login in it.
    await fetch(`${sandbox.url}/_sandbox/role`, {
      method: 'POST',
      body: JSON.stringify({ roleArn: role, denied: true }),
    })
    sandbox.edge.add({ type: 'error', when: 'after', status: 500 }, { mutating: true, times: 2 })
    sandbox.edge.add({ type: 'throttle' }, { service: 'cloudformation', times: 2 })
    const repository = `apiVersion: headwater.dev/v1alpha1
kind: GitRepository
metadata: {name: other, namespace: eu}
spec: {url: "http://ana:${hidden.url}@127.0.0.1:9/x"}
`
    await git.commit({ 'web.cfn.yaml': template('second'), 'other.yaml': repository })
    await type('reconcile source headwater-system -n headwater-system')
    await pass([root, 'CloudFormationStack/eu/web', 'CloudFormationStack/eu/bad'])
    expect(await type('validate .')).toContain('"http://…@127.0.0.1:9/x" holds credentials')
    expect(await type('get ks -A')).toMatch(/False .*holds credentials/)
    await git.commit({ 'other.yaml': null })
    await pass([root])
    await pass(['CloudFormationStack/eu/web', 'CloudFormationStack/eu/bad'])

    letIn = false
    await pass([root])
    expect(await type('get sources -A')).toMatch(/refuses the credentials/)
    await type('reconcile source headwater-system -n headwater-system --wait --timeout 2s')
    await type(`run --once --source-secret ${hidden.git}`)
    await type('run --once', {
      env: { HEADWATER_SOURCE_URL: host.url('x').replace('//', `//ana:${hidden.url}@`) },
    })
    letIn = true

    for (const line of [
      'get all -A -o wide',
      'get all -A -o json',
      'get all -A -o yaml',
      'events -A',
      'events -A -o json',
      'history stack web -n eu',
      'history stack web -n eu -o json',
      'trace stack web -n eu',
      'tree kustomization headwater-system -n headwater-system',
      'diff --path .',
      'build .',
      'check',
      'delete stack bad -n eu --yes',
    ]) {
      await type(line)
    }
    const verbs = [...said.values()].filter((text) => text.includes('unknown command'))
    expect(verbs).toEqual([])
  }, 60_000)

  it.each(Object.entries(hidden))(
    'S23 the %s secret is in no output, log line, answer or file',
    async (_name, canary) => {
      const shapes = [canary, Buffer.from(canary).toString('base64').slice(0, -4), encodeURIComponent(canary)]
      const basic = Buffer.from(`ana:${canary}`).toString('base64')
      const found: string[] = []
      for (const shape of [...shapes, basic]) {
        for (const [who, text] of said) if (text.includes(shape)) found.push(`${who}: ${text}`)
        for (const file of await filesBelow(folder))
          if ((await readFile(file)).includes(shape)) found.push(file)
      }
      expect(found).toEqual([])
    },
  )

  it.each(Object.entries(declared))(
    'S23 the %s of a document is told by nothing but the document',
    async (_name, canary) => {
      const shown = [...said].filter(([who]) => !/get .*-o (json|yaml)|build/.test(who))
      expect(shown.filter(([, text]) => text.includes(canary))).toEqual([])
      const store = await openStore(env['HEADWATER_STORE'] ?? '', { clock, random })
      const records = await store.list('')
      const events = await store.events({})
      await store.close()
      expect(records.length).toBeGreaterThan(2)
      expect(events.length).toBeGreaterThan(5)
      expect(JSON.stringify(records.map(({ record: { spec: _spec, ...rest } }) => rest))).not.toContain(
        canary,
      )
      expect(JSON.stringify(events)).not.toContain(canary)
      const bodies = await filesBelow(path.join(folder, 'blobs'))
      expect(bodies.length).toBeGreaterThan(0)
      for (const file of bodies) expect((await readFile(file)).includes(canary)).toBe(false)
    },
  )
})

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
}
