import { describe, expect, it } from 'vitest'
import { recordSchema } from '../../src/api/record.ts'
import type { ObjectRecord } from '../../src/api/record.ts'
import { openController } from '../../src/compose/controller.ts'
import { readSettings } from '../../src/compose/settings.ts'
import { createSystemClock } from '../../src/compose/system.ts'
import type { Application } from '../shared/application.ts'
import { openApplication } from '../shared/application.ts'
import { deadlineOf, functionTimeoutMs, maxDequeueCount, onFunctions } from './application.ts'
import { callerRules } from './caller.ts'
import { handleEvent } from './events.ts'
import { handleSync } from './sync.ts'
import { handleMessage } from './worker.ts'

/* What the bundled functions do in the real worker stands in test/runtimes/azure.test.ts; here is what cannot be waited for. */

const key = 'AzureDeployment/eu/landing'
const record: ObjectRecord = {
  schema: recordSchema,
  kind: 'AzureDeployment',
  namespace: 'eu',
  name: 'landing',
  spec: {},
  generation: 1,
  status: { conditions: [], observedGeneration: 1 },
  dueAt: 1,
}
const group = '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/we'

/** The application in memory, its log in a list. */
async function open(changes: Partial<ObjectRecord> = {}): Promise<{ app: Application; lines: string[] }> {
  const settings = readSettings({ HEADWATER_STORE: 'memory:', HEADWATER_BLOBS: 'memory:' })
  const clock = createSystemClock()
  let drawn = 0
  const random = {
    next: () => 0.5,
    uuid: () => `00000000-0000-4000-8000-${String(++drawn).padStart(12, '0')}`,
  }
  const lines: string[] = []
  const write = (_fields: object, message: string) => void lines.push(message)
  const log = { debug: write, info: write, warn: write }
  const opened = await openController(settings, { clock, random, env: {}, log })
  await opened.store.put({ ...record, ...changes }, 0)
  return { app: { ...opened, settings, clock, random }, lines }
}

const delivered = (dequeueCount: number) => ({
  invocationId: 'i-1',
  triggerMetadata: { id: 'm-1', dequeueCount },
})

describe('worker', () => {
  it.each([{ body: { key } }, { body: JSON.stringify({ key }) }])(
    'F31 hands a message back that it has no time for, parsed by the host or not',
    async ({ body }) => {
      const { app } = await open()
      const late = deadlineOf(app, 60_000)
      await expect(handleMessage(app, body, delivered(1), late)).rejects.toMatchObject({
        reason: 'OutOfTime',
      })
      expect((await app.store.get(key))?.version).toBe(1)
    },
  )

  it.each([
    { attempt: 1, want: false },
    { attempt: maxDequeueCount - 1, want: false },
    { attempt: maxDequeueCount, want: true },
  ])('says at delivery $attempt that it was the last: $want', async ({ attempt, want }) => {
    const { app, lines } = await open()
    const message = handleMessage(app, { other: true }, delivered(attempt))
    await expect(message).rejects.toThrow('message m-1 names no object')
    expect(lines.some((line) => line.startsWith('the last delivery'))).toBe(want)
  })

  it('is done with an object that is gone, or not due any more', async () => {
    const { app } = await open({ dueAt: Date.now() + 60_000 })
    await handleMessage(app, { key }, delivered(1))
    await handleMessage(app, { key: 'AzureDeployment/eu/gone' }, delivered(1))
    expect((await app.store.get(key))?.version).toBe(1)
  })

  it('begins nothing in the last minute of the time that the host gives', async () => {
    const { app } = await open()
    const left = deadlineOf(app) - app.clock.now()
    expect(left).toBeGreaterThan(functionTimeoutMs - 61_000)
    expect(left).toBeLessThanOrEqual(functionTimeoutMs - 60_000)
  })
})

describe('events', () => {
  const scope = { resourceGroup: { subscriptionId: group.split('/')[2], name: 'WE' } }
  const young = {
    type: 'apply',
    id: 'a',
    token: 'a',
    digest: '',
    revision: '',
    attempt: 1,
    startedAt: 0,
    deadline: 0,
    phase: 'put',
    data: { id: `${group}/providers/Microsoft.Resources/deployments/d` },
  } as const
  it.each([
    { name: 'the first deployment of an object', subject: young.data.id, want: [key] },
    { name: 'its resource group, in any letter case', subject: group.toUpperCase(), want: [key] },
    { name: 'a group with a longer name', subject: `${group}2`, want: [] },
  ])('marks by $name', async ({ subject, want }) => {
    const { app } = await open({ spec: { scope }, operation: young, dueAt: Date.now() + 60_000 })
    const event = { eventType: 'Microsoft.Resources.ResourceWriteSuccess', subject }
    expect(await handleEvent(app, event)).toEqual({ marked: want })
  })
})

describe('sync', () => {
  const sync = { audience: 'api://headwater', callers: ['role:X'] }
  const azure = { credential: 'managed-identity', tenantId: '44444444-4444-4444-4444-444444444444' } as const

  it('is off until tenant, audience and callers are said', async () => {
    expect(callerRules({ sync })).toBeUndefined()
    expect(callerRules({ azure })).toBeUndefined()
    expect(callerRules({ azure, sync })?.issuers[0]).toBe(
      'https://login.microsoftonline.com/44444444-4444-4444-4444-444444444444/v2.0',
    )
    const { app, lines } = await open()
    const request = { headers: new Headers({ authorization: 'Bearer a.b.c' }), text: async () => '{}' }
    expect(await handleSync(app, request, undefined)).toMatchObject({ status: 401 })
    expect(lines).toEqual(['nobody may call: set tenant, audience and callers'])
  })
})

it('the application wants its state and its bodies outside of the function', async () => {
  await expect(openApplication({}, onFunctions)).rejects.toThrow(
    'HEADWATER_STORE: not set; a function keeps no files, write aztable://account/table',
  )
})
