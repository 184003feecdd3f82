import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { parseAllDocuments } from 'yaml'
import host from '../../functions/azure/host.json' with { type: 'json' }
import { functionTimeoutMs, maxDequeueCount } from '../../functions/azure/application.ts'
import { azureDeploymentSpec } from '../../src/api/kinds/azure-deployment.ts'
import { settingTable } from '../../src/compose/setting-table.ts'
import { blobsUrl, queueUrl, storeUrl } from '../../src/compose/storage-urls.ts'
import { maxDeliveries } from '../../src/queue/azure-queue.ts'
import { findBicep } from '../support/find-tool.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const infra = join(root, 'infra/azure')
const templates = ['infra/azure/main.bicep', 'examples/self-deploy-azure/bootstrap.bicep']

const compiler = findBicep()

/** All Bicep of the installation, by path. */
async function sources(): Promise<Record<string, string>> {
  const files = (await readdir(infra, { recursive: true })).filter((file) => file.endsWith('.bicep'))
  const texts = await Promise.all(
    files.map(async (file) => [file, await readFile(join(infra, file), 'utf8')] as const),
  )
  return Object.fromEntries(texts)
}

/** Built-in roles that the template gives, by their ids, and why. */
const roles: Readonly<Record<string, string>> = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': 'Storage Blob Data Owner: templates, code, and what the host keeps',
  '974c5e8b-45b9-4653-ba55-5f855dd0fbe8': 'Storage Queue Data Contributor: the queue and its poison queue',
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3': 'Storage Table Data Contributor: the state',
  '3913510d-42f4-4e42-8a64-420c390055eb': 'Monitoring Metrics Publisher: logs',
  '4633458b-17de-408a-b874-0445c86b69e6': 'Key Vault Secrets User: the secrets that references name',
  'b24988ac-6180-42a0-ab88-20f7382dd24c': 'Contributor: only in resource groups that a person lists',
}

