import { describe, expect, it, onTestFinished } from 'vitest'
import { createVirtualClock, createSeededRandom } from '../../test/support/virtual-clock.ts'
import { recordKey, recordOf } from '../../test/contracts/store-ground.ts'
import { startFaultServer } from '../../test/fault-server.ts'
import type { Fate } from '../../test/fault-server.ts'
import { createDynamodbStore } from './dynamodb.ts'
import type { Store } from './store.ts'

/*
 * What the wire can do to the driver: the real SDK against a server that answers by script. The contract itself is
 * held against DynamoDBs that nobody here wrote, in the interop suite.
 */

const answer = (status: number, body: unknown): Fate => ({
  do: 'answer',
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify(body),
})
const refusal = (code: string, message = 'no', more: Record<string, unknown> = {}) =>
  answer(400, { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message, ...more })
const ok = answer(200, {})
const drop: Fate = { do: 'drop' }

async function openStore(...fates: Fate[]) {
  const server = await startFaultServer()
  onTestFinished(() => server.close())
  server.next(...fates)
  const store = await createDynamodbStore({
    table: 'fleet',
    region: 'eu-west-1',
    endpoint: server.url,
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
    requestTimeoutMs: 150,
    clock: createVirtualClock(1_000_000),
    random: createSeededRandom(),
  })
  onTestFinished(() => store.close())
  const nonces = () => server.calls.map((call) => /"nonce":\{"S":"([^"]+)"/.exec(call.body.toString())?.[1])
  const updateNonces = () =>
    server.calls.map((call) => /":nonce":\{"S":"([^"]+)"/.exec(call.body.toString())?.[1])
  return { store, server, nonces, updateNonces }
}

/** The first UUID that the seeded chance gives: the nonce of the first write. */
const firstNonce = createSeededRandom().uuid()
const standing = (nonce: string, version: number) => ({
  Item: {
    pk: { S: 'record#0' },
    sk: { S: recordKey },
    nonce: { S: nonce },
    version: { N: String(version) },
    body: { S: JSON.stringify(recordOf()) },
  },
})

describe('F12 a put whose answer is lost', () => {
  it('is asked for again under the same nonce, and is a success when our write stands', async () => {
    const { store, updateNonces } = await openStore(
      drop,
      refusal('ConditionalCheckFailedException', 'no', standing(firstNonce, 8)),
    )
    expect(await store.put(recordOf(), 7)).toBe(8)
    expect(updateNonces()).toEqual([firstNonce, firstNonce])
  })

  it('is a success too when it had created the record', async () => {
    const { store } = await openStore(
      drop,
      refusal('ConditionalCheckFailedException', 'no', standing(firstNonce, 1)),
    )
    expect(await store.put(recordOf(), 0)).toBe(1)
  })

  it('is a conflict when somebody else wrote', async () => {
    const { store } = await openStore(
      drop,
      refusal('ConditionalCheckFailedException', 'no', standing('somebody-elses', 8)),
    )
    await expect(store.put(recordOf(), 7)).rejects.toMatchObject({ class: 'backoff', reason: 'Conflict' })
  })

  it('is a conflict when the record has gone', async () => {
    const { store } = await openStore(drop, refusal('ConditionalCheckFailedException'))
    await expect(store.put(recordOf(), 7)).rejects.toMatchObject({ reason: 'Conflict' })
  })

  it.each<{ name: string; lost: Fate }>([
    { name: 'a server error', lost: answer(500, { __type: 'InternalServerError', message: 'oops' }) },
    { name: 'silence', lost: { do: 'hang' } },
    { name: 'half an answer', lost: { do: 'answer', status: 200, body: '{"Attr' } },
  ])('counts $name as lost', async ({ lost }) => {
    const { store, updateNonces } = await openStore(lost, ok)
    expect(await store.put(recordOf(), 7)).toBe(8)
    expect(updateNonces()).toEqual([firstNonce, firstNonce])
  })

  it('backs off when the second answer is lost as well, without trying on and on', async () => {
    const { store, server } = await openStore(drop, drop, ok)
    await expect(store.put(recordOf(), 7)).rejects.toMatchObject({ class: 'backoff', reason: 'Unavailable' })
    expect(server.calls).toHaveLength(2)
  })
})

describe('a delete or a claim whose answer is lost', () => {
  it('is a success when our tombstone stands', async () => {
    const tombstone = { Item: { sk: { S: recordKey }, nonce: { S: firstNonce }, version: { N: '7' } } }
    const { store } = await openStore(drop, refusal('ConditionalCheckFailedException', 'no', tombstone))
    await expect(store.delete(recordKey, 7)).resolves.toBeUndefined()
  })

  it('is a conflict when it is not ours', async () => {
    const tombstone = { Item: { sk: { S: recordKey }, nonce: { S: 'other' }, version: { N: '7' } } }
    const { store } = await openStore(drop, refusal('ConditionalCheckFailedException', 'no', tombstone))
    await expect(store.delete(recordKey, 7)).rejects.toMatchObject({ reason: 'Conflict' })
  })

  it('is true when the claim is ours, false when it is not', async () => {
    const claimed = (nonce: string) =>
      refusal('ConditionalCheckFailedException', 'no', { Item: { nonce: { S: nonce } } })
    const { store, nonces } = await openStore(drop, claimed(firstNonce), drop, claimed('other'))
    expect(await store.claim('id', 2_000_000)).toBe(true)
    expect(nonces()).toEqual([firstNonce, firstNonce])
    expect(await store.claim('id', 2_000_000)).toBe(false)
  })
})

