import { createHash } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startFaultServer } from '../../test/fault-server.ts'
import type { Fate } from '../../test/fault-server.ts'
import { createSqsQueue } from './sqs.ts'

/* What the wire can do to the driver; the contract is held against real servers in the interop suite. */

const answer = (status: number, body: unknown): Fate => ({
  do: 'answer',
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify(body),
})

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

async function openQueue(...fates: Fate[]) {
  const server = await startFaultServer()
  onTestFinished(() => server.close())
  server.next(...fates)
  const queue = createSqsQueue({
    url: `${server.url}/123456789012/work`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
    endpoint: server.url,
  })
  const bodies = () => server.calls.map((call) => JSON.parse(call.body.toString()) as Record<string, unknown>)
  return { queue, server, bodies }
}

describe('an SQS queue', () => {
  it('sends ten at a time, delays in whole seconds, rather late than early, fifteen minutes at most', async () => {
    const { queue, bodies } = await openQueue(answer(200, {}), answer(200, {}))
    const delays = [0, 1, 1_000, 1_001, 86_400_000]
    await queue.send(Array.from({ length: 11 }, (_, i) => ({ key: `a/b/${i}`, delayMs: delays[i] ?? 0 })))
    const entries = bodies().map((body) => body['Entries'] as Record<string, unknown>[])
    expect(entries.map((some) => some.length)).toEqual([10, 1])
    expect(entries[0]?.slice(0, 5).map((entry) => entry['DelaySeconds'])).toEqual([0, 1, 1, 2, 900])
    expect(entries[0]?.[0]?.['MessageBody']).toBe('{"key":"a/b/0"}')
  })

  it('says so when some of a batch were refused', async () => {
    const failed = [{ Id: '1', Code: 'InternalError', SenderFault: false }]
    const { queue } = await openQueue(answer(200, { Successful: [], Failed: failed }))
    const sent = queue.send([{ key: 'a/b/c' }, { key: 'a/b/d' }])
    await expect(sent).rejects.toMatchObject({
      class: 'backoff',
      message: expect.stringContaining('1 of 2') as unknown,
    })
  })

  it('leaves a message that is none of ours to the dead letters', async () => {
    const messages = [
      { MessageId: '1', ReceiptHandle: 'r1', Body: 'hello' },
      { MessageId: '2', ReceiptHandle: 'r2', Body: '{"key":7}' },
      {
        MessageId: '3',
        ReceiptHandle: 'r3',
        Body: '{"key":"a/b/c"}',
        Attributes: { ApproximateReceiveCount: '4' },
      },
    ]
    const summed = messages.map((message) => ({ ...message, MD5OfBody: md5(message.Body) }))
    const { queue, server } = await openQueue(answer(200, { Messages: summed }))
    expect(await queue.receive(10)).toEqual([{ key: 'a/b/c', receipt: 'r3', attempts: 4 }])
    expect(server.calls).toHaveLength(1)
  })

  it.each([
    { code: 'RequestThrottled', want: { class: 'backoff', reason: 'Throttled' } },
    { code: 'QueueDoesNotExist', want: { class: 'stalled', reason: 'QueueNotFound' } },
    { code: 'AccessDenied', want: { class: 'stalled', reason: 'AccessDenied' } },
  ])('$code is $want.class, $want.reason', async ({ code, want }) => {
    const { queue } = await openQueue(answer(400, { __type: `com.amazonaws.sqs#${code}`, message: 'no' }))
    await expect(queue.receive(1)).rejects.toMatchObject(want)
  })

  it('a connection that is cut is a back-off', async () => {
    const { queue } = await openQueue({ do: 'drop' })
    await expect(queue.send([{ key: 'a/b/c' }])).rejects.toMatchObject({
      class: 'backoff',
      reason: 'Unavailable',
    })
  })
})
