import { expect, it } from 'vitest'
import { createVirtualClock } from '../../test/support/virtual-clock.ts'
import { openQueue } from './index.ts'
import { readDueMessage, writeDueMessage } from './message.ts'

const ports = { clock: createVirtualClock(1_000) }

it.each([
  {
    url: 'kafka://x',
    message: '"kafka://x" has an unknown scheme; known: in-process, sqs, https, http, azqueue',
  },
  {
    url: 'sqs://work',
    message: '"sqs://work" is no queue; write sqs://sqs.<region>.amazonaws.com/<account>/<name>',
  },
])('refuses "$url"', async ({ url, message }) => {
  await expect(openQueue(url, ports)).rejects.toMatchObject({
    class: 'stalled',
    reason: 'InvalidSetting',
    message,
  })
})

it.each([
  'in-process:',
  'sqs://sqs.eu-west-1.amazonaws.com/123456789012/work',
  'https://sqs.eu-west-1.amazonaws.com/123456789012/work',
  'http://127.0.0.1:4566/000000000000/work?region=eu-west-1',
])('opens %s', async (url) => {
  expect(await openQueue(url, ports)).toHaveProperty('receive')
})

it.each([
  { body: writeDueMessage('a/b/"c"'), want: 'a/b/"c"' },
  { body: '', want: undefined },
  { body: 'null', want: undefined },
  { body: '"a/b/c"', want: undefined },
  { body: '{"key":null}', want: undefined },
])('reads the message $body', ({ body, want }) => {
  expect(readDueMessage(body)).toBe(want)
})