/** What must not stand in any file. */
const forbidden: { what: string; pattern: RegExp }[] = [
  {
    what: 'a key',
    pattern: /\blist(Keys|AccountSas|ServiceSas|ConnectionStrings|Secrets)\s*\(|AccountKey=|\bkeys\[/i,
  },
  { what: 'a key of an account switched on', pattern: /allowSharedKeyAccess: true|DisableLocalAuth: false/i },
  { what: 'public data', pattern: /allowBlobPublicAccess: true|publicAccess: '(Blob|Container)'/i },
  {
    what: 'plain http or old TLS',
    pattern: /httpsOnly: false|supportsHttpsTrafficOnly: false|TLS1_[01]'|TlsVersion: '1\.[01]'/i,
  },
  { what: 'a way to publish with a password', pattern: /allow: true|ftpsState: '(AllAllowed|FtpsOnly)'/ },
  {
    what: 'a role for the whole subscription',
    pattern: /targetScope = '(subscription|managementGroup|tenant)'/,
  },
]

function breaches(text: string): string[] {
  return forbidden.filter(({ pattern }) => pattern.test(text)).map(({ what }) => what)
}

describe('infra/azure', () => {
  let texts: Record<string, string>
  let all: string
  beforeAll(async () => {
    texts = await sources()
    all = Object.values(texts).join('\n')
  })

  it('S20 has no keys, no plain http, and gives no right to the subscription', () => {
    expect(Object.keys(texts).length).toBeGreaterThan(6)
    for (const [file, text] of Object.entries(texts))
      expect({ file, found: breaches(text) }).toEqual({ file, found: [] })
    for (const wanted of [
      'allowSharedKeyAccess: false',
      'allowBlobPublicAccess: false',
      'supportsHttpsTrafficOnly: true',
      "minimumTlsVersion: 'TLS1_2'",
      'httpsOnly: true',
      "minTlsVersion: '1.2'",
      "ftpsState: 'Disabled'",
      'DisableLocalAuth: true',
    ])
      expect(all).toContain(wanted)
  })

  it('S20 the rule finds what it is for', () => {
    const wrong = [
      'value: storage.listKeys().keys[0].value',
      'allowSharedKeyAccess: true',
      "publicAccess: 'Blob'",
      "minimumTlsVersion: 'TLS1_0'",
      'properties: { allow: true }',
      "targetScope = 'subscription'",
    ]
    expect(wrong.filter((text) => breaches(text).length === 0)).toEqual([])
  })

  it('S20 gives only the roles that are listed here, each where it belongs', () => {
    const ids = [...all.matchAll(/'([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'/g)].map(([, id = '']) => id)
    expect(new Set(ids)).toEqual(new Set(Object.keys(roles)))
    for (const [file, text] of Object.entries(texts)) {
      const assignments = text.match(/resource \w+ 'Microsoft\.Authorization\/roleAssignments@/g) ?? []
      const scoped = text.match(/^ +scope: (account|insights|vault)$/gm) ?? []
      // Only rights.bicep gives a role for a whole group, and only the one that a person chose.
      expect({ file, open: assignments.length - scoped.length }).toEqual({
        file,
        open: file.endsWith('rights.bicep') ? 1 : 0,
      })
    }
  })

  it('S21 gives no right in its own group, unless a person says so', () => {
    const main = texts['main.bicep'] ?? ''
    expect(main).toContain('param mayDeployItself bool = false')
    expect(main).toContain(
      'filter(deployResourceGroups, (group) => mayDeployItself || toLower(group) != ownGroup)',
    )
    expect(main).toContain('for group in deployGroups:')
  })

  it('sets only settings that there are, and the page names no others', async () => {
    const known = new Set<string>(Object.values(settingTable).map(({ variable }) => variable))
    const set = [...all.matchAll(/^ +(HEADWATER_[A-Z_]+):/gm)].map(([, name = '']) => name)
    expect(set.length).toBeGreaterThan(10)
    expect(set.filter((name) => !known.has(name))).toEqual([])
    const page = await readFile(join(root, 'docs/azure.md'), 'utf8')
    const named = [...page.matchAll(/HEADWATER_[A-Z_]+/g)].map(([name]) => name)
    // The compiler's place is no setting of the controller.
    expect(named.filter((name) => !known.has(name) && name !== 'HEADWATER_BICEP')).toEqual([])
  })

  it('has the table, the container and the queues that the settings name', () => {
    const app = texts['modules/app.bicep'] ?? ''
    const urls = [...app.matchAll(/'(az\w+:\/\/[^']+)'/g)].map(([, url = '']) =>
      url.replace(/\$\{\w+\}/, 'fleet1'),
    )
    const readers = [storeUrl, blobsUrl, queueUrl]
    expect(urls.map((url, i) => readers[i]?.(url, '/'))).toEqual(urls)
    const storage = texts['modules/storage.bicep'] ?? ''
    expect(urls).toEqual(['aztable://fleet1/headwater', 'azblob://fleet1/bodies', 'azqueue://fleet1/due'])
    for (const wanted of ["name: 'headwater'", "['code', 'bodies']", "['due', 'due-poison']"])
      expect(storage).toContain(wanted)
  })

  it('the host ends a message where the driver does, and an invocation after its last minute', () => {
    expect(maxDequeueCount).toBe(maxDeliveries)
    expect(functionTimeoutMs).toBeGreaterThan(2 * 60_000)
    expect(host.extensions.queues.messageEncoding).toBe('base64')
  })

  it.skipIf(compiler.path === undefined).each(templates)(
    `%s compiles without a single warning${compiler.pending}`,
    { timeout: 60_000 },
    async (file) => {
      const home = await mkdtemp(join(tmpdir(), 'headwater-bicep-'))
      onTestFinished(() => rm(home, { recursive: true, force: true }))
      const { stdout, stderr } = await promisify(execFile)(
        compiler.path ?? '',
        ['build', join(root, file), '--stdout'],
        {
          env: { HOME: home, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' },
          maxBuffer: 16 * 1024 * 1024,
        },
      )
      expect(stderr).toBe('')
      const compiled = JSON.parse(stdout) as {
        resources: object
        parameters?: Record<string, { type: string }>
      }
      const secure = Object.entries(compiled.parameters ?? {}).filter(([, { type }]) => /secure/i.test(type))
      expect(secure).toEqual([])
    },
  )
})

describe('examples/self-deploy-azure', () => {
  it('is a document that Headwater takes, with parameters that the template has', async () => {
    const text = await readFile(join(root, 'examples/self-deploy-azure/headwater.yaml'), 'utf8')
    const [document] = parseAllDocuments(text).map(
      (one) => one.toJS() as { kind: string; spec: Record<string, unknown> },
    )
    expect(document?.kind).toBe('AzureDeployment')
    const spec = azureDeploymentSpec.parse(document?.spec)
    const template = await readFile(join(root, spec.template), 'utf8')
    const declared = [...template.matchAll(/^param (\w+) /gm)].map(([, name]) => name)
    expect(Object.keys(spec.parameters).filter((name) => !declared.includes(name))).toEqual([])
    const required = [...template.matchAll(/^param (\w+) [\w[\]]+$/gm)].map(([, name]) => name)
    expect(required.filter((name) => !Object.keys(spec.parameters).includes(name ?? ''))).toEqual([])
    expect([spec.deletionPolicy, spec.mode]).toEqual(['Retain', 'Stack'])
  })
})
