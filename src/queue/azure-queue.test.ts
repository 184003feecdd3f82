import { describe, expect, it, onTestFinished } from 'vitest'
import { startFaultServer } from '../../test/fault-server.ts'
import type { Fate } from '../../test/fault-server.ts'
import { createAzureQueue } from './azure-queue.ts'

/* What the wire can do to the driver; the contract is held against Azurite in the interop suite. */

const xml = (status: number, body: string, headers: Record<string, string> = {}): Fate => ({
  do: 'answer',
  status,
  headers: { 'content-type': 'application/xml', ...headers },
  body: `<?xml version="1.0" encoding="utf-8"?>${body}`,
})
const refusal = (status: number, code: string) =>
  xml(status, `<Error><Code>${code}</Code><Message>no\nRequestId:1</Message></Error>`, {
    'x-ms-error-code': code,
  })
const base64 = (text: string) => Buffer.from(text).toString('base64')
const message = (id: string, text: string, dequeueCount: number) =>
  `<QueueMessage><MessageId>${id}</MessageId><InsertionTime>Fri, 20 Nov 2026 12:00:00 GMT</InsertionTime><ExpirationTime>Fri, 27 Nov 2026 12:00:00 GMT</ExpirationTime><PopReceipt>r/${id}==</PopReceipt><TimeNextVisible>Fri, 20 Nov 2026 12:05:00 GMT</TimeNextVisible><DequeueCount>${dequeueCount}</DequeueCount><MessageText>${text}</MessageText></QueueMessage>`
const messages = (...all: string[]) => xml(200, `<QueueMessagesList>${all.join('')}</QueueMessagesList>`)
const sent = xml(201, `<QueueMessagesList>${message('0', '', 0)}</QueueMessagesList>`)

async function openQueue(...fates: Fate[]) {
  const server = await startFaultServer()
  onTestFinished(() => server.close())
  server.next(...fates)
  const connectionString = `AccountName=dev;AccountKey=a2V5;QueueEndpoint=${server.url}/dev`
  const queue = await createAzureQueue({ access: { by: 'connection', connectionString }, queue: 'due' })
  return {
    queue,
    server,
    calls: () => server.calls.map(({ method, path }) => `${method} ${path.replace(/[?&]timeout=30$/, '')}`),
  }
}

describe('an Azure queue', () => {
  it('writes base64, delays in whole seconds, rather late than early, fifteen minutes at most', async () => {
    const delays = [0, 1, 1_000, 1_001, 86_400_000]
    const { queue, server } = await openQueue(...delays.map(() => sent))
    await queue.send(delays.map((delayMs) => ({ key: 'a/b/ü', delayMs })))
    const seconds = server.calls.map(({ path }) =>
      new URLSearchParams(path.split('?')[1]).get('visibilitytimeout'),
    )
    expect(seconds.sort((a, b) => Number(a) - Number(b))).toEqual(['0', '1', '1', '2', '900'])
    expect(server.calls[0]?.body.toString()).toContain(base64('{"key":"a/b/ü"}'))
  })

  it('leaves a message that is none of ours alone, and moves what failed five times to the poison queue', async () => {
    const { queue, calls } = await openQueue(
      messages(
        message('1', base64('hello'), 1),
        message('2', base64('{"key":"a/b/c"}'), 5),
        message('3', base64('{"key":"a/b/d"}'), 6),
      ),
      sent,
      xml(204, ''),
    )
    expect(await queue.receive(10)).toEqual([{ key: 'a/b/c', receipt: '2/r/2==', attempts: 5 }])
    expect(calls()).toEqual([
      'GET /dev/due/messages?numofmessages=10&visibilitytimeout=300',
      'POST /dev/due-poison/messages',
      'DELETE /dev/due/messages/3?popreceipt=r%2F3%3D%3D',
    ])
  })

  it('takes an end of a delivery that was delivered anew, or is gone, for done', async () => {
    const { queue, calls } = await openQueue(
      refusal(404, 'MessageNotFound'),
      refusal(400, 'PopReceiptMismatch'),
    )
    await queue.done(['1/r/1==', '2/r'].map((receipt) => ({ key: 'a/b/c', receipt, attempts: 1 })))
    expect(calls()).toHaveLength(2)
  })

  it.each([
    { fate: refusal(404, 'QueueNotFound'), want: { class: 'stalled', reason: 'QueueNotFound' } },
    {
      fate: refusal(403, 'AuthorizationPermissionMismatch'),
      want: { class: 'stalled', reason: 'AccessDenied' },
    },
    { fate: refusal(503, 'ServerBusy'), want: { class: 'backoff', reason: 'Throttled' } },
    { fate: { do: 'drop' } as const, want: { class: 'backoff', reason: 'Unavailable' } },
  ])('$want.reason is $want.class, after one attempt', async ({ fate, want }) => {
    const { queue, calls } = await openQueue(fate)
    await expect(queue.receive(1)).rejects.toMatchObject(want)
    expect(calls()).toHaveLength(1)
  })
})
