import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keyOf, type ObjectRecord } from '../src/api/record.ts'
import { createSystemClock } from '../src/compose/system.ts'
import { createBicepCompiler, type BicepCompilerWithCounts } from '../src/target/azure/bicep/index.ts'
import type { AnyTarget } from '../src/target/target.ts'
import { openFakeBicep, openRealBicep, realBicep } from './support/bicep.ts'
import { createHarness, rootKustomization, type Harness } from './support/harness.ts'

const hour = 3_600_000
const group = '{ resourceGroup: { subscriptionId: 00000000-0000-0000-0000-000000000001, name: rg } }'

function deployment(name: string, fields: string): Record<string, string> {
  return {
    [`azure/${name}.yaml`]: `apiVersion: headwater.dev/v1alpha1
kind: AzureDeployment
metadata: { name: ${name}, namespace: we }
spec: { scope: ${group}, ${fields} }
`,
  }
}

const module = (text: string) => `output text string = '${text}'\n`
const using = (path: string) =>
  `module used '${path}' = { name: 'used' }\noutput text string = used.outputs.text\n`

/** Two deployments share a module, the third has its own, the fourth is plain JSON. */
const fleet: Record<string, string> = {
  ...deployment('one', 'template: one.bicep'),
  'azure/one.bicep': using('modules/shared.bicep'),
  ...deployment('two', 'template: two.bicep'),
  'azure/two.bicep': using('modules/shared.bicep'),
  ...deployment('three', 'template: three.bicep'),
  'azure/three.bicep': using('modules/own.bicep'),
  ...deployment('plain', 'template: plain.json'),
  'azure/plain.json':
    '{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0", "resources": []}',
  'azure/modules/shared.bicep': module('shared'),
  'azure/modules/own.bicep': module('own'),
  'README.md': 'read me',
}

const names = ['one', 'two', 'three', 'plain']

/** A model cloud's driver that deploys what is packaged. */
function azureTarget(house: Harness): AnyTarget {
  return {
    ...house.cloud.target,
    kind: 'AzureDeployment',
    claim: ({ namespace, name }) => `azure/${namespace}/${name}`,
    digest: (_spec, files) =>
      createHash('sha256')
        .update(`${files['template']?.sha256} ${files['parameters']?.sha256}`)
        .digest('hex'),
  }
}

describe.each([
  { name: 'a program that speaks its protocol', open: () => openFakeBicep('well'), isThere: true },
  {
    name: `the real compiler${realBicep.pending}`,
    open: () => openRealBicep(),
    isThere: realBicep.path !== undefined,
  },
])('packaging Bicep, with $name', { timeout: 60_000 }, ({ open, isThere }) => {
  let bicep: BicepCompilerWithCounts
  let house: Harness
  beforeEach(async () => {
    bicep = open()
    house = await createHarness({
      bicep: async () => bicep,
      target: async (kind) => (kind === 'AzureDeployment' ? azureTarget(house) : undefined),
    })
  })
  afterEach(() => bicep.close())

  const records = async (): Promise<ObjectRecord[]> =>
    Promise.all(
      names.map(async (name) => {
        const record = await house.record(`AzureDeployment/we/${name}`)
        if (record === undefined) throw new Error(`no record of ${name}`)
        return record
      }),
    )
  const digests = async () =>
    Object.fromEntries((await records()).map((record) => [record.name, record.inputs?.digest]))
  const changedSince = async (before: Record<string, string | undefined>) =>
    Object.entries(await digests()).flatMap(([name, digest]) => (digest === before[name] ? [] : [name]))
  const commit = async (files: Record<string, string>) => {
    house.repository.commit(files)
    await house.run(hour)
  }

  test.skipIf(!isThere)(
    'a commit compiles and deploys exactly what reads the files that it touches',
    async () => {
      await commit(fleet)
      expect(await house.ready(rootKustomization)).toMatch(/^True/)
      expect(bicep.counts().compiles).toBe(3)
      const [one] = await records()
      expect(Object.keys(one?.inputs?.reads ?? {})).toEqual([
        'azure/bicepconfig.json',
        'azure/modules/bicepconfig.json',
        'azure/modules/shared.bicep',
        'azure/one.bicep',
        'bicepconfig.json',
      ])
      expect(Object.keys(one?.inputs?.files ?? {})).toEqual(['template', 'parameters'])

      const before = await digests()
      const calls = house.cloud.calls.length
      await commit({ ...fleet, 'azure/modules/shared.bicep': module('changed') })
      expect(await changedSince(before)).toEqual(['one', 'two'])
      expect(bicep.counts().compiles).toBe(5)
      const touched = new Set(house.cloud.calls.slice(calls).map(({ key }) => key))
      expect([...touched].toSorted()).toEqual(['we/one', 'we/two'])
    },
  )

  test.skipIf(!isThere)(
    'after a restart nothing is compiled, or even started, for what did not change',
    async () => {
      await commit(fleet)
      const before = await digests()
      await bicep.close()
      bicep = open()
      await commit({ ...fleet, 'README.md': 'read me again' })
      expect(bicep.counts()).toEqual({ compiles: 0, starts: 0 })
      expect(await changedSince(before)).toEqual([])
      const revisions = new Set((await records()).map(({ status }) => status.lastAppliedRevision))
      expect(revisions.size).toBe(1)
      expect([...revisions][0]).toBe((await house.record(rootKustomization))?.status.lastAppliedRevision)
    },
  )

  test.skipIf(!isThere)(
    'a configuration that appears beside a file is noticed, though it was not there before',
    async () => {
      await commit(fleet)
      await commit({ ...fleet, 'azure/modules/bicepconfig.json': '{}' })
      expect(bicep.counts().compiles).toBe(6)
    },
  )

  test.skipIf(!isThere)('what the manifest sets is part of what is compared', async () => {
    await commit(fleet)
    await commit({
      ...fleet,
      ...deployment('three', 'template: three.bicep, bicep: { environment: { REGION: eu } }'),
    })
    expect(bicep.counts().compiles).toBe(4)
  })

  test.skipIf(!isThere)(
    'without a compiler: what is unchanged stays, JSON works, the rest is told with how to get it',
    async () => {
      await commit(fleet)
      const before = await digests()
      const last = bicep
      bicep = createBicepCompiler({ clock: createSystemClock(), env: {} })
      await last.close()
      await commit({
        ...fleet,
        'azure/modules/own.bicep': module('changed'),
        'azure/plain.json': `${fleet['azure/plain.json']} `,
      })
      expect(await changedSince(before)).toEqual([])
      expect(await house.ready(rootKustomization)).toMatch(
        /^False: azure\/three\.yaml:4:\d+: AzureDeployment we\/three, spec\.template: azure\/three\.bicep must be compiled, but the Bicep compiler was not found; install it .* commit the compiled JSON and name that as the template$/,
      )
      const applied = (await records()).find(({ name }) => name === 'plain')
      expect(applied?.inputs?.revision).toBe(
        (await house.record(rootKustomization))?.status.lastAttemptedRevision,
      )
      expect(keyOf(applied ?? { kind: '', namespace: '', name: '' })).toBe('AzureDeployment/we/plain')
    },
  )
})