describe('errors', () => {
  const event = { id: '1', at: 1, key: recordKey, type: 'Normal', reason: 'R', message: 'm' } as const
  const calls: { name: string; call: (store: Store) => Promise<unknown> }[] = [
    { name: 'get', call: (store) => store.get(recordKey) },
    { name: 'put', call: (store) => store.put(recordOf(), 1) },
    { name: 'delete', call: (store) => store.delete(recordKey, 1) },
    { name: 'list', call: (store) => store.list('') },
    { name: 'due', call: (store) => store.due(1, 1) },
    { name: 'append', call: (store) => store.append([event]) },
    { name: 'claim', call: (store) => store.claim('id', 2_000_000) },
  ]

  it.each(calls)('F11 a throttled $name is a back-off, never "no state"', async ({ call }) => {
    const throttle = refusal('ProvisionedThroughputExceededException', 'slow down')
    const { store } = await openStore(throttle, throttle, throttle, throttle)
    await expect(call(store)).rejects.toMatchObject({ class: 'backoff', reason: 'Throttled' })
  })

  it('a throttled write is not tried again by the driver', async () => {
    const { store, server } = await openStore(refusal('ThrottlingException'), ok)
    await expect(store.put(recordOf(), 7)).rejects.toMatchObject({ reason: 'Throttled' })
    expect(server.calls).toHaveLength(1)
  })

  it.each([
    { code: 'ResourceNotFoundException', want: { class: 'stalled', reason: 'StoreNotFound' } },
    { code: 'AccessDeniedException', want: { class: 'stalled', reason: 'AccessDenied' } },
    { code: 'UnrecognizedClientException', want: { class: 'stalled', reason: 'AuthenticationFailed' } },
    { code: 'ExpiredTokenException', want: { class: 'backoff', reason: 'AuthenticationFailed' } },
    { code: 'TransactionConflictException', want: { class: 'backoff', reason: 'StoreBusy' } },
    { code: 'RequestLimitExceeded', want: { class: 'backoff', reason: 'Throttled' } },
  ])('$code is $want.class, $want.reason, and names the table', async ({ code, want }) => {
    const { store } = await openStore(refusal(code))
    await expect(store.get(recordKey)).rejects.toMatchObject({
      ...want,
      message: expect.stringContaining('table fleet') as unknown,
    })
  })

  it('an item that DynamoDB finds too large is refused as our own limit', async () => {
    const { store } = await openStore(
      refusal('ValidationException', 'Item size to update has exceeded the maximum allowed size'),
    )
    await expect(store.put(recordOf(), 1)).rejects.toMatchObject({
      class: 'stalled',
      reason: 'RecordTooLarge',
    })
  })

  it('an event that is there already is no error', async () => {
    const { store } = await openStore(refusal('ConditionalCheckFailedException'))
    await expect(store.append([event])).resolves.toBeUndefined()
  })

  it('a read whose connection was cut is read once more', async () => {
    const { store, server } = await openStore(drop, answer(200, standing('n', 3)))
    expect(await store.get(recordKey)).toEqual({ record: recordOf(), version: 3 })
    expect(server.calls.map((call) => call.operation)).toEqual(['GetItem', 'GetItem'])
    expect(server.calls[0]?.body.toString()).toContain('"ConsistentRead":true')
  })
})

it('F13 lists strongly consistent from every partition', async () => {
  const { store, server } = await openStore(...Array.from({ length: 4 }, () => answer(200, { Items: [] })))
  expect(await store.list('GitRepository/')).toEqual([])
  const bodies = server.calls.map((call) => JSON.parse(call.body.toString()) as Record<string, unknown>)
  expect(bodies.map((body) => body['ConsistentRead'])).toEqual([true, true, true, true])
  const partitions = bodies.map((body) => JSON.stringify(body['ExpressionAttributeValues']))
  expect(new Set(partitions).size).toBe(4)
})

describe('an index that lags', () => {
  const found = (...keys: string[]) =>
    answer(200, { Items: keys.map((key, i) => ({ sk: { S: key }, at: { N: String(i + 1) } })) })

  it('does not name what we have just put off, nor hide what we have just made due', async () => {
    const { store } = await openStore(ok, ok, found(recordKey))
    await store.put(recordOf({ dueAt: 9_000_000 }), 1)
    await store.put(recordOf({ name: 'woken', dueAt: 5 }), 1)
    expect(await store.due(1_000_000, 10)).toEqual(['CloudFormationStack/eu/woken'])
  })

  it('is believed again after a moment', async () => {
    const clock = createVirtualClock(1_000_000)
    const server = await startFaultServer()
    onTestFinished(() => server.close())
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' }
    const random = createSeededRandom()
    const options = { table: 'fleet', region: 'eu-west-1', endpoint: server.url, credentials, clock, random }
    const store = await createDynamodbStore(options)
    onTestFinished(() => store.close())
    server.next(ok, found(recordKey), found(recordKey))
    await store.put(recordOf({ dueAt: 9_000_000 }), 1)
    expect(await store.due(1_000_000, 10)).toEqual([])
    clock.advance(5_000)
    expect(await store.due(1_000_000, 10)).toEqual([recordKey])
  })
})
