import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findBicep } from '../support/find-tool.ts'
import { type BicepChild, startBicep } from './bicep-child.ts'
import { bothPlans } from './both-plans.ts'
import { comparePlans } from './compare-plan.ts'

const folder = path.resolve(import.meta.dirname, '../fixtures/arm')
const files = (await readdir(folder)).filter((name) => /\.(bicep|json)$/.test(name))
const tool = findBicep()

describe.skipIf(tool.path === undefined)(
  `the evaluator and Microsoft's plan the same${tool.pending}`,
  { timeout: 60_000 },
  () => {
    let bicep: BicepChild
    beforeAll(() => {
      bicep = startBicep(tool.path ?? '')
    })
    afterAll(() => {
      bicep.close()
    })

    it('over enough templates', () => {
      expect(files.length).toBeGreaterThanOrEqual(25)
    })

    it.each(files)('%s', async (name) => {
      const file = path.join(folder, name)
      const compiled = name.endsWith('.bicep') ? await bicep.compile(file) : undefined
      const errors = compiled?.diagnostics.filter(({ level }) => level === 'Error') ?? []
      expect(errors.map(({ code, message }) => `${code}: ${message}`)).toEqual([])
      const text = compiled?.contents ?? (await readFile(file, 'utf8'))
      const { theirs, refusal, ours, validation } = await bothPlans(bicep, text)
      expect(refusal).toBeUndefined()
      const compared = comparePlans(theirs ?? { predictedResources: [], diagnostics: [], outputs: {} }, ours)
      expect(compared.differences).toEqual([])
      expect(compared.resources).toBeGreaterThan(0)
      const mistakes = validation.filter(
        ({ severity, code }) => severity === 'error' && code !== 'SecretInClear',
      )
      expect(mistakes).toEqual([])
    })
  },
)
