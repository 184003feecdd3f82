import { describe, expect, test } from 'vitest'
import type { Mishap } from './support/deployable-driver.ts'
import {
  endOf,
  layAzureGround,
  newGroup,
  template,
  values,
  vnet,
  vnetId,
  type AzureGround,
} from './support/azure-ground.ts'

const lay = layAzureGround()
const fresh = async (more?: Parameters<typeof lay.fresh>[0]) => lay.fresh(more)
/** Looks are of no interest where calls are struck. */
const seldom = { pollFloorMs: 12_000 }

/** What is done to a deployment; each is also tried with every mishap around every one of its calls. */
const stories: Record<string, (ground: AzureGround) => Promise<void>> = {
  'create, update, delete the record': async ({ driver }) => {
    await driver.declare({ validate: true }, { template: template(), parameters: values({ size: 1 }) })
    await driver.run()
    await driver.declare({}, { parameters: values({ size: 2 }) })
    await driver.run()
    await driver.leave()
    await driver.run()
  },
  'a stack, with its group: create, update, drop a resource, delete': async ({ driver, sandbox }) => {
    await sandbox.control('reset')
    const spec = {
      scope: newGroup,
      mode: 'Stack',
      actionOnUnmanage: { resources: 'delete' },
      whatIf: 'report',
    }
    await driver.declare(spec, { template: template(), parameters: values({ size: 1 }) })
    await driver.run()
    await driver.declare(spec, { template: template({ resources: [vnet] }), parameters: values({ size: 2 }) })
    await driver.run()
    await driver.leave()
    await driver.run()
  },
  'a failure, then it works': async ({ driver, sandbox }) => {
    await sandbox.control('fail-resource', { id: vnetId, code: 'InvalidSize', message: 'no', times: 1 })
    await driver.declare({}, { template: template(), parameters: values({ size: 1 }) })
    await driver.run()
    await driver.declare({}, { parameters: values({ size: 2 }) })
    await driver.run()
  },
  'drift put back': async ({ driver, sandbox }) => {
    await driver.declare({ drift: 'correct', driftInterval: '1h' }, { template: template() })
    await driver.run(10 * 60_000)
    await sandbox.control('change-resource', { id: vnetId, path: '/tags/size', value: '9' })
    await driver.run(90 * 60_000)
  },
  'held for a yes': async ({ driver }) => {
    await driver.declare({ whatIf: 'gate' }, { template: template(), parameters: values({ size: 1 }) })
    await driver.run()
    await driver.approve()
    await driver.run()
  },
}

/** Calls that reached the cloud and deploy or delete: those that only ask may be made again. */
function changing({ sandbox }: AzureGround): string[] {
  const calls = sandbox.calls.recent({ service: 'arm', mutating: true }).map(({ action }) => action)
  return calls.filter((action) => !/what-?if|validate/i.test(action))
}

describe.each(Object.keys(stories))('F1 F2 F3 whatever happens to a call: %s', (title) => {
  const story = stories[title] ?? (() => Promise.reject(new Error(title)))

  test.each<Mishap>(['killed before', 'answer lost', 'killed after'])('%s', async (mishap) => {
    const ground = await fresh(seldom)
    await story(ground)
    const want = await endOf(ground)
    const calls = ground.driver.actions.length
    const calm = changing(ground)
    for (let call = 1; call <= calls; call++) {
      const struck = await fresh(seldom)
      struck.driver.befall(call, mishap)
      await story(struck)
      expect(await endOf(struck), `call ${call} ${mishap}`).toEqual(want)
      expect(changing(struck), `call ${call} ${mishap}`).toEqual(calm)
    }
  })
})

describe.each(Object.keys(stories))('whatever ARM answers: %s', (title) => {
  const story = stories[title] ?? (() => Promise.reject(new Error(title)))

  test.each<[string, (ground: AzureGround) => Promise<void>]>([
    [
      'F18 throttled now and then',
      async ({ sandbox }) => {
        for (const skip of [0, 4, 9, 15])
          await sandbox.control('throttle', { service: 'arm', skip, times: 2, retryAfterSeconds: 7 })
      },
    ],
    [
      'errors before they take effect',
      async ({ sandbox }) =>
        sandbox.control('error', { service: 'arm', when: 'before', status: 503, skip: 2, times: 5 }),
    ],
    [
      'F3 answers lost after they took effect',
      async ({ sandbox }) => sandbox.control('drop', { service: 'arm', when: 'after', skip: 1, times: 4 }),
    ],
    [
      'F14 reads of the past',
      async ({ sandbox }) => sandbox.control('stale-reads', { lagMs: 4_000, forMs: 24 * 3_600_000 }),
    ],
  ])('%s', async (_, trouble) => {
    const calm = await fresh()
    await story(calm)
    const want = await endOf(calm)
    const ground = await fresh()
    // The story with a group of its own begins with an empty cloud, which forgets faults too.
    const told: AzureGround['sandbox']['control'] = async (name, body) => {
      await calm.sandbox.control(name, body)
      if (name === 'reset') await trouble(ground)
    }
    await trouble(ground)
    await story({ ...ground, sandbox: { ...ground.sandbox, control: told } })
    await ground.sandbox.control('forget-faults')
    expect(await endOf(ground)).toEqual(want)
  })
})
