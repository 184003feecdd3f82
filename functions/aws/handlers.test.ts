import { createHmac } from 'node:crypto'
import type { LambdaFunctionURLEvent, SQSEvent } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import type { ObjectRecord } from '../../src/api/record.ts'
import { keyOf, recordSchema } from '../../src/api/record.ts'
import { writeDueMessage } from '../../src/queue/message.ts'
import { createInProcessQueue } from '../../src/queue/in-process.ts'
import { openController } from '../../src/compose/controller.ts'
import { readSettings } from '../../src/compose/settings.ts'
import { createSystemClock } from '../../src/compose/system.ts'
import type { Application } from '../shared/application.ts'
import { openApplication } from '../shared/application.ts'
import { onLambda } from './application.ts'
import { handleStatusChange } from './events.ts'
import { handleSchedule } from './schedule.ts'
import { handleSync } from './sync.ts'
import { handleWebhook } from './webhook.ts'
import { handleBatch } from './worker.ts'

const secret = 'hook-secret'
const stackId = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/web/8d6a2f30-0000-11f0-aaaa-0a1b2c3d4e5f'

/** A record that rests until tomorrow, so that whatever makes it due shows. */
function record(kind: string, name: string, changes: Partial<ObjectRecord> = {}): ObjectRecord {
  return {
    schema: recordSchema,
    kind,
    namespace: 'eu',
    name,
    spec: {},
    generation: 1,
    status: { conditions: [], observedGeneration: 1 },
    dueAt: Date.now() + 86_400_000,
    ...changes,
  }
}

const web = record('CloudFormationStack', 'web', {
  status: { conditions: [], observedGeneration: 1, identity: { stackId } },
})
const api = record('CloudFormationStack', 'api')
const fleet = record('GitRepository', 'fleet', { spec: { url: 'https://github.com/acme/fleet' } })

/** The application in memory: the real controller over a root that does not exist, so nothing leaves the machine. */
async function open(options: { queue?: boolean; records?: ObjectRecord[] } = {}): Promise<Application> {
  const env = { HOOK: secret }
  const settings = readSettings({
    HEADWATER_SOURCE_URL: '/nowhere/at/all',
    HEADWATER_STORE: 'memory:',
    HEADWATER_BLOBS: 'memory:',
    HEADWATER_WEBHOOK_SECRET: 'env://HOOK',
    HEADWATER_LOG_LEVEL: 'silent',
  })
  const clock = createSystemClock()
  let drawn = 0
  const random = {
    next: () => 0.5,
    uuid: () => `00000000-0000-4000-8000-${String(++drawn).padStart(12, '0')}`,
  }
  const opened = await openController(settings, { clock, random, env })
  for (const given of options.records ?? [web, api, fleet]) await opened.store.put(given, 0)
  const queue = options.queue ? { queue: createInProcessQueue({ clock }) } : {}
  return { ...opened, ...queue, settings, clock, random }
}

const inMinutes = (minutes: number) => ({ getRemainingTimeInMillis: () => minutes * 60_000 })

async function dueKeys(app: Application): Promise<string[]> {
  return app.store.due(Date.now(), 100)
}

describe('schedule', () => {
  it('writes the root and takes steps for what is due', async () => {
    const app = await open()
    const answer = await handleSchedule(app, inMinutes(5))
    expect(answer.steps).toBeGreaterThanOrEqual(2)
    const root = await app.store.get('GitRepository/headwater-system/headwater-system')
    expect(root?.record.status.conditions[0]).toMatchObject({ type: 'Ready', status: 'False' })
    expect(await dueKeys(app)).toEqual([])
  })

  it('F31 begins nothing in its last minute', async () => {
    const app = await open()
    expect(await handleSchedule(app, inMinutes(0.9))).toMatchObject({ steps: 0 })
    expect(await dueKeys(app)).toHaveLength(2)
  })

  it('only tells the workers what is due when there is a queue', async () => {
    const app = await open({ queue: true })
    expect(await handleSchedule(app, inMinutes(5))).toEqual({ steps: 0, sent: 2, errors: 0 })
    const delivered = await app.queue?.receive(10)
    expect(delivered?.map(({ key }) => key).sort()).toEqual([
      'GitRepository/headwater-system/headwater-system',
      'Kustomization/headwater-system/headwater-system',
    ])
    expect(await dueKeys(app)).toHaveLength(2)
  })
})

describe('worker', () => {
  const batch = (bodies: string[]): SQSEvent => ({
    Records: bodies.map((body, index) => ({
      messageId: `m${index}`,
      receiptHandle: `r${index}`,
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '0',
        SenderId: 'x',
        ApproximateFirstReceiveTimestamp: '0',
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:headwater',
      awsRegion: 'eu-west-1',
    })),
  })

  it('takes the steps, drops what is not due or gone, hands back what is no message', async () => {
    const app = await open()
    await app.bootstrap()
    const keys = ['GitRepository/headwater-system/headwater-system', keyOf(api), 'GitRepository/eu/gone']
    const event = batch([...keys.map(writeDueMessage), '{"nonsense":true}', 'not even JSON'])
    const answer = await handleBatch(app, event, inMinutes(5))
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm3' }, { itemIdentifier: 'm4' }] })
    const stepped = await app.store.get(keys[0] ?? '')
    expect(stepped?.record.status.conditions).toHaveLength(2)
    expect((await app.store.get(keyOf(api)))?.version).toBe(1)
  })

  it('F31 hands back everything that it could not begin a minute before its end', async () => {
    const app = await open()
    await app.bootstrap()
    const keys = ['GitRepository/headwater-system/headwater-system', keyOf(api)]
    const answer = await handleBatch(app, batch(keys.map(writeDueMessage)), inMinutes(1))
    expect(answer.batchItemFailures).toHaveLength(2)
  })
})

describe('webhook', () => {
  const body = JSON.stringify({ repository: { clone_url: 'https://github.com/acme/fleet.git' } })
  const sign = (text: string) => `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`

  function post(changes: Partial<LambdaFunctionURLEvent> = {}, method = 'POST'): LambdaFunctionURLEvent {
    const requestContext = { http: { method } } as LambdaFunctionURLEvent['requestContext']
    return {
      version: '2.0',
      routeKey: '$default',
      rawPath: '/webhook/github',
      rawQueryString: '',
      headers: {
        'x-github-event': 'push',
        'x-github-delivery': '72d3162e',
        'x-hub-signature-256': sign(body),
        'content-type': 'application/json',
      },
      requestContext,
      body,
      isBase64Encoded: false,
      ...changes,
    }
  }

  it('marks the source due, from text or base64', async () => {
    for (const event of [post(), post({ body: btoa(body), isBase64Encoded: true })]) {
      const app = await open()
      expect(await handleWebhook(app, event)).toMatchObject({ statusCode: 202 })
      expect(await dueKeys(app)).toEqual([keyOf(fleet)])
    }
  })

  const refused = [
    { name: 'a wrong signature', event: post({ body: `${body} ` }), code: 401 },
    { name: 'an unknown receiver', event: post({ rawPath: '/webhook/gitfoo' }), code: 401 },
    { name: 'no receiver', event: post({ rawPath: '/' }), code: 401 },
    { name: 'no body', event: post({ body: '' }), code: 401 },
    { name: 'a GET', event: post({}, 'GET'), code: 405 },
    { name: 'too large', event: post({ body: 'x'.repeat(3 * 1024 * 1024 + 1) }), code: 413 },
    {
      name: 'too large in base64',
      event: post({ body: 'A'.repeat(4 * 1024 * 1024 + 5), isBase64Encoded: true }),
      code: 413,
    },
  ]
  it.each(refused)('changes nothing: $name', async ({ event, code }) => {
    const app = await open()
    const before = await app.store.list('')
    expect(await handleWebhook(app, event)).toMatchObject({ statusCode: code })
    expect(await app.store.list('')).toEqual(before)
  })
})

describe('events', () => {
  const change = (status: string, id = stackId) => ({ 'stack-id': id, 'status-details': { status } })
  const table = [
    { name: 'an operation ended', detail: change('UPDATE_COMPLETE'), want: [keyOf(web)] },
    { name: 'an operation failed', detail: change('UPDATE_ROLLBACK_FAILED'), want: [keyOf(web)] },
    { name: 'an operation runs', detail: change('UPDATE_IN_PROGRESS'), want: [] },
    { name: 'a stack of somebody else', detail: change('UPDATE_COMPLETE', `${stackId}0`), want: [] },
  ]
  it.each(table)('marks the object of the stack due: $name', async ({ detail, want }) => {
    const app = await open()
    expect(await handleStatusChange(app, detail)).toEqual({ marked: want })
    expect(await dueKeys(app)).toEqual(want)
  })

  it('marks the object due whose first operation makes the stack', async () => {
    const operation = {
      type: 'apply',
      id: 'headwater-1',
      token: 'headwater-1',
      digest: '',
      revision: '',
      attempt: 1,
      startedAt: 0,
      deadline: 0,
      phase: 'execute-change-set',
      data: { stackId: `${stackId}1` },
    } as const
    const app = await open({ records: [web, record('CloudFormationStack', 'young', { operation })] })
    const detail = change('CREATE_COMPLETE', `${stackId}1`)
    expect(await handleStatusChange(app, detail)).toEqual({ marked: ['CloudFormationStack/eu/young'] })
  })
})

describe('sync', () => {
  const root = [
    'GitRepository/headwater-system/headwater-system',
    'Kustomization/headwater-system/headwater-system',
  ]
  const table = [
    { name: 'everything', event: {}, want: [keyOf(api), keyOf(web), keyOf(fleet), ...root] },
    { name: 'no event at all', event: null, want: [keyOf(api), keyOf(web), keyOf(fleet), ...root] },
    { name: 'a kind', event: { kind: 'stack' }, want: [keyOf(api), keyOf(web)] },
    { name: 'a namespace', event: { namespace: 'eu' }, want: [keyOf(api), keyOf(web), keyOf(fleet)] },
    { name: 'one object', event: { kind: 'stack', namespace: 'eu', name: 'web' }, want: [keyOf(web)] },
  ]
  it.each(table)('marks due what was asked for and says so: $name', async ({ event, want }) => {
    const app = await open()
    const answer = await handleSync(app, { ...event, ...(event === null ? {} : { force: true }) })
    expect(answer.marked.sort()).toEqual([...want].sort())
    expect((await dueKeys(app)).sort()).toEqual([...new Set([...want, ...root])].sort())
    const marked = await app.store.get(want[0] ?? '')
    expect(marked?.record.request?.token).toBe(answer.token)
  })

  const wrong = [
    { name: 'an unknown kind', event: { kind: 'pod' }, want: /kind: "pod" is unknown; known: GitRepository/ },
    { name: 'an unknown field', event: { names: 'web' }, want: /"names" is unknown/ },
    { name: 'a wrong type', event: { force: 'yes' }, want: /"force" is unknown or of the wrong type/ },
    { name: 'a name without a kind', event: { name: 'web' }, want: /needs a kind/ },
    { name: 'what does not exist', event: { kind: 'stack', name: 'web' }, want: /stack/i },
  ]
  it.each(wrong)('refuses $name', async ({ event, want }) => {
    await expect(handleSync(await open(), event)).rejects.toThrow(want)
  })
})

describe('the application', () => {
  it('wants its state and its bodies outside of the function', async () => {
    await expect(openApplication({}, onLambda)).rejects.toThrow(
      'HEADWATER_STORE: not set; a function keeps no files',
    )
    await expect(openApplication({ HEADWATER_STORE: 'memory:' }, onLambda)).rejects.toThrow(
      'HEADWATER_BLOBS: not set',
    )
  })
})
